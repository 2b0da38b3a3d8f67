"""What visitors saw, second by second: counted in each process of locust, and added up where the run is led."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Measured:
    """Answers of some requests: how many, how many of them failed, and how often each time in milliseconds."""

    requests: int = 0
    failures: int = 0
    times: Counter[int] = field(default_factory=Counter)

    @property
    def error_rate(self) -> float:
        """Share of failed requests."""
        return self.failures / self.requests if self.requests else 0.0

    def percentile(self, percent: float) -> float:
        """Milliseconds within which so many percent of the answers came; 0 for none."""
        left = percent / 100 * sum(self.times.values())
        for took, count in sorted(self.times.items()):
            left -= count
            if left <= 0:
                return float(took)
        return float(max(self.times, default=0))

    def add(self, requests: int, failures: int, times: Iterable[tuple[int, int]]) -> None:
        """Add other answers."""
        self.requests += requests
        self.failures += failures
        for took, count in times:
            self.times[took] += count


def rounded(milliseconds: float) -> int:
    """Two significant digits, as locust does: else each answer would have a row of its own."""
    if milliseconds < 100:
        return round(milliseconds)
    return round(milliseconds, -1 if milliseconds < 1000 else -2)


class Tally:
    """Answers by second and by name of the request; scans answered; photos that were told to come again."""

    def __init__(self) -> None:
        self.scans = self.turned_away = 0
        self._seconds: dict[int, dict[str, Measured]] = defaultdict(lambda: defaultdict(Measured))

    def note(self, name: str, milliseconds: float, failed: bool) -> None:
        """One answer that came at this moment."""
        self._seconds[int(time.time())][name].add(1, int(failed), ((rounded(milliseconds), 1),))

    def take(self) -> dict[str, Any]:
        """All that was counted since the last time, as plain values for a message."""
        told = {
            "scans": self.scans,
            "turned_away": self.turned_away,
            "seconds": [
                (second, name, one.requests, one.failures, list(one.times.items()))
                for second, names in self._seconds.items()
                for name, one in names.items()
            ],
        }
        self.__init__()  # type: ignore[misc]
        return told

    def add(self, told: dict[str, Any]) -> None:
        """Add what another process counted."""
        self.scans += told["scans"]
        self.turned_away += told["turned_away"]
        for second, name, requests, failures, times in told["seconds"]:
            self._seconds[second][name].add(requests, failures, times)

    def measured(self, begin: float, end: float) -> Measured:
        """All answers between two moments (seconds since 1970)."""
        found = Measured()
        for second, names in list(self._seconds.items()):
            if begin <= second < end:
                for one in names.values():
                    found.add(one.requests, one.failures, one.times.items())
        return found


@dataclass(slots=True)
class Result:
    """A whole run. `lost` None: nobody could look into the ledger."""

    shape: str
    told: dict[str, Any]
    began: float
    steps: list[dict[str, float]] = field(default_factory=list)  # stages of a staircase: asked, rate, p95, p99, holds
    in_ledger: int | None = None

    @property
    def answered(self) -> int:
        """Scans that were answered."""
        return int(self.told["scans"])

    @property
    def lost(self) -> int | None:
        """Scans that were answered and are not in the ledger."""
        return None if self.in_ledger is None else max(0, self.answered - self.in_ledger)

    @property
    def doubled(self) -> int:
        """Scans in the ledger beyond those that were answered."""
        return 0 if self.in_ledger is None else max(0, self.in_ledger - self.answered)

    def measured(self, name: str = "", without: Collection[str] = ()) -> Measured:
        """All answers, or those of one name, or those without some names."""
        found = Measured()
        for _, one, requests, failures, times in self.told["seconds"]:
            if (one == name or not name) and one not in without:
                found.add(requests, failures, times)
        return found

    def names(self) -> list[str]:
        """Names of the requests."""
        return sorted({row[1] for row in self.told["seconds"]})

    def peak(self, seconds: int = 5) -> float:
        """Most requests a second, over some seconds in a row."""
        counts: Counter[int] = Counter()
        for second, _, requests, _, _ in self.told["seconds"]:
            counts[second] += requests
        return max((sum(counts[at + n] for n in range(seconds)) / seconds for at in list(counts)), default=0.0)

    def holds(self) -> float:
        """Requests a second of the highest step that held, 0 where no staircase was climbed."""
        return max((step["rate"] for step in self.steps if step["holds"]), default=0.0)
