"""Whose pages these are: the enterprise of the person who asks."""

from __future__ import annotations

from flask import abort, request, session

from ...enterprise.reviewing import Actor
from ..accounts.door import the_account


def own_enterprise() -> str:
    """Id of the enterprise that the person works for; of several the one chosen by `?enterprise=`, else the first."""
    ids = the_account().scope.enterprises
    if not ids:
        abort(403)
    wanted = request.values.get("enterprise", "") or session.get("enterprise", "")
    chosen = wanted if wanted in ids else ids[0]
    session["enterprise"] = chosen
    return chosen


def own_actor() -> Actor:
    """The person, as an author."""
    account = the_account()
    return Actor(account.email, enterprise_id=own_enterprise())
