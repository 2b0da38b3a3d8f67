"""Everything that happened in a made world, with what it was in truth."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from .assumptions import Assumptions
from .goods import DAY, START, Factory, Item
from .people import Crowd, Person


@dataclass(slots=True)
class Look:
    """One scan. `fake`: what was held was a falsified piece."""

    when: float
    code: dict[str, str | None]
    client: dict[str, Any]
    actor: str
    sig: bool | None
    fake: bool


@dataclass(slots=True)
class Truth:
    """What a code was: "genuine", "fake", "none" (never made: guessed or mistyped by somebody) or "diverted"."""

    kind: str
    scenario: str
    first_fake: float | None = None


@dataclass(slots=True)
class Diary:
    """A world while it is being made."""

    a: Assumptions
    rng: random.Random
    crowd: Crowd
    factory: Factory
    looks: list[Look] = field(default_factory=list)
    truth: dict[str, Truth] = field(default_factory=dict)
    clients: list[dict[str, Any]] = field(default_factory=list)
    diverted: set[str] = field(default_factory=set)
    walked: set[str] = field(default_factory=set)  # lots whose serials somebody tries out slowly …
    walkers: set[str] = field(default_factory=set)  # their addresses, of which hardly any comes twice
    tried: set[str] = field(default_factory=set)  # … or in another way
    unlisted: set[str] = field(default_factory=set)  # genuine items that the producer has not sent
    _last: dict[int, float] = field(default_factory=dict)

    @property
    def end(self) -> float:
        """The last second of the world."""
        return START + self.a.days * DAY

    def look(
        self,
        item: Item,
        when: float,
        who: Person,
        *,
        actor: str = "public",
        via: str = "home",
    ) -> None:
        """Somebody looks at an item (or at a copy of its code), at "home", "away" or through a "vpn"; now and then once
        more soon after."""
        rng, row = self.rng, item.row
        ways = [(when, via)]
        if rng.random() < self.a.again:
            ways.append((when + rng.expovariate(1 / 240), via))
        if via == "away" and rng.random() < self.a.home_too:
            ways.append((when + rng.uniform(0.5, 20) * 3600, "home"))
        self._last[id(item)] = max(when, self._last.get(id(item), 0.0))
        code = _code(row["gtin"], row["lot"], row["serial"])
        for moment, way in ways:
            client = self.crowd.client(who, way)
            self.add(Look(moment, dict(code), client, actor, item.signed or None, False))

    def last_look(self, item: Item) -> float:
        """Time of the last look at an item so far, 0 for none."""
        return self._last.get(id(item), 0.0)

    def add(self, look: Look) -> None:
        """Keep a look if it falls into the world's days."""
        if START <= look.when < self.end:
            self.looks.append(look)

    def name(self, item: Item, kind: str, scenario: str, first_fake: float | None = None) -> None:
        """Say what an item's code was in truth."""
        self.truth[key(item)] = Truth(kind, scenario, first_fake)

    def evening(self, when: float) -> float:
        """A time of day at which people look, on the day of `when` (or the next)."""
        hour = self.rng.choice((7, 8, 9, 10, 11, 12, 15, 17, 18, 19, 19, 20, 20, 21, 22))
        day = (when - START) // DAY
        return START + day * DAY + (hour + self.rng.random()) * 3600

    def after(self, when: float, mean_days: float, least: float = 0.0) -> float:
        """A look some days later."""
        return self.evening(when + (least + self.rng.expovariate(1 / mean_days)) * DAY)

    def scans_of_codes(self) -> dict[str, list[Look]]:
        """Looks by code."""
        found: dict[str, list[Look]] = defaultdict(list)
        for look in self.looks:
            found[f"{look.code['gtin']}|{look.code['serial'] or 'lot:' + str(look.code['lot'])}"].append(look)
        return found


def key(item: Item) -> str:
    """An item's name in the truth."""
    return f"{item.row['gtin']}|{item.row['serial']}"


def _code(gtin: object, lot: object, serial: object) -> dict[str, str | None]:
    return {"gtin": str(gtin), "lot": str(lot), "serial": str(serial)}
