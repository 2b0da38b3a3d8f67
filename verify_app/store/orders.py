"""Orders in SQL: each step with its entry in the audit log, and with the acts that the public page shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from verify_app.domain.audit import Note
from verify_app.domain.order import MOST_ITEMS, Order, OrderError, OrderState, Reach, Target
from verify_app.domain.registry import ActKind, ActRecord
from verify_app.domain.text import Text

from .acts import record_acts
from .audit import append_in
from .engine import ask, writing
from .office_tables import act_order
from .tables import act, item, model


def add_order(engine: sa.Engine, order: Order, note: Callable[[Order], Note]) -> Order:
    """Store a new order, in force or proposed, with its entry in the log. Raises `OrderError` for goods that cannot
    be named so, `StoreUnavailable`."""
    with writing(engine) as connection:
        if not connection.execute(sa.select(sa.exists().where(model.c.gtin == order.target.gtin))).scalar():
            raise OrderError("gtin", f"Expected the GTIN of a registered product, got {order.target.gtin!r}.")
        number = connection.execute(sa.insert(act_order).values(_row(order)).returning(act_order.c.id)).scalar_one()
        stored = _read(connection.execute(sa.select(act_order).where(act_order.c.id == number)).one())
        _apply(connection, stored)
        append_in(connection, note(stored), order.proposed)
        return stored


def step_order(
    engine: sa.Engine, number: int, step: Callable[[Order], Order], note: Callable[[Order], Note], when: int
) -> Order:
    """Take a step with an order, with its effect and its entry in the log. Raises `LookupError` for no such order,
    `OrderError` if the step is not possible, `StoreUnavailable`."""
    with writing(engine) as connection:
        row = connection.execute(sa.select(act_order).where(act_order.c.id == number).with_for_update()).first()
        if row is None:
            raise LookupError(f"Expected the number of an order, got {number}.")
        after = step(_read(row))
        connection.execute(sa.update(act_order).where(act_order.c.id == number).values(_row(after)))
        _apply(connection, after)
        append_in(connection, note(after), when)
        return after


def find_order(engine: sa.Engine, number: int) -> Order | None:
    """An order by its number, None if there is none. Raises `StoreUnavailable`."""
    row = ask(engine, lambda c: c.execute(sa.select(act_order).where(act_order.c.id == number)).first())
    return _read(row) if row else None


def orders(engine: sa.Engine, gtin: str = "", limit: int = 200) -> tuple[Order, ...]:
    """Orders, those that wait first, then the newest. Raises `StoreUnavailable`."""
    waiting = sa.case((act_order.c.state == OrderState.PROPOSED.value, 0), else_=1)
    query = sa.select(act_order).order_by(waiting, act_order.c.proposed.desc(), act_order.c.id.desc()).limit(limit)
    if gtin:
        query = query.where(act_order.c.gtin == gtin)
    return ask(engine, lambda connection: tuple(_read(row) for row in connection.execute(query)))


def sector_of(engine: sa.Engine, gtin: str) -> str:
    """The sector of a registered product, "" for any other. Raises `StoreUnavailable`."""
    query = sa.select(model.c.sector).where(model.c.gtin == gtin)
    return ask(engine, lambda connection: connection.execute(query).scalar()) or ""


def serials_of(engine: sa.Engine, order: Order) -> tuple[str, ...]:
    """The registered serial numbers that an order names one by one. Raises `StoreUnavailable`."""
    return ask(engine, lambda connection: _serials(connection, order.target))


def _apply(connection: sa.Connection, order: Order) -> None:
    """Write the acts of an order that is in force, or end them."""
    if order.state is OrderState.ENDED:
        named = (act.c.kind == order.kind.value, act.c.gtin == order.target.gtin, act.c.when_ms == order.began)
        part = act.c.serial != "" if order.target.first else act.c.lot == order.target.lot
        connection.execute(sa.update(act).where(*named, part, act.c.ended == 0).values(ended=order.ended))
    if order.state is not OrderState.IN_FORCE:
        return
    serials = _serials(connection, order.target) if order.target.reach is Reach.RANGE else ("",)
    if not serials:
        raise OrderError("range", "Expected registered serial numbers in the range, got none.")
    records = [
        ActRecord(
            kind=order.kind,
            gtin=order.target.gtin,
            lot="" if serial else order.target.lot,
            serial=serial,
            reason=Text.of(order.reason),
            actor=Text.of(order.department),
            when=order.began,
            advice=Text.of(order.advice),
        )
        for serial in serials
    ]
    record_acts(connection, records)


def _serials(connection: sa.Connection, target: Target) -> tuple[str, ...]:
    if not target.first:
        return ()
    query = sa.select(item.c.serial).where(
        item.c.gtin == target.gtin,
        item.c.serial.between(target.first, target.last),
        sa.func.length(item.c.serial) == len(target.first),
    )
    found = tuple(connection.execute(query.order_by(item.c.serial).limit(MOST_ITEMS + 1)).scalars())
    if len(found) > MOST_ITEMS:
        raise OrderError("range", f"Expected at most {MOST_ITEMS} items in a range, got more: name the lot instead.")
    return found


def _row(order: Order) -> dict[str, Any]:
    told = {name: value for name, value in asdict(order).items() if name not in ("id", "target")}
    return {**told, **asdict(order.target), "kind": order.kind.value, "state": order.state.value}


def _read(row: Any) -> Order:
    told = dict(row._mapping)
    target = Target(*(told.pop(name) for name in ("gtin", "lot", "first", "last")))
    return Order(target=target, kind=ActKind(told.pop("kind")), state=OrderState(told.pop("state")), **told)
