"""The register of violations, read from the histories of cases: it has no table that anybody could delete from."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from verify_app.domain.case import Move, Result, State
from verify_app.domain.register import Violation

from .cases import read_case
from .engine import Engine, ask
from .inspection_tables import case_file, case_step


def violations(engine: Engine, areas: Collection[str] = ()) -> tuple[Violation, ...]:
    """Every case in whose history somebody said "violation", of some areas (none: of all), those that are open first,
    then the newest. Raises `StoreUnavailable`."""
    return ask(engine, lambda connection: _read(connection, areas))


def _read(connection: sa.Connection, areas: Collection[str]) -> tuple[Violation, ...]:
    says = (case_step.c.move == Move.PROPOSE.value) | (case_step.c.result == Result.VIOLATION.value)
    cases = sa.select(case_file).where(sa.exists().where(case_step.c.case_id == case_file.c.id, says))
    if areas:
        cases = cases.where(case_file.c.area.in_(["", *areas]))
    found = {row.id: read_case(row) for row in connection.execute(cases)}
    steps = sa.select(case_step).where(case_step.c.case_id.in_(cases.with_only_columns(case_file.c.id)))
    entries: dict[int, Violation] = {}
    for row in connection.execute(steps.order_by(case_step.c.case_id, case_step.c.number)):
        case, known = found[row.case_id], entries.get(row.case_id)
        if known is None and (row.move == Move.PROPOSE.value or row.result == Result.VIOLATION.value):
            known = Violation(case, row.when_ms, row.actor, reason=row.note)
        if known is None:
            continue
        closes = row.move == Move.CLOSE.value
        opens = row.move in (Move.REOPEN.value, Move.UNDO.value) and row.state != State.CLOSED.value
        ended = (row.when_ms, row.actor) if closes else (0, "") if opens else None
        closed, by = ended or (known.closed, known.closed_by)
        entries[row.case_id] = Violation(case, known.said, known.said_by, closed, by, known.reason or row.note)
    return tuple(sorted(entries.values(), key=lambda entry: (not entry.open, -entry.said)))
