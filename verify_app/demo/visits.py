"""Invented earlier visits, for the verdicts that speak of a code's past scans."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..domain.code import Code
from ..domain.evidence import Circumstances, Network
from ..domain.scan import Visit
from .cases import cases
from .identifiers import scan_id, visitor

_MINUTE = 60_000
_DAY = 24 * 60 * _MINUTE
_HANOI, _SAIGON = (420, 2117), (215, 2134)  # cells of 0.05 degrees, 1,140 km apart
_NEIGHBOURS = ("KH", "LA", "TH", "CN")
_TOWNS = (("N", (420, 2117)), ("S", (215, 2134)), ("C", (321, 2164)), ("N", (417, 2134)), ("S", (200, 2116)))


def earlier_visits(until: int) -> list[tuple[Code, list[Visit]]]:
    """For each case with a past: its code and the visits before `until` (UTC milliseconds), in order of time.

    There are many more of them than the built-in rules ask for, so that a case does not hang on its threshold. The
    same `until` gives the same scans, down to their ids.
    """
    return [(case.code, list(_visits(case.seen, case.code, until))) for case in cases() if case.code and case.seen]


def _visits(pattern: str, code: Code, until: int) -> Iterator[Visit]:
    patterns = {"crowd": _crowd, "few": _few, "travel": _travel, "abroad": _abroad}
    for number, visit in enumerate(sorted(patterns[pattern](until), key=lambda visit: visit.when)):
        name = f"{code.identity}/{number}"
        yield replace(visit, id=scan_id(name, visit.when), visitor=visitor(name))


def _crowd(until: int) -> Iterator[Visit]:
    """Strangers on lines all over the country, on two days in three, for seventy days."""
    yield from (_stranger(until - (70 - day) * _DAY, day) for day in range(70) if day % 3)


def _few(until: int) -> Iterator[Visit]:
    """Strangers as in a crowd, beside each five or six programs: perhaps copies, perhaps somebody who
    wants the code to look copied. Evidence and excuses have reached their most, so whoever asks next changes little:
    the verdict holds for about seven strangers who ask on one day; after them it is a burst, which excuses."""
    for number in range(30):
        visit = _stranger(until - (62 - 2 * number) * _DAY, number)
        yield visit
        for program in range(5 + (number % 5 == 0)):
            yield Visit("", visit.when + (program + 11) * _MINUTE, circumstances=Circumstances(Network.HOSTING))
    yield Visit("", until - 3 * _DAY, country="KH", circumstances=Circumstances(abroad=True, outside=True))


def _travel(until: int) -> Iterator[Visit]:
    """Strangers whose phones stand in Hà Nội and Thành phố Hồ Chí Minh by turns, minutes apart, for seventy days."""
    for number in range(48):
        when = until - (72 - 3 * (number // 2)) * _DAY + (number % 2) * 20 * _MINUTE
        cell, region = (_SAIGON, "S") if number % 2 else (_HANOI, "N")
        seen = Circumstances(Network.LINE, place=cell, sure=True, line=number + 1, inside=True)
        yield Visit("", when, country="VN", region=region, cell=cell, circumstances=seen)


def _abroad(until: int) -> Iterator[Visit]:
    """Strangers in neighbouring countries."""
    for number in range(4):
        when = until - 2 * _DAY + number * 95 * _MINUTE
        seen = Circumstances(abroad=True, outside=True)
        yield Visit("", when, country=_NEIGHBOURS[number % len(_NEIGHBOURS)], circumstances=seen)


def _stranger(when: int, number: int) -> Visit:
    region, place = _TOWNS[number % len(_TOWNS)]
    seen = Circumstances(Network.LINE, place=place, line=number + 1, inside=True)
    return Visit("", when + number * 17 * _MINUTE, country="VN", region=region, circumstances=seen)
