"""The register of violations: what a case was said to be stays in it, whatever happens to the case later."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from .case import Case, State


@dataclass(frozen=True, slots=True)
class Violation:
    """An entry: a case in which somebody said "violation". `said` and `closed` are UTC milliseconds (`closed` 0 while
    it is open), `said_by` and `closed_by` the persons; `reason` what they wrote. An entry is made by a step of the
    case's history, which nobody can take away: a reopened or dismissed case keeps its entry and shows its state."""

    case: Case
    said: int
    said_by: str
    closed: int = 0
    closed_by: str = ""
    reason: str = ""

    @property
    def open(self) -> bool:
        """Whether it is still to be handled."""
        return self.case.state is not State.CLOSED


def handled(entries: Collection[Violation]) -> float:
    """Percentage of entries that are closed, rounded down to a tenth: 100 only when none is open. 100 for none."""
    still = sum(entry.open for entry in entries)
    return (len(entries) - still) * 1000 // len(entries) / 10 if entries else 100.0
