"""The audit log in SQL: one chain, written one entry at a time, read in its order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from verify_app.domain.audit import RETENTION, START, Entry, Kind, Note, sealed

from .engine import ask, reading, writing
from .office_tables import audit

_LOCK = 0x61756469  # "audi": one writer at a time, or two entries would follow the same one
_PAGE = 1_000


def append(engine: sa.Engine, note: Note, when: int) -> Entry:
    """Write a note at the end of the log. Raises `StoreUnavailable`: then what was to be noted must not happen."""
    with writing(engine) as connection:
        return append_in(connection, note, when)


def append_in(connection: sa.Connection, note: Note, when: int) -> Entry:
    """The same within the caller's transaction, so that an act and its entry are written together or not at all."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer anyway
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    last = connection.execute(sa.select(audit).order_by(audit.c.number.desc()).limit(1)).first()
    number, before = (last.number + 1, last.seal) if last else (1, START)
    entry = sealed(note, max(when, last.when_ms) if last else when, number, before)  # a clock set back hides nothing
    row = {"number": entry.number, "when_ms": entry.when, "kind": entry.kind.value, "body": entry.body,
           "body_digest": entry.body_digest, "seal": entry.seal}  # fmt: skip
    connection.execute(sa.insert(audit).values(row))
    return entry


def entries(engine: sa.Engine, after: int = 0) -> Iterator[Entry]:
    """The whole log after a number, oldest first, read a thousand at a time. Raises `StoreUnavailable`."""
    while True:
        query = sa.select(audit).where(audit.c.number > after).order_by(audit.c.number).limit(_PAGE)
        with reading(engine) as connection:
            found = [_read(row) for row in connection.execute(query)]
        yield from found
        if len(found) < _PAGE:
            return
        after = found[-1].number


def latest(engine: sa.Engine, before: int = 0, limit: int = 100) -> tuple[Entry, ...]:
    """The last entries before a number (0: the newest of all), newest first. Raises `StoreUnavailable`."""
    query = sa.select(audit).order_by(audit.c.number.desc()).limit(limit)
    if before:
        query = query.where(audit.c.number < before)
    return ask(engine, lambda connection: tuple(_read(row) for row in connection.execute(query)))


def expire(engine: sa.Engine, now: int) -> int:
    """Take away the words of entries whose time is over; returns of how many. Raises `StoreUnavailable`."""
    with writing(engine) as connection:
        return sum(
            connection.execute(
                sa.update(audit)
                .where(audit.c.kind == kind.value, audit.c.when_ms <= now - kept, audit.c.body != "")
                .values(body="")
            ).rowcount
            for kind, kept in RETENTION.items()
        )


def _read(row: Any) -> Entry:
    return Entry(row.number, row.when_ms, Kind(row.kind), row.body, row.body_digest, row.seal)
