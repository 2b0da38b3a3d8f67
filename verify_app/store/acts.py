"""Acts of authorities and producers: recalls, suspended and cancelled displays. Ended acts stay stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from verify_app.domain.passport import Act, Display
from verify_app.domain.registry import ActKind, ActRecord

from .documents import read_text, write_text
from .engine import execute_rows, insert, writing
from .tables import act

_DISPLAY = {ActKind.SUSPENDED: Display.SUSPENDED, ActKind.CANCELLED: Display.CANCELLED}
_WEIGHT = {Display.SHOWN: 0, Display.SUSPENDED: 1, Display.CANCELLED: 2}


@dataclass(frozen=True, slots=True)
class StoredAct:
    """An act with its number and what it names: a model (lot and serial empty), a lot or an item."""

    kind: ActKind
    gtin: str
    lot: str
    serial: str
    act: Act
    ended: int = 0


@dataclass(frozen=True, slots=True)
class Effect:
    """What the acts in force upon one part come to: the latest recall, and the heaviest display act."""

    recall: Act | None = None
    display: Display = Display.SHOWN
    display_act: Act | None = None

    def __bool__(self) -> bool:
        return self.recall is not None or self.display_act is not None

    def joined(self, other: Effect) -> Effect:
        """Both effects at once: the own recall first, the heavier display."""
        lighter = _WEIGHT[other.display] <= _WEIGHT[self.display]
        shown = self if lighter else other
        return Effect(self.recall or other.recall, shown.display, shown.display_act)


@dataclass(frozen=True, slots=True)
class Flag:
    """One act in force, as the history mirrors it into Redis. `kind` is an `ActKind`, `id` a `Flags` reference."""

    gtin: str
    lot: str
    serial: str
    kind: str
    id: str


def effect(acts: Iterable[StoredAct]) -> Effect:
    """Weigh the acts upon one part: a later recall hides an earlier one, cancelled outweighs suspended."""
    total = Effect()
    for stored in sorted(acts, key=lambda stored: (stored.act.when, stored.act.id)):
        if stored.kind is ActKind.RECALL:
            total = Effect(stored.act, total.display, total.display_act)
        elif _WEIGHT[_DISPLAY[stored.kind]] >= _WEIGHT[total.display]:
            total = Effect(total.recall, _DISPLAY[stored.kind], stored.act)
    return total


def add_act(engine: sa.Engine, record: ActRecord) -> str:
    """Store an act and return its reference, such as "recall:17"; the same act again gives the same reference.

    The caller purges the cache (`resolve.purge_published`) and sets the history's flag afterwards.
    """
    with writing(engine) as connection:
        record_acts(connection, [record])
        number = connection.execute(sa.select(act.c.id).where(*_same(record))).scalar_one()
    return f"{record.kind.value}:{number}"


def end_act(engine: sa.Engine, reference: str, when: int) -> bool:
    """End an act in force at a time (UTC milliseconds); False if no such act is in force."""
    kind, _, number = reference.partition(":")
    if not (number.isascii() and number.isdigit()):
        raise ValueError(f'Expected a reference such as "recall:17", got {reference!r}.')
    statement = sa.update(act).where(act.c.id == int(number), act.c.kind == kind, act.c.ended == 0)
    with writing(engine) as connection:
        return connection.execute(statement.values(ended=when)).rowcount == 1


def record_acts(connection: sa.Connection, records: Sequence[ActRecord]) -> int:
    """Store acts, or the changed end, reason or advice of known ones; returns how many were new or changed."""
    if not records:
        return 0
    statement = insert(connection, act)
    fresh = {name: statement.excluded[name] for name in ("reason", "actor", "advice", "ended")}
    statement = statement.on_conflict_do_update(
        index_elements=["kind", "gtin", "lot", "serial", "when_ms"],
        set_=fresh,
        where=sa.or_(*(act.c[name].is_distinct_from(value) for name, value in fresh.items())),
    )
    distinct = {(r.kind, r.gtin, r.lot, r.serial, r.when): _row(r) for r in records}
    return execute_rows(connection, statement, list(distinct.values()))


def acts_in_force(connection: sa.Connection) -> tuple[StoredAct, ...]:
    """All acts in force, oldest first."""
    rows = connection.execute(sa.select(*act_columns(), act.c.ended).where(act.c.ended == 0).order_by(act.c.id))
    return tuple(read_act(row) for row in rows)


def acts_upon(connection: sa.Connection, gtin: str) -> tuple[StoredAct, ...]:
    """All acts upon a GTIN, its lots and items, ended ones too, oldest first."""
    rows = connection.execute(sa.select(*act_columns(), act.c.ended).where(act.c.gtin == gtin).order_by(act.c.id))
    return tuple(read_act(row, row.ended) for row in rows)


def flag_rows(connection: sa.Connection, gtin: str = "") -> Iterator[Flag]:
    """Every act in force as a flag; of one product, where `gtin` names it."""
    columns = (act.c.gtin, act.c.lot, act.c.serial, act.c.kind, act.c.id)
    query = sa.select(*columns).where(act.c.ended == 0).order_by(act.c.id)
    for named, lot, serial, kind, number in connection.execute(query.where(act.c.gtin == gtin) if gtin else query):
        yield Flag(named, lot, serial, kind, f"{kind}:{number}")


def act_columns() -> tuple[sa.ColumnElement[Any], ...]:
    """Columns that `read_act` reads, named so that they can stand beside those of other tables."""
    return (
        act.c.id.label("act_id"),
        act.c.kind.label("act_kind"),
        act.c.gtin.label("act_gtin"),
        act.c.lot.label("act_lot"),
        act.c.serial.label("act_serial"),
        act.c.reason.label("act_reason"),
        act.c.actor.label("act_actor"),
        act.c.advice.label("act_advice"),
        act.c.when_ms.label("act_when"),
    )


def read_act(row: Any, ended: int = 0) -> StoredAct:
    """Act of a row with the columns of `act_columns`."""
    done = Act(
        id=f"{row.act_kind}:{row.act_id}",
        reason=read_text(row.act_reason),
        actor=read_text(row.act_actor),
        when=row.act_when,
        advice=read_text(row.act_advice),
    )
    return StoredAct(ActKind(row.act_kind), row.act_gtin, row.act_lot, row.act_serial, done, ended)


def _row(record: ActRecord) -> dict[str, Any]:
    return {
        "kind": record.kind.value,
        "gtin": record.gtin,
        "lot": record.lot,
        "serial": record.serial,
        "reason": write_text(record.reason),
        "actor": write_text(record.actor),
        "advice": write_text(record.advice),
        "when_ms": record.when,
        "ended": record.ended,
    }


def _same(record: ActRecord) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        act.c.kind == record.kind.value,
        act.c.gtin == record.gtin,
        act.c.lot == record.lot,
        act.c.serial == record.serial,
        act.c.when_ms == record.when,
    )
