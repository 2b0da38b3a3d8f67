"""Imports: where each file stands, and which of its rows were refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import sqlalchemy as sa

from .bulk_items import Written
from .engine import Engine, ask, writing
from .tables_enterprise import import_error, import_job

WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
LEASE_MS = 60_000  # a runner that says nothing for this long is taken for dead
_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class ImportJob:
    """One file and how far it is. `position` counts the rows read, times are UTC milliseconds, `digest` is the
    file's SHA-256; `gtins` are those whose items the file has touched."""

    id: str
    enterprise_id: str
    kind: str
    form: str
    file_name: str
    digest: str
    author: str
    size: int
    created_at: int
    dry_run: bool = False
    status: str = WAITING
    done_bytes: int = 0
    position: int = 0
    fresh: int = 0
    changed: int = 0
    same: int = 0
    bad: int = 0
    header: tuple[str, ...] = ()
    gtins: tuple[str, ...] = ()
    failure: str = ""
    updated_at: int = 0


@dataclass(frozen=True, slots=True)
class BadRow:
    """A refused row as it came, and why: pairs of (name, text) for each problem."""

    row: int
    cells: tuple[str, ...]
    problems: tuple[dict[str, str], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """What one transaction of an import adds to its job."""

    position: int
    done_bytes: int
    written: Written
    bad: Sequence[BadRow] = ()
    gtins: frozenset[str] = field(default_factory=frozenset)


def add_job(engine: Engine, job: ImportJob) -> None:
    """Store a new job; its file must be on the disk already."""
    with writing(engine) as connection:
        connection.execute(sa.insert(import_job).values(_row(job)))


def find_job(engine: Engine, job_id: str) -> ImportJob | None:
    """The job of an id, None for none."""
    query = sa.select(import_job).where(import_job.c.id == job_id)
    return ask(engine, lambda connection: next(map(_read, connection.execute(query)), None))


def same_file(engine: Engine, job: ImportJob) -> ImportJob | None:
    """The latest unfinished job of the same enterprise, kind, file and manner: to go on with, not to begin anew."""
    like = [import_job.c[name] == getattr(job, name) for name in ("enterprise_id", "kind", "digest", "dry_run")]
    query = sa.select(import_job).where(*like, import_job.c.status.in_((WAITING, RUNNING)))
    query = query.order_by(import_job.c.created_at.desc()).limit(1)
    return ask(engine, lambda connection: next(map(_read, connection.execute(query)), None))


def list_jobs(engine: Engine, enterprise_id: str, limit: int = 50) -> tuple[ImportJob, ...]:
    """Jobs of an enterprise, the latest first."""
    query = sa.select(import_job).where(import_job.c.enterprise_id == enterprise_id)
    query = query.order_by(import_job.c.created_at.desc(), import_job.c.id).limit(limit)
    return ask(engine, lambda connection: tuple(map(_read, connection.execute(query))))


def waiting_jobs(engine: Engine, now: int) -> tuple[str, ...]:
    """Ids of jobs that nobody works on, the oldest first."""
    query = sa.select(import_job.c.id).where(_open(now)).order_by(import_job.c.created_at).limit(_PAGE)
    return ask(engine, lambda connection: tuple(connection.execute(query).scalars()))


def claim_job(engine: Engine, job_id: str, runner: str, now: int) -> ImportJob | None:
    """Take a job for `LEASE_MS`; None if another runner holds it or it has ended."""
    held = sa.update(import_job).where(import_job.c.id == job_id, _open(now) | (import_job.c.held_by == runner))
    with writing(engine) as connection:
        taken = connection.execute(
            held.where(import_job.c.status.in_((WAITING, RUNNING))).values(
                status=RUNNING, held_by=runner, held_until=now + LEASE_MS
            )
        )
    return find_job(engine, job_id) if taken.rowcount == 1 else None


class LeaseLostError(RuntimeError):
    """Another runner has taken the job over."""


def note_step(connection: sa.Connection, job: ImportJob, runner: str, step: Step, now: int) -> None:
    """Move a job on, in the same transaction as what its rows changed. Raises `LeaseLostError`."""
    columns = import_job.c
    moved = connection.execute(
        sa.update(import_job)
        .where(columns.id == job.id, columns.held_by == runner, columns.position < step.position)
        .values(
            position=step.position,
            done_bytes=step.done_bytes,
            fresh=columns.fresh + step.written.fresh,
            changed=columns.changed + step.written.changed,
            same=columns.same + step.written.same,
            bad=columns.bad + len(step.bad),
            gtins=_json(sorted(step.gtins)),
            updated_at=now,
            held_until=now + LEASE_MS,
        )
    )
    if moved.rowcount != 1:
        raise LeaseLostError(f"Expected to hold the import {job.id}, found it with another runner.")
    if step.bad:
        connection.execute(
            sa.insert(import_error),
            [
                {"job_id": job.id, "row": bad.row, "problems": _json(bad.problems), "cells": _json(bad.cells)}
                for bad in step.bad
            ],
        )


def note_header(engine: Engine, job_id: str, header: Sequence[str]) -> None:
    """Keep the file's header, for the annotated file."""
    _set(engine, job_id, header=_json(header))


def end_job(engine: Engine, job_id: str, status: str, now: int, failure: str = "") -> None:
    """Close a job as DONE or FAILED."""
    _set(engine, job_id, status=status, failure=failure, updated_at=now, held_by="", held_until=0)


def release_job(engine: Engine, job_id: str) -> None:
    """Let another runner go on with the job at once."""
    _set(engine, job_id, status=WAITING, held_by="", held_until=0)


def bad_rows(engine: Engine, job_id: str) -> Iterator[BadRow]:
    """Refused rows of a job in the order of the file, read page by page."""
    last = -1
    while page := ask(engine, lambda connection: _page(connection, job_id, last)):  # noqa: B023 - called at once
        yield from page
        last = page[-1].row


def _page(connection: sa.Connection, job_id: str, last: int) -> list[BadRow]:
    query = sa.select(import_error).where(import_error.c.job_id == job_id, import_error.c.row > last)
    return [
        BadRow(row.row, tuple(_list(row.cells)), tuple(_list(row.problems)))
        for row in connection.execute(query.order_by(import_error.c.row).limit(_PAGE))
    ]


def _open(now: int) -> sa.ColumnElement[bool]:
    dead = (import_job.c.status == RUNNING) & (import_job.c.held_until < now)
    return (import_job.c.status == WAITING) | dead


def _set(engine: Engine, job_id: str, **values: Any) -> None:
    with writing(engine) as connection:
        connection.execute(sa.update(import_job).where(import_job.c.id == job_id).values(values))


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _list(text: str) -> list[Any]:
    decoded: list[Any] = msgspec.json.decode(text)
    return decoded


def _row(job: ImportJob) -> dict[str, Any]:
    row = {name: getattr(job, name) for name in ImportJob.__slots__}
    return row | {"header": _json(job.header), "gtins": _json(job.gtins)}


def _read(row: Any) -> ImportJob:
    values = {name: getattr(row, name) for name in ImportJob.__slots__}
    return ImportJob(**values | {"header": tuple(_list(row.header)), "gtins": tuple(_list(row.gtins))})
