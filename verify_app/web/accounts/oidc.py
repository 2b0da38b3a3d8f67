"""Signing in through an OpenID Connect provider (OpenID Connect Core 1.0), where one is set up.

The provider says who somebody is; whether that person has an account, and what it may do, is written here. So an
address that the provider vouches for opens an account only if an administrator opened it before.
"""

from __future__ import annotations

from typing import Any

from authlib.integrations.base_client import OAuthError
from flask import Flask
from flask_security.oauth_provider import FsOAuthProvider

from ...settings import Settings

NAME = "oidc"


def install(app: Flask, settings: Settings) -> None:
    """Offer the provider of the settings on the sign-in page; nothing where there is none."""
    if not settings.oidc_issuer:
        return
    provider = FsOAuthProvider(
        NAME,
        registration_info={
            "server_metadata_url": f"{settings.oidc_issuer}/.well-known/openid-configuration",
            "client_id": settings.oidc_client_id,
            "client_secret": settings.oidc_client_secret,
            "client_kwargs": {"scope": "openid email", "code_challenge_method": "S256", "timeout": 10},
        },
        fetch_identity_cb=_identity,
    )
    app.extensions["security"].oauthglue.register_provider_ext(provider)


def _identity(_oauth: Any, token: dict[str, Any]) -> tuple[str, str]:
    """The address that the provider vouches for. Raises `OAuthError` if it does not."""
    claims = token.get("userinfo") or {}
    if not claims.get("email") or claims.get("email_verified") is not True:
        raise OAuthError(error="email", description="Expected a verified address from the provider, got none.")
    return "email", str(claims["email"])
