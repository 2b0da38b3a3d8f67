"""Orders upon goods: recall, suspend or cancel a display; agree as the second person; restore."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from ...domain.order import Order, OrderError, Target, needs_second
from ...domain.permissions import Permission, may
from ...domain.registry import ActKind
from ..accounts.door import the_account
from ..accounts.person import now_ms
from ..accounts.trace import saw
from ..language import link
from .reach import office, product_name

pages = Blueprint("orders", __name__)
PROBLEMS = ("gtin", "range", "reason", "sector", "second", "role", "state")


@pages.get("/orders")
def orders() -> str:
    """All orders, those that wait for a second person first, and the form for a new one."""
    saw("orders", "casework")
    return _page()


@pages.post("/orders")
def propose() -> ResponseReturnValue:
    """Put an order in force, or before a second person."""
    form = request.form
    try:
        target = Target(*(form.get(name, "").strip()[:20] for name in ("gtin", "lot", "first", "last")))
        target = Target(target.gtin.zfill(14), target.lot, target.first, target.last)
        kind = ActKind(form.get("kind", ""))
    except ValueError:
        return _page("kind"), 422
    reason, advice = form.get("reason", "").strip()[:1000], form.get("advice", "").strip()[:1000]
    order = Order(0, kind, target, reason, advice, "", "", "", 0, case_id=form.get("case", 0, type=int))
    try:
        made = office().propose(order, the_account(), now_ms())
    except OrderError as error:
        return _page(error.problem), 422
    return redirect(link(f"/desk/orders#order-{made.id}"), 303)


@pages.post("/orders/<int:number>")
def step(number: int) -> ResponseReturnValue:
    """Confirm, refuse or lift an order."""
    act, why, person, when = request.form.get("act", ""), request.form.get("why", "")[:1000], the_account(), now_ms()
    try:
        if act == "confirm":
            office().confirm(number, person, when)
        elif act == "refuse":
            office().refuse(number, person, when, why)
        elif act == "lift":
            office().lift(number, person, when, why)
        else:
            abort(400)
    except LookupError:
        abort(404)
    except OrderError as error:
        return _page(error.problem), 422
    return redirect(link(f"/desk/orders#order-{number}"), 303)


def _page(problem: str = "") -> str:
    account = the_account()
    return render_template(
        "desk/orders.html",
        orders=office().orders(),
        problem=problem if problem in (*PROBLEMS, "kind", "") else "other",
        kinds=ActKind,
        given=request.form or request.args,
        may_propose=may(account.role, Permission.PROPOSE_ACTS),
        may_confirm=may(account.role, Permission.CONFIRM_ACTS),
        needs_second=needs_second,
        product_name=product_name,
        mine=account,
    )
