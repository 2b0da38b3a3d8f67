"""Invented earlier visits, for the verdicts that speak of a code's past scans."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..domain.code import Code
from ..domain.policy import Policy
from ..domain.scan import Visit
from .cases import cases
from .identifiers import scan_id, visitor

_MINUTE = 60_000
_DAY = 24 * 60 * _MINUTE
_HANOI, _SAIGON = (420, 2117), (215, 2134)  # cells of 0.05 degrees, 1,140 km apart
_NEIGHBOURS = ("KH", "LA", "TH", "CN")


def earlier_visits(until: int, policy: Policy) -> list[tuple[Code, list[Visit]]]:
    """For each case with a past: its code and the visits before `until` (UTC milliseconds), in order of time.

    There are a few more of them than `policy` asks for, so that the case does not hang on its threshold. The same
    `until` gives the same scans, down to their ids.
    """
    return [
        (case.code, list(_visits(case.seen, case.code, until, policy))) for case in cases() if case.code and case.seen
    ]


def _visits(pattern: str, code: Code, until: int, policy: Policy) -> Iterator[Visit]:
    patterns = {"crowd": _crowd, "travel": _travel, "abroad": _abroad}
    for number, visit in enumerate(sorted(patterns[pattern](until, policy), key=lambda visit: visit.when)):
        name = f"{code.identity}/{number}"
        yield replace(visit, id=scan_id(name, visit.when), visitor=visitor(name))


def _crowd(until: int, policy: Policy) -> Iterator[Visit]:
    """Strangers in all three regions, on one day more than the policy asks for."""
    strangers, days = policy.repeated_others + 2, policy.repeated_days + 1
    for number in range(max(strangers, days)):
        when = until - (1 + 2 * (number % days)) * _DAY - number * 17 * _MINUTE
        yield Visit("", when, country="VN", region="NCS"[number % 3])


def _travel(until: int, policy: Policy) -> Iterator[Visit]:
    """Strangers in Hà Nội and Thành phố Hồ Chí Minh by turns, twenty minutes apart."""
    for number in range(policy.travel_pairs + 2):
        when = until - 3 * _DAY + number * 20 * _MINUTE
        cell, region = (_SAIGON, "S") if number % 2 else (_HANOI, "N")
        yield Visit("", when, country="VN", region=region, cell=cell)


def _abroad(until: int, policy: Policy) -> Iterator[Visit]:
    """Strangers in neighbouring countries."""
    for number in range(policy.abroad_visitors + 1):
        when = until - 2 * _DAY + number * 95 * _MINUTE
        yield Visit("", when, country=_NEIGHBOURS[number % len(_NEIGHBOURS)])
