"""Standing: what a closed case (or a detector of lots) says of a code for as long as nobody takes it back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import log1p

from .alert import Alert, Rule
from .case import Case, Finding, Step

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


def said_by(case: Case, step: Step, alerts: Iterable[Alert]) -> tuple[Standing, ...]:
    """What closing a case says of its codes: CONFIRMED of each of them, or what their scans are excused from now on.

    After POISONED, SHARED and DATA_ERROR the score begins anew a nat below caution; after NO_EVIDENCE just below the
    alert, so that new evidence is heard at once.
    """
    items = {(alert.gtin, alert.serial): alert for alert in alerts if alert.gtin and alert.serial}
    if step.finding is Finding.CONFIRMED:
        return tuple(
            Standing(StandingKind.CONFIRMED, gtin, "", serial, step.when, step.actor, case.id) for gtin, serial in items
        )
    scored = [alert for alert in items.values() if alert.rule is Rule.COPIED_CODE]
    return tuple(
        Standing(StandingKind.EXCUSED, a.gtin, "", a.serial, step.when, step.actor, case.id, _excused(a, step.finding))
        for a in scored
    )


def _excused(alert: Alert, finding: Finding | None) -> float:
    facts = dict(alert.evidence)
    z, amber, red = (facts.get(name, 0.0) for name in ("z", "amber", "red"))
    if finding is Finding.NO_EVIDENCE:
        return max(0.0, z - red) + 0.05
    return max(0.0, z - amber) + 1.0


def prior(confirmed: Iterable[int], now: int) -> float:
    """Nats that the confirmed cases of one product (UTC milliseconds of each) add to its other codes. Only what
    inspectors confirmed counts: otherwise alerts would breed alerts."""
    return _PRIOR * log1p(sum(1 for when in confirmed if 0 <= now - when <= PRIOR_MS))
