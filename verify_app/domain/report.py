"""Reports of shoppers, who need no account: from received to answered, as a pure machine of states.

A report holds nothing of who sent it. The number on its receipt is the only way back to its sender, and stands in no
list and no export. The terms are promises of this service, counted in Vietnamese days; no law sets them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum

from .local_time import VIETNAM, local_date

TAKE_DAYS, HARM_DAYS, ANSWER_DAYS = 3, 1, 15
MOST_NOTE = 1_000  # characters
MOST_ANSWER = 2_000
MOST_AREA = 120
MOST_PHOTOS = 3


class ReportError(ValueError):
    """The report or step is not possible. `field` names what is wrong; the message says what was expected and what
    came."""

    def __init__(self, field: str, expected: str, got: str) -> None:
        super().__init__(f"Expected {expected}, got {got}.")
        self.field = field


class Grievance(StrEnum):
    """Why somebody reports."""

    DIFFERS = "differs"  # name, lot, dates or pack differ from what the page says
    SEAL = "seal"  # opened, broken or unlike the picture
    COPIED = "copied"  # several items with one code, or a new item that is already sold
    DATE = "date"  # expired or recalled, and still on sale
    HARM = "harm"  # somebody fell ill or was hurt
    SITE = "site"  # the code leads to a strange page
    OTHER = "other"


class State(StrEnum):
    """Where a report is."""

    RECEIVED = "received"
    TAKEN = "taken"
    FORWARDED = "forwarded"  # it belongs to another area or authority
    ANSWERED = "answered"


OPEN_STATES = tuple(state for state in State if state is not State.ANSWERED)


class Move(StrEnum):
    """What may be done with a report."""

    TAKE = "take"
    FORWARD = "forward"
    NOTE = "note"
    ANSWER = "answer"
    REOPEN = "reopen"


class Outcome(StrEnum):
    """What came of it."""

    VIOLATION = "violation"
    NO_VIOLATION = "no-violation"
    UNDECIDED = "undecided"
    UNUSABLE = "unusable"  # nothing in it that could be checked


_FROM: dict[Move, frozenset[State]] = {
    Move.TAKE: frozenset({State.RECEIVED, State.FORWARDED}),
    Move.FORWARD: frozenset({State.RECEIVED, State.TAKEN, State.FORWARDED}),
    Move.NOTE: frozenset(State),
    Move.ANSWER: frozenset({State.TAKEN}),
    Move.REOPEN: frozenset({State.ANSWERED}),
}
_TO = {Move.TAKE: State.TAKEN, Move.FORWARD: State.FORWARDED, Move.ANSWER: State.ANSWERED, Move.REOPEN: State.TAKEN}


@dataclass(frozen=True, slots=True)
class Photo:
    """A kept photo: the SHA-256 of its bytes (hexadecimal) names its file; width and height in pixels."""

    sha256: str
    width: int
    height: int
    size: int


@dataclass(frozen=True, slots=True)
class NewReport:
    """What a shopper sends: `filed` in UTC milliseconds; the code that was looked at (`subject` is its identity, `path`
    its address here) with the verdict that stood on the page; `area` "Gia Lai" or "Gia Lai/Xã Ví Dụ", "" where it was
    not said; `proven`: the browser did the work that a flood of reports could not."""

    filed: int
    grievance: Grievance
    subject: str
    path: str
    verdict: str
    gtin: str = ""
    lot: str = ""
    serial: str = ""
    area: str = ""
    note: str = ""
    photos: tuple[Photo, ...] = ()
    proven: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """A report and what became of it. `take_by` and `answer_by` are UTC milliseconds; `version` counts its steps."""

    id: int
    what: NewReport
    take_by: int
    answer_by: int
    state: State = State.RECEIVED
    owner: str = ""
    outcome: Outcome | None = None
    answer: str = ""
    changed: int = 0
    version: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One step in a report's history. `note` is for officers alone; `answer` is what the sender reads."""

    move: Move
    actor: str
    when: int
    note: str = ""
    area: str = ""  # FORWARD: where it belongs
    outcome: Outcome | None = None  # ANSWER
    answer: str = ""  # ANSWER


def check_report(new: NewReport) -> None:
    """Raises `ReportError` for words or photos beyond their limits, and for "other" without any word or photo."""
    if len(new.note) > MOST_NOTE:
        raise ReportError("note", f"at most {MOST_NOTE} characters", str(len(new.note)))
    if len(new.area) > MOST_AREA:
        raise ReportError("area", f"at most {MOST_AREA} characters", str(len(new.area)))
    if len(new.photos) > MOST_PHOTOS:
        raise ReportError("photos", f"at most {MOST_PHOTOS} photos", str(len(new.photos)))
    if new.grievance is Grievance.OTHER and not (new.note or new.photos):
        raise ReportError("note", "words or a photo for a reason of its own", "neither")


def received(report_id: int, new: NewReport) -> Report:
    """The report as it enters the queue, with its terms. Harm is looked at first. Raises `ReportError`."""
    check_report(new)
    days = HARM_DAYS if new.grievance is Grievance.HARM else TAKE_DAYS
    return Report(report_id, new, _end_of_day(new.filed, days), _end_of_day(new.filed, ANSWER_DAYS), changed=new.filed)


def possible(report: Report) -> tuple[Move, ...]:
    """The moves that a report's state allows, in the order of `Move`."""
    return tuple(move for move in Move if report.state in _FROM[move])


def stepped(report: Report, step: Step) -> Report:
    """The report after a step. Raises `ReportError` if the step is not possible now or lacks what it needs."""
    if report.state not in _FROM[step.move]:
        wanted = " or ".join(sorted(_FROM[step.move]))
        raise ReportError("state", f"a report that is {wanted} for {step.move}", report.state)
    _check_step(step)
    moved = replace(
        report, state=_TO.get(step.move, report.state), changed=step.when, version=report.version + 1
    )  # fmt: skip
    if step.move is Move.TAKE:
        return replace(moved, owner=step.actor)
    if step.move is Move.FORWARD:
        what = replace(report.what, area=step.area)
        return replace(moved, what=what, owner="", take_by=_end_of_day(step.when, TAKE_DAYS))
    if step.move is Move.ANSWER:
        return replace(moved, outcome=step.outcome, answer=step.answer)
    if step.move is Move.REOPEN:
        return replace(
            moved, owner=step.actor, outcome=None, answer="", answer_by=_end_of_day(step.when, ANSWER_DAYS)
        )  # fmt: skip
    return moved


def overdue(report: Report, now: int) -> bool:
    """Whether a term has passed that the report still stands under."""
    if report.state in (State.RECEIVED, State.FORWARDED):
        return now > min(report.take_by, report.answer_by)
    return report.state is State.TAKEN and now > report.answer_by


def _check_step(step: Step) -> None:
    if step.move is Move.FORWARD and not step.area:
        raise ReportError("area", "the area that it is forwarded to", "none")
    if step.move is Move.REOPEN and not step.note:
        raise ReportError("note", "a reason for reopening", "none")
    if step.move is Move.ANSWER:
        if step.outcome is None:
            raise ReportError("outcome", "what came of it", "nothing")
        if not 0 < len(step.answer) <= MOST_ANSWER:
            raise ReportError("answer", f"an answer of 1 to {MOST_ANSWER} characters", str(len(step.answer)))


def _end_of_day(ms: int, days: int) -> int:
    """The last second of the Vietnamese day that is so many days later, in UTC milliseconds."""
    day = local_date(ms) + timedelta(days=days)
    return int(datetime.combine(day, time(23, 59, 59), VIETNAM).timestamp()) * 1000
