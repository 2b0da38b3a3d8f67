"""Cases and their histories. A case changes only by a step, and no step is ever changed or deleted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from verify_app.domain.alert import OPENS_NO_CASE, Alert, Rule
from verify_app.domain.case import (
    MERGE_MS,
    OPEN_STATES,
    SYSTEM,
    Case,
    Finding,
    Move,
    Result,
    State,
    Step,
    belongs,
    idle,
    joined,
    stepped,
)
from verify_app.domain.standing import said_by

from .alerts import StoredAlert, alerts_of_case, link_alert, put_alert
from .engine import ask, writing
from .inspection_tables import alert, case_file, case_step
from .standing import say, take_back
from .taken import Taken

_LOCK = 0x63617365  # "case": two workers must not open two cases for one thing
_NUMBERED = case_file.c.id == sa.bindparam("number")
_ONE = sa.select(case_file).where(_NUMBERED).with_for_update()  # nobody else changes it until the transaction's end
_CHANGE = sa.update(case_file).where(_NUMBERED)
_PLAIN = ("subject", "gtin", "lot", "serial", "area", "score", "owner", "deadline", "proposed_by", "undo_by", "opened",
          "changed", "last_evidence", "version")  # fmt: skip


class CaseChanged(RuntimeError):  # noqa: N818 - a state, not a fault
    """Somebody else took a step in the meantime; look again."""


@dataclass(frozen=True, slots=True)
class CaseFile:
    """All of one case: the case, its alerts (strongest first), its history (oldest first)."""

    case: Case
    alerts: tuple[StoredAlert, ...]
    history: tuple[Taken[Step, State], ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases a list shows: in these states and areas (none: in all; a case without area is in every one).
    `late_at`: only those whose term was over at this instant (UTC milliseconds)."""

    states: Collection[State] = OPEN_STATES
    areas: Collection[str] = ()
    rules: Collection[Rule] = ()
    gtin: str = ""
    owner: str = ""
    late_at: int = 0


def record_alert(engine: sa.Engine, found: Alert) -> StoredAlert:
    """Store an alert and put it into its case, which is opened if there is none; again is as once. Raises
    `StoreUnavailable`."""
    with writing(engine) as connection:
        lock(connection)
        return record_alert_in(connection, found)


def lock(connection: sa.Connection) -> None:
    """Until the transaction's end nobody else opens cases."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer anyway
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")


def record_alert_in(connection: sa.Connection, found: Alert) -> StoredAlert:
    """The same within the caller's transaction, after `lock`."""
    stored = put_alert(connection, found)
    if found.rule in OPENS_NO_CASE:
        return stored
    case = _case_for(connection, stored)
    if case.id != stored.case_id:
        link_alert(connection, stored.id, case.id)
    return StoredAlert(stored.id, case.id, stored.alert)


def queue(engine: sa.Engine, wanted: Wanted = Wanted(), limit: int = 50, offset: int = 0) -> tuple[Case, ...]:
    """Cases, the strongest first, then the latest evidence. Raises `StoreUnavailable`."""
    query = sa.select(case_file).where(*_conditions(wanted))
    ordered = query.order_by(case_file.c.score.desc(), case_file.c.last_evidence.desc(), case_file.c.id)
    return ask(engine, lambda c: tuple(read_case(row) for row in c.execute(ordered.limit(limit).offset(offset))))


def numbered(engine: sa.Engine, wanted: Wanted, before: int, limit: int) -> tuple[Case, ...]:
    """Cases with numbers below `before` (0: all), the newest first: for files of all of them, part by part. Raises
    `StoreUnavailable`."""
    below = [case_file.c.id < before] if before else []
    query = sa.select(case_file).where(*_conditions(wanted), *below).order_by(case_file.c.id.desc()).limit(limit)
    return ask(engine, lambda c: tuple(read_case(row) for row in c.execute(query)))


def count_cases(engine: sa.Engine, wanted: Wanted = Wanted()) -> dict[State, int]:
    """How many such cases there are, by state, in the order of a case's way. Raises `StoreUnavailable`."""
    query = sa.select(case_file.c.state, sa.func.count()).where(*_conditions(wanted)).group_by(case_file.c.state)
    found = ask(engine, lambda c: {State(state): number for state, number in c.execute(query)})
    return {state: found[state] for state in State if state in found}


def find_case(engine: sa.Engine, case_id: int) -> CaseFile | None:
    """A case with its alerts and history, None if there is none. Raises `StoreUnavailable`."""
    return ask(engine, lambda connection: _file(connection, case_id))


def take_step(engine: sa.Engine, case_id: int, step: Step, version: int | None = None) -> Case:
    """Take a step; `version` is that of the case which the actor saw. Raises `CaseError` if the step is not possible,
    `CaseChanged` if another came first, `LookupError` for no such case, `StoreUnavailable`."""
    with writing(engine) as connection:
        return step_in(connection, case_id, step, version)


def step_in(connection: sa.Connection, case_id: int, step: Step, version: int | None = None) -> Case:
    """The same within the caller's transaction, so that an act or a minute is written with it or not at all. Closing
    says what was found of the codes, within two seconds on the public page; reopening, or the undo, takes it back."""
    row = connection.execute(_ONE, {"number": case_id}).first()
    if row is None:
        raise LookupError(f"Expected the number of a case, got {case_id}.")
    before = read_case(row)
    if version is not None and version != before.version:
        raise CaseChanged(f"Expected version {version} of case {case_id}, got {before.version}.")
    after = stepped(before, step, _before_closing(connection, case_id))
    _store(connection, after)
    connection.execute(sa.insert(case_step).values(case_id=case_id, number=after.version, **_step_values(after, step)))
    if step.move is Move.CLOSE:
        for said in said_by(after, step, (stored.alert for stored in alerts_of_case(connection, case_id))):
            say(connection, said)
    elif before.state is State.CLOSED and after.state is not State.CLOSED:
        take_back(connection, case_id, step.when)
    return after


def _before_closing(connection: sa.Connection, case_id: int) -> State:
    """State that a case had before it was closed last."""
    c = case_step.c
    closing = sa.select(sa.func.max(c.number)).where(c.case_id == case_id, c.move == Move.CLOSE.value).scalar_subquery()
    query = sa.select(c.state).where(c.case_id == case_id, c.number < closing).order_by(c.number.desc()).limit(1)
    return State(connection.execute(query).scalar() or State.NEW)


def close_idle(engine: sa.Engine, now: int) -> tuple[Case, ...]:
    """Close the cases that nobody investigates and that had no evidence for 30 days; returns them. Raises
    `StoreUnavailable`."""
    step = Step(
        Move.CLOSE, SYSTEM, now, "no new evidence for 30 days", finding=Finding.NO_EVIDENCE, result=Result.UNDECIDED
    )
    with writing(engine) as connection:
        query = sa.select(case_file).where(case_file.c.state.in_([State.NEW.value, State.ACTIVE.value]))
        asleep = [case for case in map(read_case, connection.execute(query)) if idle(case, now)]
        return tuple(step_in(connection, case.id, step) for case in asleep)


def similar_cases(engine: sa.Engine, case: Case, limit: int = 10) -> tuple[Case, ...]:
    """Other cases of the same product, those of the same lot first, then the newest. Raises `StoreUnavailable`."""
    if not case.gtin:
        return ()
    same_lot = sa.case((case_file.c.lot == case.lot, 0), else_=1) if case.lot else sa.literal(0)
    query = sa.select(case_file).where(case_file.c.gtin == case.gtin, case_file.c.id != case.id)
    ordered = query.order_by(same_lot, case_file.c.opened.desc()).limit(limit)
    return ask(engine, lambda connection: tuple(read_case(row) for row in connection.execute(ordered)))


def _case_for(connection: sa.Connection, stored: StoredAlert) -> Case:
    """The case of an alert: the one that it is in while that is open, one that it joins, or a new one."""
    found = stored.alert
    row = connection.execute(_ONE, {"number": stored.case_id}).first() if stored.case_id else None
    known = read_case(row) if row else None
    if known is not None and known.state is State.CLOSED and found.last <= known.changed:
        return known  # delivered again, after the case was closed: nothing new
    host = known if known and known.state is not State.CLOSED else _host(connection, found)
    if host is None:
        return _open(connection, found)
    merged = joined(host, found)
    if merged != host:
        _store(connection, merged)
    return merged


def _host(connection: sa.Connection, found: Alert) -> Case | None:
    """The oldest case that an alert belongs to. Of a product's cases only the open ones with evidence of its time are
    read: there may be very many others."""
    c = case_file.c
    same = c.subject == found.subject
    if found.gtin:
        near = c.last_evidence.between(found.last - MERGE_MS, found.last + MERGE_MS)
        same |= (c.gtin == found.gtin) & near
    query = sa.select(case_file).where(c.state != State.CLOSED.value, same).order_by(c.id).with_for_update()
    return next((case for case in map(read_case, connection.execute(query)) if belongs(case, found)), None)


def _open(connection: sa.Connection, found: Alert) -> Case:
    area = next((place for place in found.places if place.isdigit()), "")
    case = Case(
        0, found.subject, found.rule, found.last, gtin=found.gtin, lot=found.lot, serial=found.serial, area=area,
        places=found.places, score=found.score, last_evidence=found.last, changed=found.last,
    )  # fmt: skip
    return read_case(connection.execute(sa.insert(case_file).values(_values(case)).returning(case_file)).one())


def _file(connection: sa.Connection, case_id: int) -> CaseFile | None:
    row = connection.execute(sa.select(case_file).where(case_file.c.id == case_id)).first()
    if row is None:
        return None
    steps = connection.execute(sa.select(case_step).where(case_step.c.case_id == case_id).order_by(case_step.c.number))
    return CaseFile(read_case(row), alerts_of_case(connection, case_id), tuple(_read_step(step) for step in steps))


def _conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = [case_file.c.state.in_([state.value for state in wanted.states])]
    if wanted.areas:
        conditions.append(case_file.c.area.in_(["", *wanted.areas]))
    if wanted.rules:
        of_rule = sa.exists().where(
            alert.c.case_id == case_file.c.id, alert.c.rule.in_([r.value for r in wanted.rules])
        )
        conditions.append(of_rule)
    if wanted.gtin:
        conditions.append(case_file.c.gtin == wanted.gtin)
    if wanted.owner:
        conditions.append(case_file.c.owner == wanted.owner)
    if wanted.late_at:
        conditions += [case_file.c.deadline > 0, case_file.c.deadline < wanted.late_at]
    return conditions


def _store(connection: sa.Connection, case: Case) -> None:
    connection.execute(_CHANGE, _values(case) | {"number": case.id})


def _values(case: Case) -> dict[str, Any]:
    return {name: getattr(case, name) for name in _PLAIN} | {
        "rule": case.rule.value,
        "state": case.state.value,
        "places": " ".join(case.places),
        "finding": case.finding.value if case.finding else "",
        "result": case.result.value if case.result else "",
    }


def _step_values(after: Case, step: Step) -> dict[str, Any]:
    return {
        "move": step.move.value,
        "actor": step.actor,
        "when_ms": step.when,
        "state": after.state.value,
        "note": step.note,
        "finding": step.finding.value if step.finding else "",
        "result": step.result.value if step.result else "",
        "owner": step.owner,
        "area": step.area,
        "deadline": step.deadline,
    }


def read_case(row: Any) -> Case:
    """A case as its row tells it."""
    return Case(
        rule=Rule(row.rule),
        state=State(row.state),
        places=tuple(row.places.split()),
        finding=Finding(row.finding) if row.finding else None,
        result=Result(row.result) if row.result else None,
        **{name: getattr(row, name) for name in ("id", *_PLAIN)},
    )


def _read_step(row: Any) -> Taken[Step, State]:
    step = Step(
        Move(row.move),
        row.actor,
        row.when_ms,
        row.note,
        Finding(row.finding) if row.finding else None,
        Result(row.result) if row.result else None,
        row.owner,
        row.area,
        row.deadline,
    )
    return Taken(row.number, step, State(row.state))
