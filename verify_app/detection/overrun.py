"""Lots whose code is looked at by more people, in more places, than its items can have.

A lot's code stands on every item of the lot, so many looks are normal; how many differs from market to market. Two
things make a copied lot stand out: visitors where none of its shipments went, and visitors for its size. How many
strangers are normal (gifts, travel, online shops) the other lots tell: of those who could be strangers, the usual
share is. From a lot's own share follows what share of its visitors hold copies, and how sure that is. It takes a
hundred visitors to be seen: the page of a lot code must say that it proves no single item.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from statistics import median

from ..domain.verdict import Level

_DAY = 86_400_000


@dataclass(frozen=True, slots=True)
class Whence:
    """Where a scan of a lot's code came from. `away`: from where none of its known shipments went; `chance`: share of
    the country's people who live there; `unknown`: share of the lot's shipments of which nobody knows the market."""

    away: bool
    chance: float
    unknown: float = 0.0


@dataclass(frozen=True, slots=True)
class Limits:
    """From when on a lot is overrun. Shares are different visitors per item of the lot."""

    certain: float = 0.6  # whatever the others do
    least: float = 0.35  # of visitors alone …
    times: float = 2.5  # … and so many times the median of the other ripe lots
    ripe_days: int = 30
    fewest: int = 4  # other lots to compare with
    visitors: int = 300  # an alert on a lot worries everybody who holds a piece of it
    usual: float = 0.25  # of those who could be strangers are, where other lots tell nothing …
    weight: int = 3  # … which counts as much as so many lots
    located: int = 25
    chance: float = 0.2  # how many of all people at least could be strangers
    copies: float = 0.3  # share of visitors that must hold copies
    caution: float = 6.0  # nats for strangers by copies against strangers by chance
    alert: float = 10.0


_RECENT = (1 << 1024) - 1  # visitors who may come to us in another order than they came


@dataclass(slots=True)
class Watched:
    """What is remembered of one lot: its GTIN, when it was seen first (UTC milliseconds), and counts. `recent` has a
    bit for each of the last 1,024 visitors, so that one who is told twice, or late, counts once."""

    product: str
    first: int
    unknown: float = 0.0
    visitors: int = 0
    share: float = 0.0
    located: int = 0
    away: int = 0
    chances: float = 0.0  # how many of the located could be strangers if all had bought anywhere
    recent: int = 0
    level: Level = Level.INFORMATION

    @property
    def strangers(self) -> float:
        """Share of strangers among those who could be."""
        return self.away / self.chances

    def newcomer(self, number: int) -> bool:
        """Whether the visitor of this number (from 1 on) is told for the first time; he is not, from then on."""
        if number > self.visitors:
            self.recent = (self.recent << (number - self.visitors) | 1) & _RECENT
            self.visitors = number
            return True
        bit = 1 << (self.visitors - number)
        fresh = bit <= _RECENT and not self.recent & bit
        self.recent |= bit & _RECENT
        return fresh


class Overrun:
    """Watches lots; feed it how many different visitors each has had. It may begin with what is remembered of some."""

    def __init__(self, limits: Limits = Limits(), lots: Mapping[str, Watched] | None = None) -> None:
        self._limits = limits
        self._lots: dict[str, Watched] = dict(lots or {})
        self._by_product: dict[str, list[Watched]] = defaultdict(list)
        for lot in self._lots.values():
            self._by_product[lot.product].append(lot)
        self._known: list[float] = []  # strangers of the lots that tell, from time to time
        self._looks = 0

    def look(self, name: str, visitors: int, size: float, when: int, whence: Whence | None = None) -> Level:
        """How suspect a lot ("GTIN/lot") is, after a scan at `when` (UTC milliseconds) by one of `visitors`; `whence`
        is None if nobody can tell. It is judged anew each time: what the other lots show may clear it."""
        if size <= 0:
            return Level.INFORMATION
        lot = self._lots.get(name)
        if lot is None:
            lot = self._lots[name] = Watched(name.partition("/")[0], when)
            self._by_product[lot.product].append(lot)
        fresh = lot.newcomer(visitors)
        lot.share = lot.visitors / size
        if fresh and whence is not None:
            lot.located += 1
            lot.away += whence.away
            lot.chances += whence.chance
            lot.unknown = whence.unknown
        if fresh:
            lot.level = self._judge(lot, when)
        return lot.level

    def watched(self, name: str) -> Watched | None:
        """What is remembered of a lot; None if it was never looked at."""
        return self._lots.get(name)

    def facts(self, name: str) -> tuple[tuple[tuple[str, float], ...], tuple[tuple[str, float], ...]]:
        """What a lot that was looked at is judged by: named counts, and how much they weigh, in nats."""
        lot = self._lots[name]
        counts = (("visitors", float(lot.visitors)), ("visitors per item", lot.share),
                  ("placed", float(lot.located)), ("strangers", float(lot.away)))  # fmt: skip
        strangers = self._sure(lot, self._usual(lot)) if lot.chances else 0.0
        crowd = max(0.0, log(lot.share / self._limits.least)) if lot.share else 0.0
        return counts, (("strangers", strangers), ("visitors for its size", crowd))

    def _judge(self, lot: Watched, when: int) -> Level:
        limits = self._limits
        if lot.visitors >= limits.visitors and (lot.share >= limits.certain or self._crowd(lot, when)):
            return Level.ALERT
        if lot.located < limits.located or lot.chances < limits.chance * lot.located:
            return Level.INFORMATION
        sure = self._sure(lot, self._usual(lot))
        if sure >= limits.alert and len(self._known) > limits.fewest:
            return Level.ALERT
        return Level.CAUTION if sure >= limits.caution else Level.INFORMATION

    def _sure(self, lot: Watched, usual: float) -> float:
        """Nats for "this share of visitors holds copies bought anywhere" against the usual share of strangers."""
        chance = lot.chances / lot.located
        copies = min(0.95, (lot.strangers - usual) / (1 - usual))
        if copies < self._limits.copies:
            return 0.0
        then, now = chance * usual, chance * (usual + copies * (1 - usual))
        return lot.away * log(now / then) + (lot.located - lot.away) * log((1 - now) / (1 - then))

    def _usual(self, lot: Watched) -> float:
        """Usual share of strangers: of all lots, or of the product's other lots if that is more."""
        limits = self._limits
        if self._looks % 100 == 0:
            self._known = [other.strangers for other in self._lots.values() if other.located >= limits.located]
        self._looks += 1
        everywhere = median([*self._known, *[limits.usual] * limits.weight])
        kin = [other.strangers for other in self._kin(lot) if other.located >= limits.located]
        usual = max(everywhere, median(kin) if len(kin) >= 2 else 0.0, 0.05)
        return min(0.9, usual + (1 - usual) * min(1.0, 2 * lot.unknown))  # it may have been the largest shipment

    def _kin(self, lot: Watched) -> list[Watched]:
        return [other for other in self._by_product[lot.product] if other is not lot]

    def _crowd(self, lot: Watched, when: int) -> bool:
        """Visitors for the lot's size, many more than lots have that are on sale as long."""
        limits = self._limits
        if lot.share < limits.least:
            return False
        ripe = limits.ripe_days * _DAY
        shares = [other.share for other in self._lots.values() if other is not lot and when - other.first >= ripe]
        kin = [other.share for other in self._kin(lot) if when - other.first >= ripe]
        usual = max(median(shares) if len(shares) >= limits.fewest else 1.0, median(kin) if len(kin) >= 2 else 0.0)
        return lot.share >= limits.times * usual
