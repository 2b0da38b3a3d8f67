"""Captured EPCIS documents on their way, and the events that were taken from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa

from .engine import Engine, ask, insert, writing
from .tables_enterprise import capture, epcis_event, epcis_event_code


@dataclass(frozen=True, slots=True)
class Capture:
    """One captured document. `errors` are pairs of (place in the eventList from 0, what was wrong); with `proceed` the
    other events are taken all the same, without it none is."""

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
    proceed: bool = False


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it was captured, with what it can be searched by: `words` are columns with their values, `names` its
    codes with the field that each stands in."""

    event_id: str
    type: str
    biz_step: str
    event_ms: int
    body: str
    in_error: bool = False
    words: tuple[tuple[str, str], ...] = ()
    names: tuple[tuple[str, str], ...] = ()


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
    names = ("event_id", "type", "biz_step", "event_ms", "body", "in_error")
    row = {name: getattr(event, name) for name in names} | dict(event.words)
    row |= {"enterprise_id": origin.enterprise_id, "capture_id": origin.id, "recorded_at": now, "indexed": True}
    statement = insert(connection, epcis_event).values(row).on_conflict_do_nothing()
    if connection.execute(statement.returning(epcis_event.c.event_id)).first() is None:
        return False
    _name(connection, origin.enterprise_id, event.event_id, event.names)
    return True


def events_not_indexed(engine: Engine, limit: int) -> tuple[tuple[str, str, str], ...]:
    """Enterprise, id and body of events that cannot yet be found by what they say."""
    table = epcis_event.c
    query = sa.select(table.enterprise_id, table.event_id, table.body).where(sa.not_(table.indexed)).limit(limit)
    return ask(engine, lambda connection: tuple((row[0], row[1], row[2]) for row in connection.execute(query)))


def index_event(connection: sa.Connection, of: tuple[str, str], event: StoredEvent | None) -> None:
    """Let an event (its enterprise and id) be found by what it says; None for one that cannot be read any more."""
    where = (epcis_event.c.enterprise_id == of[0], epcis_event.c.event_id == of[1])
    values = {"in_error": event.in_error, **dict(event.words)} if event else {}
    connection.execute(sa.update(epcis_event).where(*where).values(values | {"indexed": True}))
    _name(connection, *of, event.names if event else ())


def _name(connection: sa.Connection, enterprise_id: str, event_id: str, names: tuple[tuple[str, str], ...]) -> None:
    of = {"enterprise_id": enterprise_id, "event_id": event_id}
    if names:
        rows = [of | {"field": field, "code": code} for field, code in names]
        connection.execute(insert(connection, epcis_event_code).on_conflict_do_nothing(), rows)


def captures_of(engine: Engine, enterprise_id: str, before: str, limit: int) -> tuple[Capture, ...]:
    """Documents of an enterprise, the latest first, behind the one named `before` ("" for the first)."""
    query = sa.select(capture).where(capture.c.enterprise_id == enterprise_id)
    if before:
        query = query.where(capture.c.id < before)
    query = query.order_by(capture.c.id.desc()).limit(limit)
    return ask(engine, lambda connection: tuple(map(_read, connection.execute(query))))


def _read(row: Any) -> Capture:
    values = {name: getattr(row, name) for name in Capture.__slots__}
    return Capture(**values | {"errors": tuple((place, said) for place, said in msgspec.json.decode(row.errors))})
