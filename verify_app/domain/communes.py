"""The communes of Vietnam since July 2025 (phường, xã, đặc khu) as points, and which of them a scan's place is near.

`communes.csv` has the province, the full name and a point in degrees of each; the archipelagos have one for each of
their larger islands. No border is known here: what is told is the nearest point, and pages say "near" (decision 0013).
"""

from __future__ import annotations

import csv
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from .provinces import CELL, PROVINCES, kilometres

_DATA = Path(__file__).with_name("communes.csv")
_KM_PER_DEGREE = 111.0  # of latitude
_AT_SEA_KM = 60.0  # from the nearest point: no commune on land is so wide, so none is named


@dataclass(frozen=True, slots=True)
class Commune:
    """One point of a commune: its full name, the number of its province in `PROVINCES`, its place in degrees."""

    name: str
    province: int
    lat: float
    lon: float

    def kilometres(self, lat: float, lon: float) -> float:
        """How far a place is from this point."""
        return kilometres(self.lat, self.lon, lat, lon)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a scan was, as far as it is kept: name of the province and of the nearest commune, each "" if unknown."""

    province: str = ""
    commune: str = ""


NOWHERE = Place()


@cache
def communes() -> tuple[Commune, ...]:
    """All points, from south to north."""
    number = {province.name: n for n, province in enumerate(PROVINCES)}
    with _DATA.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        found = [Commune(row["name"], number[row["province"]], float(row["latitude"]), float(row["longitude"]))
                 for row in rows]  # fmt: skip
    return tuple(sorted(found, key=lambda one: one.lat))


@lru_cache(maxsize=65_536)
def province_of_cell(lat: int, lon: int) -> int:
    """Number of the province of a place in Vietnam, given in steps of 0.05 degrees: that of the nearest commune."""
    return _nearest(lat * CELL, lon * CELL).province


@lru_cache(maxsize=65_536)
def place_of_cell(cell: tuple[int, int] | None, country: str) -> Place:
    """Names of a place in steps of 0.05 degrees. A place abroad has none; on the open sea, no commune is named."""
    if cell is None or country not in ("", "VN"):
        return NOWHERE
    lat, lon = cell[0] * CELL, cell[1] * CELL
    near = _nearest(lat, lon)
    return Place(PROVINCES[near.province].name, near.name if near.kilometres(lat, lon) < _AT_SEA_KM else "")


def _nearest(lat: float, lon: float, reach: float = 0.25) -> Commune:
    """The nearest point, looked for within so many degrees of latitude, and farther if none is so near."""
    points = communes()
    begin, end = (bisect_left(points, lat + far, key=lambda one: one.lat) for far in (-reach, reach))
    near = min(points[begin:end], key=lambda one: one.kilometres(lat, lon), default=None)
    if near is None or near.kilometres(lat, lon) > reach * _KM_PER_DEGREE:
        return _nearest(lat, lon, reach * 4)
    return near
