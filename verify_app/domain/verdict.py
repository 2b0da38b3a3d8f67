"""Verdicts: what the service says of a code. `docs/verdicts.md` explains each; a guard test compares."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from .passport import Act


class Level(IntEnum):
    """How much attention a verdict asks for. Colour is never the only sign of it."""

    OK = 0
    INFORMATION = 1
    CAUTION = 2  # "we cannot confirm this one"
    ALERT = 3


class Reason(StrEnum):
    """Why. The first reason of a verdict is its name and headline; the others stand below it."""

    # what inspectors found
    CONFIRMED = "CONFIRMED"
    # the code itself
    CODE_INVALID = "CODE_INVALID"
    MALFORMED = "MALFORMED"
    NOT_GS1 = "NOT_GS1"
    FOREIGN = "FOREIGN"
    UNKNOWN_CODE = "UNKNOWN_CODE"
    UNKNOWN_LOT = "UNKNOWN_LOT"
    UNKNOWN_SERIAL = "UNKNOWN_SERIAL"
    NOT_IN_DATA_YET = "NOT_IN_DATA_YET"
    LOT_MISMATCH = "LOT_MISMATCH"
    EXPIRY_MISMATCH = "EXPIRY_MISMATCH"
    # acts and dates: safety, not authenticity
    RECALLED = "RECALLED"
    SUSPENDED = "SUSPENDED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    BEST_BEFORE_PASSED = "BEST_BEFORE_PASSED"
    PENDING_REVIEW = "PENDING_REVIEW"
    # the item's life and its earlier scans
    ALREADY_SOLD = "ALREADY_SOLD"
    REPEATED = "REPEATED"
    CHECK_PACK = "CHECK_PACK"
    IMPOSSIBLE_TRAVEL = "IMPOSSIBLE_TRAVEL"
    WRONG_MARKET = "WRONG_MARKET"
    HISTORY_UNAVAILABLE = "HISTORY_UNAVAILABLE"
    # nothing against it
    VALID = "VALID"
    CLASS_ONLY = "CLASS_ONLY"


class Detail(StrEnum):
    """The sentence below a VALID headline: which kind of "valid"."""

    FIRST = "FIRST"  # the first check of this item
    SEEN = "SEEN"  # checked before, by somebody else
    MINE = "MINE"  # checked before, first by the same visitor
    HELD = "HELD"  # checked before, first by the device that asks now, as its slip proves
    SEALED = "SEALED"  # the visitor knows the number hidden on the item
    LOT = "LOT"  # a lot code: many items carry it
    CONFIRMED = "CONFIRMED"  # below CONFIRMED: when


@dataclass(frozen=True, slots=True)
class Verdict:
    """What we say of a code.

    `reasons` in order of weight, the first is the headline's; `detail` refines VALID; `first_checked` is UTC
    milliseconds of the earliest known scan, 0 if this is the first or if it is not known; `acts` are the recalls
    and display acts in force; `policy` names the version of the rules. `suspicion` is the part
    of the level that speaks of the code itself: recall, dates and display are another channel and do not raise it.
    """

    reasons: tuple[Reason, ...]
    level: Level
    suspicion: Level = Level.OK
    detail: Detail | None = None
    first_checked: int = 0
    acts: tuple[Act, ...] = ()
    policy: str = ""
    confirmed: int = 0  # UTC milliseconds, 0: inspectors have confirmed nothing

    @property
    def name(self) -> Reason:
        """The headline: the weightiest reason."""
        return self.reasons[0]

    @property
    def shows_passport(self) -> bool:
        """Whether trace information may be shown: not while its display is suspended or cancelled
        (Circular 31/2026/TT-BCT Art. 11)."""
        return not {Reason.SUSPENDED, Reason.CANCELLED} & set(self.reasons)
