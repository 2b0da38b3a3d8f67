"""Where an enterprise wants to be told of what happens: its own server, with the delivery log, and by letter."""

from __future__ import annotations

import secrets
import time

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from ...enterprise.safe_target import TargetError
from ...enterprise.webhooks import Kind
from ..accounts.door import the_account
from ..language import link, words
from ..target import the_parts
from .own import own_enterprise

blueprint = Blueprint("webhooks", __name__)
_KINDS = tuple(kind.value for kind in Kind if kind is not Kind.TEST)


@blueprint.get("/enterprise/webhooks")
def webhooks() -> str:
    """Webhooks, what was sent to them, and the daily letter."""
    return _page()


@blueprint.post("/enterprise/webhooks")
def change() -> ResponseReturnValue:
    """Make a webhook (its secret is shown on this answer only), stop or try one, send a message once more, begin or end
    the daily letter."""
    desk, mine, act, now = the_parts().desk, own_enterprise(), request.form.get("act", ""), time.time_ns() // 1_000_000
    name = request.form.get("id", "")
    if act == "make":
        try:
            kinds = tuple(kind for kind in request.form.getlist("kind") if kind in _KINDS)
            made = desk.webhooks.make(mine, request.form.get("url", "").strip(), kinds, now=now)
        except TargetError as error:
            return _page(problem=str(error)), 422
        return _page(secret=made.secret)
    if act == "stop":
        desk.webhooks.stop(mine, name)
    elif act == "try":
        desk.webhooks.tell(mine, Kind.TEST, f"test-{secrets.token_hex(6)}", {}, now=now)
    elif act == "replay":
        desk.webhooks.replay(mine, name, now)
    elif act == "letters":
        desk.digests.begin(mine, the_account().email, words().lang)
    elif act == "no_letters":
        desk.digests.end(mine, the_account().email)
    return redirect(link("/enterprise/webhooks"), 303)


def _page(secret: str = "", problem: str = "") -> str:
    desk, mine = the_parts().desk, own_enterprise()
    hooks = desk.webhooks.all(mine)
    return render_template(
        "enterprise/webhooks.html",
        hooks=[hook for hook in hooks if hook.active],
        urls={hook.id: hook.url for hook in hooks},
        log=desk.webhooks.log(mine),
        kinds=_KINDS,
        secret=secret,
        problem=problem,
        letters=desk.letters.possible,
        wanted=the_account().email in {wish.email for wish in desk.digests.wanted(mine)},
    )
