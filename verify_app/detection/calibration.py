"""Where the line of an alert should be, without labels: above a panel of codes known to be genuine, and no lower than
inspectors can follow. Pure; what is measured comes as margins, nats above a code's own line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from heapq import heappush, heappushpop

from ..domain.score import Rules

_ABOVE = 0.01  # nats: just above a code
_WORTH = 0.05  # a line that moves less stays where it is
NIGHT = "-night-"


@dataclass(frozen=True, slots=True)
class Aim:
    """What the line is to keep: false alarms per 10,000 genuine codes, new alerts a day, over so many days."""

    false_alarms: float = 6.0
    a_day: int = 20
    days: int = 30


@dataclass(frozen=True, slots=True)
class Calibration:
    """Where the line should be. Lines are nats from the one in force; None where nothing tells one. `changes` are
    codes whose alert would begin or end, with their margins to the line in force."""

    panel: int
    panel_line: float | None
    codes: int
    capacity_line: float | None
    move: float
    changes: tuple[tuple[str, float], ...]

    @property
    def worth_it(self) -> bool:
        """Whether the line should move at all."""
        return bool(self.move)

    def rules(self, active: Rules, day: str) -> Rules:
        """The rules with the line moved, under a name that tells the day; caution keeps its distance."""
        name = f"{active.version.partition(NIGHT)[0]}{NIGHT}{day}"
        return replace(
            active, version=name, red=round(active.red + self.move, 2), amber=round(active.amber + self.move, 2)
        )


class Highest:
    """The highest of any number of margins, in bounded memory."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._heap: list[tuple[float, str]] = []
        self.count = 0

    def add(self, margin: float, code: str) -> None:
        """One more code."""
        self.count += 1
        if len(self._heap) < self._most:
            heappush(self._heap, (margin, code))
        else:
            heappushpop(self._heap, (margin, code))

    def ordered(self) -> list[tuple[float, str]]:
        """The highest first."""
        return sorted(self._heap, reverse=True)


def calibrated(panel: Iterable[float], crowd: Highest, aim: Aim) -> Calibration:
    """The line: the higher of the panel's quantile for the false alarms and of the level that fills the day. `crowd`
    holds the codes scanned in the days of the aim, more than may be alerted. A panel of which not one
    code may be alerted is too small to tell, and never lowers the line."""
    genuine = sorted(panel, reverse=True)
    spared = int(aim.false_alarms / 10_000 * len(genuine))  # of the panel that many may be alerted
    panel_line = genuine[spared] + _ABOVE if genuine else None
    ordered = crowd.ordered()
    room = aim.a_day * aim.days
    capacity_line = ordered[room][0] + _ABOVE if len(ordered) > room else None
    lines = [line for line in (panel_line, capacity_line) if line is not None]
    move = max(lines, default=0.0)
    if not spared:
        move = max(0.0, move)
    move = round(move, 2) if abs(move) >= _WORTH else 0.0
    changes = tuple((code, margin) for margin, code in ordered if (margin >= 0) != (margin >= move))
    return Calibration(len(genuine), panel_line, crowd.count, capacity_line, move, changes)
