"""The one check before every signed-in page: same site, signed in, and a role that the matrix lets through."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from flask import Flask, abort, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_security import current_user
from flask_wtf import CSRFProtect

from ...domain.account import Account, Role
from ...domain.permissions import Permission, may
from ..audience import ROUTES
from ..errors import wants_json

csrf = CSRFProtect()
SIGN_IN = "/account/sign-in"
_SAFE = ("GET", "HEAD", "OPTIONS")


def signed_in() -> Account | None:
    """Account of the person who asks; None for everybody who has not signed in."""
    account: Account | None = getattr(current_user, "account", None)
    return account


def the_account() -> Account:
    """Account of the person who asks, on a page that `guard` let only signed-in people to."""
    account = signed_in()
    if account is None:
        abort(401)
    return account


def role_of(account: Account | None) -> Role:
    """Role of an account; `SHOPPER` for none."""
    return account.role if account else Role.SHOPPER


def guard() -> ResponseReturnValue | None:
    """Let a request through, send it to the sign-in page, or refuse it."""
    if request.endpoint is None:
        return None  # no such page: answered with 404
    permission = ROUTES.get(request.endpoint)
    if permission is None:
        abort(403)
    if request.method not in _SAFE:
        _refuse_other_sites()
        if "_user_id" in session:
            csrf.protect()
    if permission is Permission.PUBLIC:
        return None
    account = signed_in()
    if account is None and not wants_json() and request.method in _SAFE:
        return redirect(f"{SIGN_IN}?next={quote(request.full_path.rstrip('?'), safe='/')}")
    if account is None:
        abort(401)
    if not may(account.role, permission):
        abort(403)
    return None


def install(app: Flask) -> None:
    """Check every request before anything else looks at it."""
    csrf.init_app(app)
    app.before_request(guard)


def _refuse_other_sites() -> None:
    """Refuse a form that another site sent. Browsers say so themselves (Fetch Metadata, or Origin); what says
    neither is no browser, and has no cookie that it did not get by signing in."""
    site = request.headers.get("Sec-Fetch-Site", "")
    if site and site not in ("same-origin", "none"):
        abort(403)
    origin = request.headers.get("Origin", "")
    if not site and origin and urlsplit(origin).netloc != request.host:
        abort(403)
