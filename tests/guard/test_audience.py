"""Every page of both applications is in the permission matrix."""

from verify_app.app import create_app
from verify_app.settings import Settings
from verify_app.web.audience import PUBLIC, ROUTES

OIDC = {"oidc_issuer": "http://127.0.0.1:9", "oidc_client_id": "x", "oidc_client_secret": "y"}


def test_every_page_says_who_it_is_for(tmp_path):
    app = create_app(Settings(data_dir=tmp_path, secret_key="k" * 32, **OIDC))
    public = {rule.endpoint for rule in app.url_map.iter_rules()}
    inside = {rule.endpoint for rule in app.wsgi_app.signed_in.url_map.iter_rules()}
    app.extensions["parts"].decoder.close()
    assert public == set(PUBLIC), "write a new page of the public application into PUBLIC of verify_app/web/audience.py"
    assert inside == set(ROUTES) - public, "write a new signed-in page into ROUTES of verify_app/web/audience.py"
