"""Cases: what inspectors make of alerts, from New to Closed, as a pure machine of states.

The states are those of the European alert management for medicines: New → Active (somebody opened it) → Under
investigation → Escalated → Closed with a finding. Nothing is undone in silence: a closed case is reopened, or its
closing is taken back, with a reason, and every step stays in its history. What two persons confirmed takes two persons
to take back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from .alert import Alert, Rule

SYSTEM = "system"
MERGE_MS = 30 * 86_400_000  # alerts of one lot in overlapping places belong together for so long
_REGIONS = frozenset({"N", "C", "S"})


class CaseError(ValueError):
    """The step is not possible; the message says what was expected and what came."""


class State(StrEnum):
    """Where a case is."""

    NEW = "new"
    ACTIVE = "active"
    INVESTIGATION = "investigation"
    ESCALATED = "escalated"
    CLOSED = "closed"


OPEN_STATES = tuple(state for state in State if state is not State.CLOSED)


class Finding(StrEnum):
    """Why a case was closed: the label that detection learns from."""

    CONFIRMED = "confirmed"  # the code is on falsified goods; two persons say so
    POISONED = "poisoned"  # somebody scanned a genuine code to make it look copied
    SHARED = "shared"  # one genuine item that many people looked at
    DATA_ERROR = "data-error"  # late upload, wrong booking
    NO_EVIDENCE = "no-evidence"


class Result(StrEnum):
    """What the inspection came to."""

    VIOLATION = "violation"
    NO_VIOLATION = "no-violation"
    UNDECIDED = "undecided"


class Move(StrEnum):
    """What may be done with a case."""

    OPEN = "open"
    INVESTIGATE = "investigate"
    ESCALATE = "escalate"
    ASSIGN = "assign"
    NOTE = "note"
    PROPOSE = "propose"  # the first of two persons says CONFIRMED
    CLOSE = "close"
    REOPEN = "reopen"  # work on it again, from the beginning
    UNDO = "undo"  # as if it had not been closed


_FROM: dict[Move, frozenset[State]] = {
    Move.OPEN: frozenset({State.NEW}),
    Move.INVESTIGATE: frozenset({State.ACTIVE, State.ESCALATED}),
    Move.ESCALATE: frozenset({State.ACTIVE, State.INVESTIGATION}),
    Move.ASSIGN: frozenset(State) - {State.CLOSED},
    Move.NOTE: frozenset(State),
    Move.PROPOSE: frozenset({State.INVESTIGATION, State.ESCALATED}),
    Move.CLOSE: frozenset(State) - {State.CLOSED},
    Move.REOPEN: frozenset({State.CLOSED}),
    Move.UNDO: frozenset({State.CLOSED}),
}
_TO = {
    Move.OPEN: State.ACTIVE,
    Move.INVESTIGATE: State.INVESTIGATION,
    Move.ESCALATE: State.ESCALATED,
    Move.PROPOSE: State.ESCALATED,
    Move.CLOSE: State.CLOSED,
    Move.REOPEN: State.ACTIVE,
}
RESULTS: dict[Finding, frozenset[Result]] = {
    Finding.CONFIRMED: frozenset({Result.VIOLATION}),
    Finding.POISONED: frozenset({Result.NO_VIOLATION}),
    Finding.SHARED: frozenset({Result.NO_VIOLATION}),
    Finding.DATA_ERROR: frozenset({Result.NO_VIOLATION, Result.VIOLATION}),  # late data can be a breach of its own
    Finding.NO_EVIDENCE: frozenset({Result.NO_VIOLATION, Result.UNDECIDED}),
}


@dataclass(frozen=True, slots=True)
class Case:
    """One case. `subject` is that of its first alert; `score` the highest of its alerts, by which the queue is
    ranked; `area` the province that it belongs to ("" while nobody knows); `version` counts its steps."""

    id: int
    subject: str
    rule: Rule
    opened: int
    state: State = State.NEW
    gtin: str = ""
    lot: str = ""
    serial: str = ""
    area: str = ""
    places: tuple[str, ...] = ()
    score: float = 0.0
    owner: str = ""
    deadline: int = 0
    finding: Finding | None = None
    result: Result | None = None
    proposed_by: str = ""
    undo_by: str = ""  # who asks for the undo of a confirmed closing
    last_evidence: int = 0
    changed: int = 0
    version: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One step in a case's history: who did what, when (UTC milliseconds) and why."""

    move: Move
    actor: str
    when: int
    note: str = ""
    finding: Finding | None = None
    result: Result | None = None
    owner: str = ""  # ASSIGN: the person or department that has it now
    area: str = ""  # ASSIGN: … and the province, where jurisdiction changes
    deadline: int = 0


def possible(case: Case) -> tuple[Move, ...]:
    """The moves that a case's state allows, in the order of `Move`."""
    return tuple(
        move
        for move in Move
        if case.state in _FROM[move] and not (move is Move.REOPEN and case.finding is Finding.CONFIRMED)
    )


def stepped(case: Case, step: Step, before: State = State.ACTIVE) -> Case:
    """The case after one step; `before` is its state before it was closed. Raises `CaseError` and leaves everything
    as it was."""
    if case.state not in _FROM[step.move]:
        allowed = ", ".join(sorted(_FROM[step.move]))
        raise CaseError(f"Expected a case in one of the states {allowed} for {step.move}, got {case.state}.")
    if not step.actor:
        raise CaseError(f"Expected the name of who does {step.move}, got none.")
    _check(case, step)
    moved = replace(case, state=_TO.get(step.move, case.state), changed=step.when, version=case.version + 1)
    if step.move is Move.ASSIGN:
        return replace(moved, owner=step.owner, area=step.area or case.area, deadline=step.deadline)
    if step.move is Move.PROPOSE:
        return replace(moved, finding=Finding.CONFIRMED, result=Result.VIOLATION, proposed_by=step.actor)
    if step.move is Move.CLOSE:
        return replace(moved, finding=step.finding, result=step.result, deadline=0)
    if step.move is Move.NOTE:
        return moved
    if step.move is Move.UNDO:
        return _undone(case, moved, step, before)
    return replace(moved, finding=None, result=None, proposed_by="")  # back to work: nothing is found yet


def _undone(case: Case, moved: Case, step: Step, before: State) -> Case:
    """The closing taken back; of a confirmed case by two persons, the first of whom asks for it."""
    if case.finding is Finding.CONFIRMED and not case.undo_by:
        return replace(moved, undo_by=step.actor)
    proposed = (Finding.CONFIRMED, Result.VIOLATION) if case.proposed_by else (None, None)
    return replace(moved, state=before, finding=proposed[0], result=proposed[1], undo_by="")


def _check(case: Case, step: Step) -> None:
    """What a step must carry."""
    if step.move is Move.REOPEN and case.finding is Finding.CONFIRMED:
        raise CaseError("Expected the undo of a confirmed case by two persons, got one who reopens it.")
    if step.move is Move.UNDO and case.undo_by == step.actor:
        raise CaseError(f"Expected a second person for the undo, got {step.actor} again.")
    if step.move is Move.ASSIGN and not (step.owner or step.area):
        raise CaseError("Expected whom the case goes to, got nobody.")
    if step.move in (Move.NOTE, Move.REOPEN, Move.ESCALATE, Move.UNDO) and not step.note.strip():
        raise CaseError(f"Expected a reason for {step.move}, got none.")
    if step.move is Move.CLOSE:
        _check_closing(case, step)


def _check_closing(case: Case, step: Step) -> None:
    if step.finding is None or step.result is None:
        raise CaseError("Expected a finding and a result for closing, got none.")
    if step.result not in RESULTS[step.finding]:
        allowed = ", ".join(sorted(RESULTS[step.finding]))
        raise CaseError(f"Expected one of {allowed} as the result of {step.finding}, got {step.result}.")
    if step.finding is not Finding.CONFIRMED:
        return
    if not case.proposed_by:
        raise CaseError("Expected the proposal of another person before a case is confirmed, got none.")
    if case.proposed_by == step.actor:
        raise CaseError(f"Expected a second person to confirm, got {step.actor} again.")


def belongs(case: Case, alert: Alert) -> bool:
    """Whether an alert joins a case: the same subject, or the same lot or product in overlapping places within 30
    days. A closed case takes no alert; a region alone joins only what is of one lot."""
    if case.state is State.CLOSED:
        return False
    if case.subject == alert.subject:
        return True
    if not alert.gtin or alert.gtin != case.gtin or abs(alert.last - case.last_evidence) > MERGE_MS:
        return False
    if {case.rule, alert.rule} & {Rule.LATE_UPLOAD, Rule.SHOPPER_REPORT} and case.rule is not alert.rule:
        return False  # a producer's data and a shopper's word are matters of their own
    common = set(case.places) & set(alert.places)
    if alert.lot and case.lot:
        return alert.lot == case.lot and bool(common)
    return bool(common - _REGIONS)


def joined(case: Case, alert: Alert) -> Case:
    """The case with one more alert: its places, the higher score, the later evidence. It stays where it was."""
    return replace(
        case,
        places=tuple(sorted({*case.places, *alert.places})),
        score=max(case.score, alert.score),
        last_evidence=max(case.last_evidence, alert.last),
    )


def idle(case: Case, now: int) -> bool:
    """Whether a case that nobody investigates has had no new evidence for 30 days, so that it closes by itself."""
    return case.state in (State.NEW, State.ACTIVE) and now - max(case.last_evidence, case.changed) > MERGE_MS
