"""The map of the 34 provinces with counts upon it: plain shapes of an SVG from our own file, no tile from elsewhere.

Hoàng Sa and Trường Sa are always on it, drawn and named as parts of Đà Nẵng and Khánh Hòa.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import ceil
from pathlib import Path

import msgspec

from ...domain.provinces import PROVINCES

LEVELS = 4
OWNERS = {"Hoàng Sa": "Đà Nẵng", "Trường Sa": "Khánh Hòa"}


class Drawing(msgspec.Struct, frozen=True):
    """The file that benchmarks/make_province_map.py makes; its numbers are units of the drawing."""

    source: str
    licence: str
    width: int
    height: int
    paths: tuple[str, ...]
    islands: dict[str, tuple[tuple[int, int], ...]]


@dataclass(frozen=True, slots=True)
class Shape:
    """A province, or an archipelago as points, with its count and its level from 0 (none) to `LEVELS`."""

    name: str
    count: int
    level: int
    path: str = ""
    points: tuple[tuple[int, int], ...] = ()


@cache
def drawing() -> Drawing:
    """The map as it lies beside this module."""
    return msgspec.json.decode((Path(__file__).parent / "province_map.json").read_bytes(), type=Drawing)


def shapes(counts: Mapping[str, int]) -> tuple[Shape, ...]:
    """All provinces and both archipelagos, coloured by how many scans came from each."""
    most = max(counts.values(), default=0)

    def level(name: str) -> int:
        return ceil(LEVELS * counts.get(name, 0) / most) if most else 0

    land = [Shape(province.name, counts.get(province.name, 0), level(province.name), path=path)
            for province, path in zip(PROVINCES, drawing().paths, strict=True)]  # fmt: skip
    sea = [Shape(name, counts.get(OWNERS[name], 0), level(OWNERS[name]), points=points)
           for name, points in drawing().islands.items()]  # fmt: skip
    return (*land, *sea)
