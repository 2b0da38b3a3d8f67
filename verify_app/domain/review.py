"""The way of a document to the public page: draft, submitted, returned or approved, published, later versions.

A pure state machine. Every plan asks that somebody other than the author looks before anything is published.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum, StrEnum
from typing import Any

from .code import Code
from .label import label_of, passport_may_replace_label
from .local_time import local_date
from .passport import LotPart, ModelPart, Passport, Review
from .printed_date import PrintedDate
from .text import Text
from .traceability_items import stored_items

_NO_CONTENT = frozenset({"version", "published_at", "review", "recall", "display", "display_act", "linked", "sealed"})


class ReviewAct(StrEnum):
    """What is done to a version on its way."""

    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    RETURN = "return"
    APPROVE = "approve"
    PUBLISH = "publish"


class ReviewError(ValueError):
    """The act is refused; `problem` is a slug, `str(error)` says what was expected and what came."""

    def __init__(self, problem: str, expected: str, got: str) -> None:
        super().__init__(f"Expected {expected}, got {got}.")
        self.problem = problem


_WAY: Mapping[ReviewAct, tuple[frozenset[Review], Review]] = {
    ReviewAct.SUBMIT: (frozenset({Review.DRAFT}), Review.SUBMITTED),
    ReviewAct.WITHDRAW: (frozenset({Review.SUBMITTED}), Review.DRAFT),
    ReviewAct.RETURN: (frozenset({Review.SUBMITTED, Review.APPROVED}), Review.RETURNED),
    ReviewAct.APPROVE: (frozenset({Review.SUBMITTED}), Review.APPROVED),
    ReviewAct.PUBLISH: (frozenset({Review.APPROVED}), Review.PUBLISHED),
}
_BY_REVIEWERS = frozenset({ReviewAct.RETURN, ReviewAct.APPROVE})


def after(state: Review, act: ReviewAct, people: tuple[str, str], reason: str = "") -> Review:
    """The status after an act; `people` are the version's author and who acts. Raises `ReviewError`."""
    author, actor = people
    allowed, leads_to = _WAY[act]
    if state not in allowed:
        raise ReviewError("state", f"a version that is {' or '.join(sorted(allowed))}", f"one that is {state}")
    if act in _BY_REVIEWERS and author == actor:
        raise ReviewError("same_person", "a reviewer other than the author", "the author")
    if act is ReviewAct.RETURN and not reason.strip():
        raise ReviewError("reason", "a reason for the return", "none")
    return leads_to


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs between two versions; "" where a version lacks it."""

    field: str
    old: str
    new: str


def differences(old: ModelPart | LotPart | None, new: ModelPart | LotPart) -> tuple[Difference, ...]:
    """Field by field what a new version says otherwise than an old one (None: there was none), in the new one's
    order. Fields are dotted paths such as "operators.0.name.vi"."""
    before, now = dict(_flat("", old)) if old else {}, dict(_flat("", new))
    names = [*now, *(name for name in before if name not in now)]
    return tuple(
        Difference(name, before.get(name, ""), now.get(name, ""))
        for name in names
        if before.get(name, "") != now.get(name, "")
    )


def _flat(path: str, value: Any) -> Iterator[tuple[str, str]]:
    """Dotted paths of all simple values below a value."""
    if isinstance(value, Enum):
        yield path, str(value.value)
    elif isinstance(value, PrintedDate):
        yield path, value.printed
    elif isinstance(value, Text):
        yield from ((_below(path, language), words) for language, words in value.values)
    elif is_dataclass(value) or isinstance(value, tuple):
        for name, part in _parts(path, value):
            yield from _flat(_below(path, name), part)
    elif value is not None:
        yield path, str(value)


def _parts(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if is_dataclass(value):
        names = (spec.name for spec in fields(value))
        yield from ((name, getattr(value, name)) for name in names if path or name not in _NO_CONTENT)
    elif len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], Text):
        yield value  # an item of the label and its text
    else:
        yield from ((str(place), part) for place, part in enumerate(value))


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


@dataclass(frozen=True, slots=True)
class Completeness:
    """What a version lacks: of Art. 23(5) (stored traceability data), Art. 32(1) (passport), Art. 42 and Annex I
    (label), as msgid endings; `remarks` are findings on label items that are there. Decree 37/2026."""

    traceability: tuple[str, ...]
    passport: tuple[str, ...]
    label: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Nothing mandatory is missing."""
        return not (self.traceability or self.passport or self.label)

    @property
    def share(self) -> int:
        """Per cent of the clauses' items that are there, for a progress bar: each missing one takes five away."""
        return max(0, 100 - 5 * len({*self.traceability, *self.passport, *self.label}))


def completeness(model: ModelPart, lot: LotPart | None, now: int) -> Completeness:
    """What a model, or one of its lots, lacks before it is published; `now` in UTC milliseconds."""
    code = Code("01", model.gtin, (("10", lot.lot),) if lot else ())
    passport = Passport(code, model, lot)
    of_a_lot = {"events", "expiry", "marks"} if lot is None else {"expiry"}
    if model.exempt:
        of_a_lot |= {"origin", "events"}
    lacking = tuple(name for _, name, value in stored_items(passport) if not value and name not in of_a_lot)
    label = label_of(model, lot, local_date(now))
    _, without = passport_may_replace_label(model, lot)
    group = tuple(item for item in without if item == "group")
    remarks = tuple(f"{remark.kind}:{remark.item}" for remark in label.remarks)
    return Completeness(lacking, passport.missing, (*label.missing, *group), remarks)
