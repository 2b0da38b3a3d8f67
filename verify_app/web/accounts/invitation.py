"""Links by which the owner of an account sets its password: handed over by an administrator, good for one use."""

from __future__ import annotations

from flask import current_app, request
from flask_security import hash_password
from itsdangerous import BadSignature, URLSafeTimedSerializer

from ...domain.account import LEAST_PASSWORD
from ...parts import Secrets
from ..target import base_url, the_parts
from .person import Person, renewed

HOURS = 72
_MOST = 200  # characters; more is no password but a way to keep us hashing


def link_for(account_id: str, held: Secrets, base: str) -> str:
    """Link by which the owner sets a password; it dies with its first use, since that changes the session key."""
    return f"{base}/account/welcome/{_signer().dumps([account_id, held.session_key[:16]])}"


def fresh_link(account_id: str) -> str:
    """A new link for an account on the present host; older links and all sessions of the account die."""
    accounts = the_parts().accounts
    found = accounts.find("id", account_id)
    if found is None:
        raise LookupError(f"Expected the id of an account, got {account_id!r}.")
    held = renewed(found[1])
    accounts.keep(account_id, held)
    return link_for(account_id, held, base_url(request))


def invited(token: str) -> Person | None:
    """The person whom a link was made for; None if it is old, used or not ours."""
    try:
        account_id, key = _signer().loads(token, max_age=HOURS * 3600)
    except (BadSignature, ValueError, TypeError):
        return None
    found = the_parts().accounts.find("id", str(account_id))
    if found is None or found[0].disabled or found[1].session_key[:16] != key:
        return None
    return Person(*found)


def problem_with(password: str, again: str) -> str:
    """Message id of what is wrong with a new password, "" for nothing."""
    if len(password) < LEAST_PASSWORD:
        return "account.msg.password_invalid_length"
    if len(password) > _MOST:
        return "account.password_too_long"
    return "" if password == again else "account.msg.retype_password_mismatch"


def set_password(person: Person, password: str) -> None:
    """Give an account a password; whoever was signed in to it is signed out, and the link is used up."""
    normal = current_app.extensions["security"].password_util.normalize(password)
    the_parts().accounts.keep(person.account.id, renewed(person.held, password=hash_password(normal)))


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.config["SECRET_KEY"]), salt="invitation")
