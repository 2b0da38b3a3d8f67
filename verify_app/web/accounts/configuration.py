"""How Flask-Security is set up: every choice about signing in, in one table."""

from __future__ import annotations

import hmac
from base64 import b64encode
from datetime import timedelta
from typing import Any

from flask_security.core import _default_messages

from ...domain.account import LEAST_PASSWORD
from ...settings import Settings

SESSION_HOURS = 12  # then one signs in again, whatever happened meanwhile
IDLE_MINUTES = 60  # without any request
FRESH_MINUTES = 30  # since the password, for what changes the account itself


def configuration(settings: Settings, secret: bytes) -> dict[str, Any]:
    """Flask's configuration for the signed-in pages. Every key is derived from the one secret of the installation."""
    https = settings.public_url.startswith("https://")
    return {
        "SECRET_KEY": _key(secret, "session"),
        "SESSION_COOKIE_NAME": "__Host-verify" if https else "verify-session",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SECURE": https,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(minutes=IDLE_MINUTES),
        "WTF_CSRF_CHECK_DEFAULT": False,  # `door.guard` checks, where there is a session
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: an inspector may fill in a form for an hour
        "WTF_CSRF_SSL_STRICT": False,  # it would want a Referer; `door.guard` looks at Origin and Sec-Fetch-Site
        **_FEATURES,
        **_ADDRESSES,
        **_TEMPLATES,
        "SECURITY_PASSWORD_SALT": _key(secret, "password"),
        "SECURITY_TOTP_SECRETS": {"1": _key(secret, "totp")},
        "SECURITY_TOTP_ISSUER": settings.public_url.partition("://")[2] or "verify-app",
        "SECURITY_WAN_RP_NAME": settings.public_url.partition("://")[2] or "verify-app",
        "SECURITY_OAUTH_ENABLE": bool(settings.oidc_issuer),
        **{f"SECURITY_MSG_{key}": (f"account.msg.{key.lower()}", kind) for key, (_, kind) in _default_messages.items()},
    }


def _key(secret: bytes, use: str) -> str:
    return b64encode(hmac.digest(secret, f"accounts:{use}".encode(), "sha256")).decode()


_FEATURES: dict[str, Any] = {
    "SECURITY_PASSWORD_HASH": "argon2",
    "SECURITY_PASSWORD_SCHEMES": ["argon2", "plaintext"],  # the library wants a last one; no hash of ours is plain
    "SECURITY_PASSWORD_LENGTH_MIN": LEAST_PASSWORD,
    "SECURITY_PASSWORD_COMPLEXITY_CHECKER": None,  # length, not symbols (NIST SP 800-63B-4, clause 3.1.1.2)
    "SECURITY_PASSWORD_NORMALIZE_FORM": "NFKC",
    "SECURITY_RETURN_GENERIC_RESPONSES": True,
    "SECURITY_CHANGEABLE": True,
    "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
    "SECURITY_TWO_FACTOR": True,
    "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
    "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
    "SECURITY_TWO_FACTOR_ALWAYS_VALIDATE": True,
    "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
    "SECURITY_MULTI_FACTOR_RECOVERY_CODES_N": 8,
    "SECURITY_WEBAUTHN": True,
    "SECURITY_WAN_ALLOW_AS_FIRST_FACTOR": True,
    "SECURITY_WAN_ALLOW_AS_MULTI_FACTOR": True,
    "SECURITY_WAN_ALLOW_USER_HINTS": False,  # it would tell who has an account
    "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False, "test_environment": True},
    "SECURITY_FRESHNESS": timedelta(minutes=FRESH_MINUTES),
    "SECURITY_FRESHNESS_GRACE_PERIOD": timedelta(minutes=0),
    "SECURITY_API_ENABLED_METHODS": ["session"],
    "SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS": True,
    "SECURITY_LOGOUT_METHODS": ["POST"],
    "SECURITY_DEFAULT_REMEMBER_ME": False,
    "SECURITY_STATIC_FOLDER": None,
    "SECURITY_OAUTH_BUILTIN_PROVIDERS": [],
    "SECURITY_CLI_USERS_NAME": None,
    "SECURITY_CLI_ROLES_NAME": None,
    "SECURITY_REDIRECT_ALLOW_SUBDOMAINS": False,
}
_ADDRESSES = {
    "SECURITY_URL_PREFIX": "/account",
    "SECURITY_LOGIN_URL": "/sign-in",
    "SECURITY_LOGOUT_URL": "/sign-out",
    "SECURITY_CHANGE_URL": "/password",
    "SECURITY_VERIFY_URL": "/again",
    "SECURITY_TWO_FACTOR_SETUP_URL": "/second-factor",
    "SECURITY_TWO_FACTOR_TOKEN_VALIDATION_URL": "/second-factor/code",
    "SECURITY_TWO_FACTOR_RESCUE_URL": "/second-factor/rescue",
    "SECURITY_TWO_FACTOR_SELECT_URL": "/second-factor/choose",
    "SECURITY_MULTI_FACTOR_RECOVERY_CODES_URL": "/recovery-codes",
    "SECURITY_MULTI_FACTOR_RECOVERY_URL": "/recovery",
    "SECURITY_WAN_REGISTER_URL": "/passkeys",
    "SECURITY_WAN_DELETE_URL": "/passkeys/delete",
    "SECURITY_WAN_SIGNIN_URL": "/sign-in/passkey",
    "SECURITY_WAN_VERIFY_URL": "/again/passkey",
    "SECURITY_OAUTH_START_URL": "/sign-in/oidc",
    "SECURITY_OAUTH_RESPONSE_URL": "/sign-in/oidc-answer",
    "SECURITY_OAUTH_VERIFY_START_URL": "/again/oidc",
    "SECURITY_OAUTH_VERIFY_RESPONSE_URL": "/again/oidc-answer",
    "SECURITY_POST_LOGIN_VIEW": "/account",
    "SECURITY_POST_LOGOUT_VIEW": "/account/sign-in",
    "SECURITY_POST_CHANGE_VIEW": "/account",
    "SECURITY_POST_VERIFY_VIEW": "/account",
    "SECURITY_TWO_FACTOR_POST_SETUP_VIEW": "/account",
    "SECURITY_WAN_POST_REGISTER_VIEW": "/account",
}
_TEMPLATES = {
    f"SECURITY_{name}_TEMPLATE": f"account/{file}.html"
    for name, file in (
        ("LOGIN_USER", "sign_in"),
        ("LOGOUT_USER", "sign_out"),
        ("CHANGE_PASSWORD", "password"),
        ("VERIFY", "again"),
        ("TWO_FACTOR_SETUP", "second_factor"),
        ("TWO_FACTOR_VERIFY_CODE", "code"),
        ("TWO_FACTOR_SELECT", "choose"),
        ("MULTI_FACTOR_RECOVERY_CODES", "recovery_codes"),
        ("MULTI_FACTOR_RECOVERY", "recovery"),
        ("WAN_REGISTER", "passkeys"),
        ("WAN_SIGNIN", "passkey_sign_in"),
        ("WAN_VERIFY", "passkey_again"),
    )
}
