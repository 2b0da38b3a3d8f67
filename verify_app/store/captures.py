"""Captured EPCIS documents on their way, and the events that were taken from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa

from .engine import Engine, ask, insert, writing
from .tables_enterprise import capture, epcis_event

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Capture:
    """One captured document. `errors` are pairs of (place in the eventList from 0, what was wrong)."""

    id: str
    enterprise_id: str
    author: str
    created_at: int
    body: str
    status: str = "waiting"
    finished_at: int = 0
    taken: int = 0
    known: int = 0
    errors: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it was captured, with what it can be searched by."""

    event_id: str
    type: str
    biz_step: str
    event_ms: int
    body: str


def add_capture(engine: Engine, wanted: Capture) -> None:
    """Keep a document before its sender is told so."""
    with writing(engine) as connection:
        row = {name: getattr(wanted, name) for name in Capture.__slots__} | {"errors": "[]"}
        connection.execute(sa.insert(capture).values(row))


def find_capture(engine: Engine, enterprise_id: str, capture_id: str) -> Capture | None:
    """A document that an enterprise sent, None for none."""
    query = sa.select(capture).where(capture.c.id == capture_id, capture.c.enterprise_id == enterprise_id)
    return ask(engine, lambda connection: next(map(_read, connection.execute(query)), None))


def next_capture(engine: Engine) -> Capture | None:
    """The oldest document that waits, None for none."""
    query = sa.select(capture).where(capture.c.status == "waiting").order_by(capture.c.created_at).limit(1)
    return ask(engine, lambda connection: next(map(_read, connection.execute(query)), None))


def end_capture(connection: sa.Connection, done: Capture) -> bool:
    """Close a document with what came of it; False if another runner has closed it."""
    values = {name: getattr(done, name) for name in ("status", "finished_at", "taken", "known")}
    values["errors"] = msgspec.json.encode(done.errors).decode()
    where = (capture.c.id == done.id, capture.c.status == "waiting")
    return connection.execute(sa.update(capture).where(*where).values(values)).rowcount == 1


def keep_event(connection: sa.Connection, origin: Capture, event: StoredEvent, now: int) -> bool:
    """Keep an event; False for an id that this enterprise has sent before."""
    row = {name: getattr(event, name) for name in StoredEvent.__slots__}
    row |= {"enterprise_id": origin.enterprise_id, "capture_id": origin.id, "recorded_at": now}
    statement = insert(connection, epcis_event).values(row).on_conflict_do_nothing()
    return connection.execute(statement.returning(epcis_event.c.event_id)).first() is not None


def events_of(engine: Engine, enterprise_id: str, after: str = "", limit: int = 30) -> Sequence[StoredEvent]:
    """Events of an enterprise in the order of their ids, behind one of them."""
    table = epcis_event
    query = sa.select(table).where(table.c.enterprise_id == enterprise_id, table.c.event_id > after)
    query = query.order_by(table.c.event_id).limit(min(limit, _PAGE))
    names = StoredEvent.__slots__
    return ask(
        engine,
        lambda connection: [
            StoredEvent(**{name: getattr(row, name) for name in names}) for row in connection.execute(query)
        ],
    )


def _read(row: Any) -> Capture:
    values = {name: getattr(row, name) for name in Capture.__slots__}
    return Capture(**values | {"errors": tuple((place, said) for place, said in msgspec.json.decode(row.errors))})
