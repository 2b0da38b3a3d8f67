"""All kinds of visitors, in the shape that was chosen: `python -m loadtests.run SHAPE` starts it.

By itself: `locust -f loadtests/locustfile.py --host http://127.0.0.1:8000`; then locust's own options say how many.
"""

from __future__ import annotations

import math
import os
import time

from locust import LoadTestShape

from loadtests import shape, threshold
from loadtests.users.enterprise import Enterprise
from loadtests.users.guesser import Guesser
from loadtests.users.inspector import Inspector
from loadtests.users.program import Program
from loadtests.users.shopper import Shopper
from loadtests.visitor import steps, tally

USERS = (Shopper, Program, Inspector, Enterprise, Guesser)
_SETTLE = 3  # seconds after the beginning of a step: who has just come is still arriving
_LATE = 4  # seconds until the other processes have told what they counted
_CHOSEN = shape.chosen()  # None when locust was called by itself
_SHAPE = _CHOSEN or shape.read("smoke")

for kind in USERS:
    if _CHOSEN:
        kind.abstract = kind.__name__ not in _CHOSEN.mix
        kind.weight = _CHOSEN.mix.get(kind.__name__, 0)


class Shaped(LoadTestShape):
    """The chosen shape, as locust asks for it."""

    abstract = _CHOSEN is None

    def __init__(self) -> None:
        super().__init__()
        self._began = 0.0
        self._judged = 0
        self._thresholds = threshold.read(os.environ.get("LOADTEST_THRESHOLDS") or _SHAPE.thresholds)

    def tick(self) -> tuple[int, float] | None:
        """How many visitors now, and how many of them may come within a second; None: the run is over."""
        self._began = self._began or time.time()
        now = _SHAPE.at(self.get_run_time())
        if _SHAPE.staircase and not self._climbs(now[0] if now else len(_SHAPE.stages)):
            return None
        if now is None and _SHAPE.staircase and self._judged < len(_SHAPE.stages):
            now = len(_SHAPE.stages) - 1, _SHAPE.stages[-1]  # until the last step is judged
        if now is None:
            return None
        wanted, present = _SHAPE.visitors(now[1]), self.get_current_user_count()
        return wanted, max(1.0, abs(wanted - present) / max(1.0, now[1].climb))

    def _climbs(self, number: int) -> bool:
        """Judge the steps that have passed, a little later; False when one did not hold."""
        while self._judged < number:
            end = self._began + sum(stage.seconds for stage in _SHAPE.stages[: self._judged + 1])
            if time.time() < end + _LATE:
                return True
            stage = _SHAPE.stages[self._judged]
            begin, end = math.ceil(end - stage.seconds + min(_SETTLE, stage.seconds / 2)), math.floor(end)
            seen = tally.measured(begin, end)
            rate = seen.requests / max(1, end - begin)
            holds = self._thresholds.holds(seen) and rate >= self._thresholds.reached * stage.rate
            p95, p99 = seen.percentile(95), seen.percentile(99)
            steps.append({"asked": stage.rate, "rate": round(rate, 1), "p95_ms": p95, "p99_ms": p99, "holds": holds})
            self._judged += 1
            if not holds:
                return False
        return True
