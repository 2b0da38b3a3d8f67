"""Moves of single items: the last one, a further one, and all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from verify_app.domain.item_life import Act, Move, Step
from verify_app.domain.passport import ItemState

from .tables import item
from .tables_enterprise import item_move


@dataclass(frozen=True, slots=True)
class Held:
    """An item as it stands: its lot, state and last step (None: none, or it was undone)."""

    lot: str
    state: ItemState
    last: Step | None
    number: int


@dataclass(frozen=True, slots=True)
class MoveRecord:
    """A step with the sender's id, who took it and when it was recorded (UTC milliseconds)."""

    gtin: str
    serial: str
    id: str
    enterprise_id: str
    actor: str
    recorded_at: int
    step: Step | None = None  # None in what is asked for


Decide = Callable[[Held | None], Step]


def take_step(connection: sa.Connection, wanted: MoveRecord, lot: str, decide: Decide) -> tuple[Step, bool]:
    """Ask `decide` for the step behind the item as it stands, and write it; (step, False) for an id that is known.

    The item's row is locked until the transaction ends, so of two sales at once the second one sees the first.
    """
    where = (item.c.gtin == wanted.gtin, item.c.serial == wanted.serial)
    row = connection.execute(sa.select(item.c.lot, item.c.state).where(*where).with_for_update()).first()
    mine = (
        item_move.c.id == wanted.id,
        item_move.c.enterprise_id == wanted.enterprise_id,
    )  # others number theirs alike
    known = connection.execute(_moves(wanted.gtin, wanted.serial).where(*mine)).first()
    if known is not None:
        return _step(known), False
    last = connection.execute(_moves(wanted.gtin, wanted.serial).limit(1)).first()
    held = Held(row.lot, ItemState(row.state), _open(last), last.number if last else 0) if row else None
    step = decide(held)
    values = {"state": step.after.value, "state_at": wanted.recorded_at}
    if held is None:
        values |= {"gtin": wanted.gtin, "serial": wanted.serial, "lot": lot}
        connection.execute(sa.insert(item).values(values))
    else:
        connection.execute(sa.update(item).where(*where).values(values))
    connection.execute(sa.insert(item_move).values(_row(wanted, step, (held.number if held else 0) + 1)))
    return step, True


def moves_of(connection: sa.Connection, gtin: str, serial: str, limit: int = 50) -> tuple[MoveRecord, ...]:
    """Moves of an item, the latest first."""
    rows = connection.execute(_moves(gtin, serial).limit(limit))
    return tuple(map(_record, rows))


def moves_by(connection: sa.Connection, enterprise_id: str, limit: int = 30) -> tuple[tuple[MoveRecord, bool], ...]:
    """What an enterprise did to items, the latest first, each with whether nothing was done to the item since."""
    later = item_move.alias("later")
    since = sa.exists().where(
        later.c.gtin == item_move.c.gtin, later.c.serial == item_move.c.serial, later.c.number > item_move.c.number
    )
    query = sa.select(item_move, since.label("followed")).where(item_move.c.enterprise_id == enterprise_id)
    rows = connection.execute(query.order_by(item_move.c.recorded_at.desc(), item_move.c.number.desc()).limit(limit))
    return tuple((_record(row), not row.followed) for row in rows)


def _record(row: Any) -> MoveRecord:
    return MoveRecord(row.gtin, row.serial, row.id, row.enterprise_id, row.actor, row.recorded_at, _step(row))


def _moves(gtin: str, serial: str) -> sa.Select[Any]:
    query = sa.select(item_move).where(item_move.c.gtin == gtin, item_move.c.serial == serial)
    return query.order_by(item_move.c.number.desc())


def _open(row: Any) -> Step | None:
    """The step that an undo would take back: none behind an undo."""
    return None if row is None or row.act == Act.UNDO.value else _step(row)


def _step(row: Any) -> Step:
    move = Move(Act(row.act), row.place, row.when_ms)
    return Step(move, ItemState(row.state_before), ItemState(row.state_after))


def _row(record: MoveRecord, step: Step, number: int) -> dict[str, Any]:
    return {
        "gtin": record.gtin,
        "serial": record.serial,
        "number": number,
        "id": record.id,
        "act": step.move.act.value,
        "place": step.move.place,
        "enterprise_id": record.enterprise_id,
        "actor": record.actor,
        "state_before": step.before.value,
        "state_after": step.after.value,
        "when_ms": step.move.when,
        "recorded_at": record.recorded_at,
    }
