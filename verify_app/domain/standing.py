"""Standing: what a closed case (or a detector of lots) says of a code for as long as nobody takes it back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import log1p

PRIOR_MS = 30 * 86_400_000
_PRIOR = 0.3  # nats for each e-fold of confirmed cases of one product


class StandingKind(StrEnum):
    """What is said."""

    CONFIRMED = "confirmed"  # inspectors: falsified goods carry this code
    EXCUSED = "excused"  # inspectors: what the scans said until now had an innocent cause
    OVERRUN = "overrun"  # a lot's code is looked at by more people than the lot has items


@dataclass(frozen=True, slots=True)
class Standing:
    """One statement on a code: a lot or an item of a product. `amount` are the nats that EXCUSED takes off the score;
    `ended` UTC milliseconds, 0 while it stands; `case_id` 0 where no case said it."""

    kind: StandingKind
    gtin: str
    lot: str
    serial: str
    when: int
    actor: str
    case_id: int = 0
    amount: float = 0.0
    ended: int = 0
    id: int = 0


def prior(confirmed: Iterable[int], now: int) -> float:
    """Nats that the confirmed cases of one product (UTC milliseconds of each) add to its other codes. Only what
    inspectors confirmed counts: otherwise alerts would breed alerts."""
    return _PRIOR * log1p(sum(1 for when in confirmed if 0 <= now - when <= PRIOR_MS))
