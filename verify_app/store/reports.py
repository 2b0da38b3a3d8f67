"""Shoppers' reports: filed once, followed by receipt number, taken and answered by officers.

For the inspectors' pages: `list_reports` (the queue), `count_reports`, `find_report` (all of one), `take_step` (take,
forward, note, answer, reopen), `step_in` (the same in the caller's transaction) and `report_photos.read`. Nothing here
returns a receipt number, or anything else of the sender: an export cannot hold what these values do not have.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from verify_app.domain.report import (
    OPEN_STATES,
    Grievance,
    Move,
    NewReport,
    Outcome,
    Photo,
    Report,
    State,
    Step,
    received,
    stepped,
)

from . import report_photos
from .engine import StoreUnavailable, ask, insert, writing
from .report_photos import KeptPhoto
from .report_tables import report, report_photo, report_step
from .taken import Taken

_WHAT = ("filed", "subject", "path", "verdict", "gtin", "lot", "serial", "area", "note", "proven")


class ReportChanged(RuntimeError):  # noqa: N818 - a state, not a fault
    """Somebody else took a step in the meantime; look again."""


@dataclass(frozen=True, slots=True)
class ReportFile:
    """All of one report: the report, and its history (oldest first)."""

    report: Report
    history: tuple[Taken[Step, State], ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which reports a list shows. `areas`: these and what lies in them ("Gia Lai" holds "Gia Lai/Xã Ví Dụ"; "" those
    without a place); none: all. `overdue_at`: only those whose term had passed at this instant (UTC milliseconds)."""

    states: Collection[State] = OPEN_STATES
    areas: Collection[str] = ()
    gtin: str = ""
    subject: str = ""
    overdue_at: int = 0


@dataclass(frozen=True, slots=True)
class StoredReports:
    """Reports in SQL, their photos in a folder."""

    engine: sa.Engine
    folder: Path

    def file(self, number: str, new: NewReport, photos: Collection[KeptPhoto] = ()) -> bool:
        """Keep a report under its receipt number; False if it is there already (the same form, sent twice).

        Photos are on the disk before the report names them, and both before this returns. Raises `ReportError`, and
        `StoreUnavailable` if nothing was kept."""
        kept = tuple(photo.described for photo in photos)
        new = replace(new, photos=kept)
        made = received(0, new)
        try:
            for photo in photos:
                report_photos.write(self.folder, photo)
        except OSError as error:
            raise StoreUnavailable(f"Expected room for a photo of a report, got {error.strerror}.") from error
        with writing(self.engine) as connection:
            values = {"receipt": _digest(number), **_values(made), "grievance": new.grievance.value}
            values |= {name: getattr(new, name) for name in _WHAT}
            query = insert(connection, report).values(values).on_conflict_do_nothing(index_elements=["receipt"])
            report_id = connection.execute(query.returning(report.c.id)).scalar()
            if report_id is None:
                return False
            rows = [{"report_id": report_id, "number": at, **asdict(photo)} for at, photo in enumerate(kept)]
            if rows:
                connection.execute(sa.insert(report_photo), rows)
        return True

    def follow(self, number: str) -> ReportFile | None:
        """The report of a receipt number, None if there is none. Raises `StoreUnavailable`."""
        query = sa.select(report.c.id).where(report.c.receipt == _digest(number))
        found = ask(self.engine, lambda connection: connection.execute(query).scalar())
        return None if found is None else find_report(self.engine, found)


def list_reports(engine: sa.Engine, wanted: Wanted = Wanted(), limit: int = 50, offset: int = 0) -> tuple[Report, ...]:
    """Reports, those whose next term ends first at the top. Raises `StoreUnavailable`."""
    ordered = sa.select(report).where(*_conditions(wanted)).order_by(_term(), report.c.id).limit(limit).offset(offset)
    return ask(engine, lambda connection: _read_all(connection, connection.execute(ordered).all()))


def numbered(engine: sa.Engine, wanted: Wanted, before: int, limit: int) -> tuple[Report, ...]:
    """Reports with numbers below `before` (0: all), the newest first: for files of all of them, part by part. Raises
    `StoreUnavailable`."""
    below = [report.c.id < before] if before else []
    query = sa.select(report).where(*_conditions(wanted), *below).order_by(report.c.id.desc()).limit(limit)
    return ask(engine, lambda connection: _read_all(connection, connection.execute(query).all()))


def count_reports(engine: sa.Engine, wanted: Wanted = Wanted()) -> dict[State, int]:
    """How many such reports there are, by state, in the order of a report's way. Raises `StoreUnavailable`."""
    query = sa.select(report.c.state, sa.func.count()).where(*_conditions(wanted)).group_by(report.c.state)
    found = ask(engine, lambda c: {State(state): number for state, number in c.execute(query)})
    return {state: found[state] for state in State if state in found}


def find_report(engine: sa.Engine, report_id: int) -> ReportFile | None:
    """A report with its history, None if there is none. Raises `StoreUnavailable`."""
    return ask(engine, lambda connection: _file(connection, report_id))


def take_step(engine: sa.Engine, report_id: int, step: Step, version: int | None = None) -> Report:
    """Take a step; `version` is that of the report which the actor saw. Raises `ReportError` if the step is not
    possible, `ReportChanged` if another came first, `LookupError` for no such report, `StoreUnavailable`."""
    with writing(engine) as connection:
        return step_in(connection, report_id, step, version)


def step_in(connection: sa.Connection, report_id: int, step: Step, version: int | None = None) -> Report:
    """The same within the caller's transaction, so that an audit entry is written with it or not at all."""
    row = connection.execute(sa.select(report).where(report.c.id == report_id).with_for_update()).first()
    if row is None:
        raise LookupError(f"Expected the number of a report, got {report_id}.")
    (before,) = _read_all(connection, [row])
    if version is not None and version != before.version:
        raise ReportChanged(f"Expected version {version} of report {report_id}, got {before.version}.")
    after = stepped(before, step)
    values = {**_values(after), "area": after.what.area}
    connection.execute(sa.update(report).where(report.c.id == report_id).values(values))
    told = {"move": step.move.value, "actor": step.actor, "when_ms": step.when, "state": after.state.value}
    told |= {"note": step.note, "area": step.area, "answer": step.answer}
    told["outcome"] = step.outcome.value if step.outcome else ""
    connection.execute(sa.insert(report_step).values(report_id=report_id, number=after.version, **told))
    return after


def _digest(number: str) -> str:
    return sha256(number.encode()).hexdigest()


def _term() -> sa.ColumnElement[int]:
    waits = report.c.state.in_([State.RECEIVED.value, State.FORWARDED.value])
    return sa.case((waits & (report.c.take_by < report.c.answer_by), report.c.take_by), else_=report.c.answer_by)


def _conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [report.c.state.in_([state.value for state in wanted.states])]
    if wanted.areas:
        inside = [report.c.area.startswith(f"{area}/", autoescape=True) for area in wanted.areas if area]
        found.append(sa.or_(report.c.area.in_(list(wanted.areas)), *inside))
    if wanted.gtin:
        found.append(report.c.gtin == wanted.gtin)
    if wanted.subject:
        found.append(report.c.subject == wanted.subject)
    if wanted.overdue_at:
        found += [_term() < wanted.overdue_at, report.c.state != State.ANSWERED.value]
    return found


def _file(connection: sa.Connection, report_id: int) -> ReportFile | None:
    row = connection.execute(sa.select(report).where(report.c.id == report_id)).first()
    if row is None:
        return None
    query = sa.select(report_step).where(report_step.c.report_id == report_id).order_by(report_step.c.number)
    history = tuple(_read_step(step) for step in connection.execute(query))
    return ReportFile(_read_all(connection, [row])[0], history)


def _read_step(row: Any) -> Taken[Step, State]:
    outcome = Outcome(row.outcome) if row.outcome else None
    step = Step(Move(row.move), row.actor, row.when_ms, row.note, row.area, outcome, row.answer)
    return Taken(row.number, step, State(row.state))


def _read_all(connection: sa.Connection, rows: Collection[Any]) -> tuple[Report, ...]:
    query = sa.select(report_photo).where(report_photo.c.report_id.in_([row.id for row in rows]))
    photos: dict[int, list[Photo]] = {}
    for photo in connection.execute(query.order_by(report_photo.c.number)):
        photos.setdefault(photo.report_id, []).append(Photo(photo.sha256, photo.width, photo.height, photo.size))
    return tuple(_read(row, tuple(photos.get(row.id, ()))) for row in rows)


def _read(row: Any, photos: tuple[Photo, ...]) -> Report:
    what = NewReport(
        grievance=Grievance(row.grievance), photos=photos, **{name: getattr(row, name) for name in _WHAT}
    )  # fmt: skip
    return Report(
        id=row.id,
        what=what,
        take_by=row.take_by,
        answer_by=row.answer_by,
        state=State(row.state),
        owner=row.owner,
        outcome=Outcome(row.outcome) if row.outcome else None,
        answer=row.answer,
        changed=row.changed,
        version=row.version,
    )


def _values(made: Report) -> dict[str, Any]:
    return {
        "state": made.state.value,
        "owner": made.owner,
        "take_by": made.take_by,
        "answer_by": made.answer_by,
        "outcome": made.outcome.value if made.outcome else "",
        "answer": made.answer,
        "changed": made.changed,
        "version": made.version,
    }
