"""A passkey in a real browser with a virtual authenticator: added once, from then on it opens the account alone."""

import threading

import pytest
from werkzeug.serving import make_server

from tests.browser.conftest import CHROMIUM, PHONE
from tests.fixtures_accounts import PASSWORD, empty_database, office
from verify_app.domain.account import Role

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's Chromium")]
__all__ = ["empty_database", "office"]
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def address(office):
    server = make_server("127.0.0.1", 0, office.world.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}"  # a passkey belongs to a name, never to a number
    server.shutdown()
    thread.join()


def test_a_passkey_opens_the_account_without_a_password(office, address, chromium):
    person = office.open(Role.INSPECTOR)
    context = chromium.new_context(viewport=PHONE, locale="vi-VN", base_url=address)
    context.set_default_timeout(120_000)
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("WebAuthn.enable")
    key = line.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]
    page.goto("/account/sign-in?next=/account/passkeys")
    page.fill("#email", person.email)
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.fill("[name=name]", "Điện thoại của tôi")
    page.click("main form .button")
    page.wait_for_url("**/account")  # the browser made the key, and the page took it
    assert len(line.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]) == 1
    context.clear_cookies()
    page.goto("/account/sign-in/passkey")
    page.click("main form .button")
    page.wait_for_selector(".desk-name")
    assert person.name in page.inner_text(".desk-name")
    context.close()
