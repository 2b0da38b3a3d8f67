"""The address table of a made world, wrong in the ways that real ones are."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from ..domain.provinces import HUBS, PROVINCES, region_of
from .assumptions import Assumptions

COUNTRIES: dict[int, tuple[str, float, float]] = {  # market number -> country and a town of it
    100: ("CN", 23.13, 113.26),
    101: ("JP", 35.68, 139.69),
    102: ("KR", 37.57, 126.98),
    103: ("US", 34.05, -118.24),
    104: ("DE", 52.52, 13.40),
    105: ("AU", -33.87, 151.21),
    106: ("TH", 13.76, 100.50),
    107: ("SG", 1.35, 103.82),
    108: ("KH", 11.56, 104.92),
    109: ("LA", 17.97, 102.63),
}
HOSTS = (("US", 39.0, -77.5), ("SG", 1.35, 103.82), ("JP", 35.68, 139.69), ("DE", 50.11, 8.68))
_FIRST = (100 << 24) + (64 << 16)  # 100.64.0.0/10 belongs to nobody (RFC 6598)
_HUB_OF = {"N": 0, "C": 1, "S": 2}


@dataclass(frozen=True, slots=True)
class Block:
    """A /24: its number, where the table puts it, and its kind."""

    number: int
    lat: float
    lon: float
    radius: int
    kind: str
    country: str

    def address(self, rng: random.Random) -> str:
        """One address of the block."""
        value = _FIRST + self.number * 256 + rng.randrange(1, 255)
        return f"{value >> 24}.{value >> 16 & 255}.{value >> 8 & 255}.{value & 255}"


class AddressBook:
    """All blocks of a world, by what they are in truth."""

    def __init__(self, a: Assumptions, rng: random.Random) -> None:
        self.fixed: dict[int, list[Block]] = defaultdict(list)  # market -> blocks
        self.mobile: dict[str, list[Block]] = defaultdict(list)  # region or country -> blocks
        self.hosting: list[Block] = []
        self.previews: list[Block] = []
        self._rng = rng
        self._elsewhere = a.mobile_elsewhere
        self._numbers = iter(range(1 << 14))
        self._vietnam(a)
        self._abroad(a)

    def blocks(self) -> Iterator[Block]:
        """Every block once."""
        for group in (*self.fixed.values(), *self.mobile.values(), self.hosting, self.previews):
            yield from group

    def mobile_block(self, region: str) -> Block:
        """A carrier's block that a phone of a region (or country) leaves through."""
        if region in _HUB_OF and self._rng.random() < self._elsewhere:
            region = self._rng.choice("NNCS" if region != "N" else "CSS")
        return self._rng.choice(self.mobile[region])

    def _add(self, group: list[Block], place: tuple[float, float], radius: int, kind: str, country: str) -> None:
        group.append(Block(next(self._numbers), place[0], place[1], radius, kind, country))

    def _vietnam(self, a: Assumptions) -> None:
        rng = self._rng
        towns = [town for province in PROVINCES for town in province.towns]
        for number, province in enumerate(PROVINCES):
            for _ in range(8 + int(province.people * 12)):
                town = rng.choice(province.towns)
                place, radius = (town[0] + rng.gauss(0, 0.08), town[1] + rng.gauss(0, 0.08)), rng.choice((25, 50))
                draw = rng.random()
                if draw < a.fixed_at_hub:
                    place, radius = HUBS[_HUB_OF[region_of(town[0])]], rng.choice((30, 50, 300))
                elif draw < a.fixed_at_hub + a.fixed_wrong:
                    place = rng.choice(towns)
                self._add(self.fixed[number], (round(place[0], 2), round(place[1], 2)), radius, "fixed", "VN")
        for region, hub in _HUB_OF.items():
            for _ in range(120 if region == "C" else 380):
                mistaken = rng.random() < a.carrier_as_line
                radius, kind = (30, "fixed") if mistaken else (500, "mobile")
                self._add(self.mobile[region], HUBS[hub], radius, kind, "VN")

    def _abroad(self, a: Assumptions) -> None:
        for market, (country, lat, lon) in COUNTRIES.items():
            for _ in range(8):
                self._add(self.fixed[market], (lat, lon), 200, "fixed", country)
                self._add(self.mobile[country], (lat, lon), 200, "mobile", country)
        for country, lat, lon in HOSTS:
            for _ in range(10):
                kind = "fixed" if self._rng.random() < a.hosting_as_line else "hosting"
                self._add(self.hosting, (lat, lon), 100, kind, country)
        for _ in range(8):
            self._add(self.previews, (39.0, -77.5), 100, "hosting", "US")
