"""Labels that are to be printed of a batch: what was ordered, and who works on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from .engine import Engine, ask, writing
from .issue_tables import code_batch
from .portal_tables import print_job
from .tables import model

WAITING, DONE, FAILED, GONE = "waiting", "done", "failed", "gone"


@dataclass(frozen=True, slots=True)
class PrintJob:
    """One order of labels: `wish` is JSON of the label's look; `done` of `total` labels are whole files."""

    id: str
    batch_id: str
    wish: str
    author: str
    created_at: int
    total: int
    status: str = WAITING
    failure: str = ""
    done: int = 0


def add_print(engine: Engine, job: PrintJob) -> None:
    """Keep a new order."""
    with writing(engine) as connection:
        connection.execute(sa.insert(print_job).values({name: getattr(job, name) for name in PrintJob.__slots__}))


def prints_of(engine: Engine, batch_id: str) -> tuple[PrintJob, ...]:
    """Orders for a batch, the latest first."""
    query = sa.select(print_job).where(print_job.c.batch_id == batch_id).order_by(print_job.c.created_at.desc())
    return ask(engine, lambda connection: tuple(map(_read, connection.execute(query))))


def find_print(engine: Engine, enterprise_id: str, job_id: str) -> PrintJob | None:
    """An order for a batch of an enterprise, None for none."""
    query = sa.select(print_job).join(code_batch, code_batch.c.id == print_job.c.batch_id)
    query = query.join(model, model.c.gtin == code_batch.c.gtin)
    query = query.where(print_job.c.id == job_id, model.c.enterprise_id == enterprise_id)
    return ask(engine, lambda connection: next(map(_read, connection.execute(query)), None))


def claim_print(engine: Engine, runner: str, now: int, hold_until: int) -> PrintJob | None:
    """Take the oldest order that waits and whose batch is issued; None if none does, or if another runner was first."""
    table = print_job.join(code_batch, code_batch.c.id == print_job.c.batch_id)
    free = (print_job.c.status == WAITING, (print_job.c.held_until < now) | (print_job.c.held_by == runner))
    query = sa.select(print_job).select_from(table).where(*free, code_batch.c.issued >= code_batch.c.wanted)
    found = ask(engine, lambda connection: connection.execute(query.order_by(print_job.c.created_at).limit(1)).first())
    if found is None:
        return None
    taken = sa.update(print_job).where(print_job.c.id == found.id, *free).values(held_by=runner, held_until=hold_until)
    with writing(engine) as connection:
        return _read(found) if connection.execute(taken).rowcount == 1 else None


def old_print(engine: Engine, before: int) -> PrintJob | None:
    """The oldest order that has ended, was made before a moment, and whose files are still there; None for none."""
    query = sa.select(print_job).where(print_job.c.status.in_((DONE, FAILED)), print_job.c.created_at < before)
    query = query.order_by(print_job.c.created_at).limit(1)
    return ask(engine, lambda connection: next(map(_read, connection.execute(query)), None))


def note_print(engine: Engine, job_id: str, **values: Any) -> None:
    """Write how far an order is."""
    with writing(engine) as connection:
        connection.execute(sa.update(print_job).where(print_job.c.id == job_id).values(values))


def _read(row: Any) -> PrintJob:
    return PrintJob(**{name: getattr(row, name) for name in PrintJob.__slots__})
