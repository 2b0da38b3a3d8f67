"""Signing in through an OpenID Connect provider: a small real one on the loopback, spoken to with real HTTP."""

from __future__ import annotations

import threading
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

from tests.fixtures_accounts import empty_database, make_office
from verify_app.domain.account import Role

__all__ = ["empty_database"]


class Provider:
    """An OpenID Connect provider that vouches for whoever `claims` says."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, parameters={"kid": "1"})
        self.claims: dict[str, object] = {}
        self.asked: dict[str, str] = {}
        self.app = Flask("provider")
        self.server = make_server("127.0.0.1", 0, self.app, threaded=True)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        self.app.add_url_rule("/.well-known/openid-configuration", view_func=self.configuration)
        self.app.add_url_rule("/jwks", view_func=lambda: jsonify({"keys": [self.key.as_dict(private=False)]}))
        self.app.add_url_rule("/authorize", view_func=self.authorize)
        self.app.add_url_rule("/token", view_func=self.token, methods=["POST"])

    def configuration(self):
        named = {name: f"{self.issuer}/{name.split('_')[0]}" for name in ("token_endpoint",)}
        named |= {"authorization_endpoint": f"{self.issuer}/authorize", "jwks_uri": f"{self.issuer}/jwks"}
        return jsonify({"issuer": self.issuer, "id_token_signing_alg_values_supported": ["RS256"], **named})

    def authorize(self):
        self.asked = dict(request.args)
        return redirect(f"{request.args['redirect_uri']}?code=c0de&state={request.args['state']}")

    def token(self):
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": "us", "sub": "7", "iat": now, "exp": now + 60,
                  "nonce": self.asked["nonce"], **self.claims}  # fmt: skip
        signed = jwt.encode({"alg": "RS256", "kid": "1"}, claims, self.key)
        return jsonify({"access_token": "a", "token_type": "Bearer", "id_token": signed})


@pytest.fixture
def provider():
    made = Provider()
    thread = threading.Thread(target=made.server.serve_forever)
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()


@pytest.fixture
def office(provider, tmp_path, empty_database):
    made = make_office(
        tmp_path, empty_database, oidc_issuer=provider.issuer, oidc_client_id="us", oidc_client_secret="s"
    )
    yield made
    made.engine.dispose()


def come_back(office, provider):
    """A browser after the way to the provider and back."""
    import requests

    client = office.world.client()
    there = client.post("/account/sign-in/oidc/oidc")
    assert there.location.startswith(f"{provider.issuer}/authorize?")
    back = urlsplit(requests.get(there.location, allow_redirects=False, timeout=60).headers["Location"])
    assert parse_qs(back.query)["code"] == ["c0de"]
    client.get(f"{back.path}?{back.query}")
    return client


def test_a_verified_address_with_an_account_is_signed_in_with_pkce_and_nonce(office, provider):
    person = office.open(Role.INSPECTOR)
    provider.claims = {"email": person.email, "email_verified": True}
    assert person.name in come_back(office, provider).get("/account").text
    assert provider.asked["code_challenge_method"] == "S256"


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "nobody@example.vn", "email_verified": True},
        {"email": "inspector@example.vn", "email_verified": False},
        {"email": "inspector@example.vn"},
        {"email": "inspector@example.vn", "email_verified": True, "aud": "others"},
        {"email": "inspector@example.vn", "email_verified": True, "nonce": "old"},
        {"email": "inspector@example.vn", "email_verified": True, "exp": 1},
    ],
)
def test_whoever_the_provider_does_not_vouch_for_stays_outside(office, provider, claims):
    office.open(Role.INSPECTOR)
    provider.claims = claims
    assert come_back(office, provider).get("/account").status_code == 302
