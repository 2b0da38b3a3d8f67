"""Lots whose code is looked at by more people, in more places, than its items can have.

A lot's code stands on every item of the lot, so many looks are normal; how many differs from market to market. Two
things make a copied lot stand out: visitors for its size, and visitors where none of its shipments went. Their
product, strangers per item, is compared with the other lots. It takes hundreds of copies to be seen: the page of a
lot code must say that it proves no single item.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

_DAY = 86_400_000


@dataclass(frozen=True, slots=True)
class Limits:
    """From when on a lot is overrun. Shares are different visitors per item of the lot."""

    certain: float = 0.6  # whatever the others do
    least: float = 0.35  # of visitors alone …
    times: float = 2.5  # … and so many times the median of the other ripe lots
    strangers: float = 0.06  # strangers per item …
    strangers_times: float = 3.0
    away: float = 0.22  # … and their share of the located
    away_times: float = 1.25
    ripe_days: int = 30
    fewest: int = 4  # other lots to compare with
    visitors: int = 300  # an alert on a lot worries everybody who holds a piece of it
    located: int = 40


@dataclass(slots=True)
class _Lot:
    first: int
    share: float = 0.0
    located: int = 0
    away: int = 0
    overrun: bool = False

    @property
    def away_share(self) -> float:
        return self.away / self.located if self.located else 0.0

    @property
    def strangers(self) -> float:
        return self.share * self.away_share


class Overrun:
    """Watches lots; feed it how many different visitors each has had."""

    def __init__(self, limits: Limits = Limits()) -> None:
        self._limits = limits
        self._lots: dict[str, _Lot] = {}

    def look(self, name: str, visitors: int, size: float, when: int, away: bool | None = None) -> bool:
        """Whether a lot is overrun, after a scan at `when` (UTC milliseconds) by one of `visitors`; it stays so.
        `away`: the scan came from where none of the lot's shipments went, None if nobody can tell."""
        if size <= 0:
            return False
        lot = self._lots.setdefault(name, _Lot(when))
        lot.share = visitors / size
        if away is not None:
            lot.located += 1
            lot.away += away
        if not lot.overrun and visitors >= self._limits.visitors:
            lot.overrun = self._judge(lot, when)
        return lot.overrun

    def _judge(self, lot: _Lot, when: int) -> bool:
        return lot.share >= self._limits.certain or self._strangers(lot) or self._crowd(lot, when)

    def _strangers(self, lot: _Lot) -> bool:
        """Visitors where none of the lot's shipments went, many more than other lots have."""
        limits = self._limits
        if lot.located < limits.located or lot.away_share < limits.away or lot.strangers < limits.strangers:
            return False
        others = [other for other in self._lots.values() if other is not lot and other.located >= limits.located / 2]
        return (
            len(others) >= limits.fewest
            and lot.strangers >= limits.strangers_times * median(other.strangers for other in others)
            and lot.away_share >= limits.away_times * median(other.away_share for other in others)
        )

    def _crowd(self, lot: _Lot, when: int) -> bool:
        """Visitors for the lot's size, many more than lots have that are on sale as long."""
        limits = self._limits
        if lot.share < limits.least:
            return False
        ripe = limits.ripe_days * _DAY
        shares = [other.share for other in self._lots.values() if other is not lot and when - other.first >= ripe]
        return len(shares) >= limits.fewest and lot.share >= limits.times * median(shares)
