"""Keys of an enterprise's programs."""

from __future__ import annotations

import time

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from ...enterprise.api_keys import KeyRefusedError, Scope
from ..accounts.door import the_account
from ..target import the_parts
from .own import own_enterprise

blueprint = Blueprint("keys", __name__)


@blueprint.get("/enterprise/keys")
def keys() -> str:
    """Keys so far, and the form for a new one."""
    return _page()


@blueprint.post("/enterprise/keys")
def change_keys() -> ResponseReturnValue:
    """Make, rotate or revoke a key; a secret is shown on this answer only."""
    service, mine, now = the_parts().desk.keys, own_enterprise(), time.time_ns() // 1_000_000
    act, key_id = request.form.get("act", ""), request.form.get("key", "")
    try:
        if act == "rotate":
            return _page(secret=service.rotate(mine, key_id, now))
        if act == "revoke":
            service.revoke(mine, key_id, now)
            return _page()
        scopes = tuple(request.form.getlist("scope"))
        made = service.make(mine, request.form.get("name", ""), scopes, the_account().email, now=now)
    except KeyRefusedError as error:
        return _page(problem=str(error)), 422
    return _page(secret=made.secret)


def _page(secret: str = "", problem: str = "") -> str:
    found = the_parts().desk.keys.all(own_enterprise())
    return render_template(
        "enterprise/keys.html", keys=found, scopes=[s.value for s in Scope], secret=secret, problem=problem
    )
