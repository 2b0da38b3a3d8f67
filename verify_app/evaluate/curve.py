"""The operating curve: what is found, and at what price, if the line of an alert lay elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..domain.verdict import Level
from ..replay.run import Judged

LINES = tuple(half / 4 for half in range(-6, 9))  # nats from the line in force
_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 560, 320, 60, 44
_LOW = -99.0  # nats: no score
_TENTH = 10
_MOST_FALSE = 40.0  # per 10,000; beyond it nobody would work with the alerts


@dataclass(frozen=True, slots=True)
class Peak:
    """How suspect one item's code ever was: nats above the line in force; `certain` by facts, whatever the line.
    `tenth` is how suspect it was by the tenth scan of a falsified piece, None if there were fewer."""

    fake: bool
    height: float
    certain: bool
    tenth: float | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """What a line would have done: `false` of 10,000 genuine codes alerted, shares of falsified found, of alerts that
    were right, and of falsified codes with ten looks those that were found `early`, by the tenth."""

    line: float
    false: float
    recall: float
    precision: float
    early: float


def peaks(judged: Iterable[Judged], truth: dict[str, Any], red: float) -> list[Peak]:
    """One peak for each item's code of a world that was looked at. Falsified ones count from the first such piece."""
    codes, fakes = truth["codes"], set(truth["fake_scans"])
    height: dict[str, float] = {}
    certain: set[str] = set()
    shown: Counter[str] = Counter()
    tenth: dict[str, float] = {}
    for one in judged:
        name = f"{one.scan.code.gtin}|{one.scan.code.serial}"
        told = codes.get(name)
        if told is None or (told["kind"] == "fake" and one.scan.ts < (told["first_fake"] or 0)):
            continue
        z = one.suspicion.z or _LOW
        height[name] = max(height.get(name, _LOW), z - red)
        if one.suspicion.level is Level.ALERT and z < red:
            certain.add(name)
        if one.scan.id in fakes:
            shown[name] += 1
            if shown[name] == _TENTH:
                tenth[name] = -_LOW if name in certain else height[name]
    return [
        Peak(codes[name]["kind"] == "fake", top, name in certain, tenth.get(name))
        for name, top in height.items()
        if codes[name]["scenario"] != "patient" and (name in shown or codes[name]["kind"] in ("genuine", "diverted"))
    ]


def points(found: list[Peak]) -> list[Point]:
    """The curve: one point for each line."""
    genuine = sum(not peak.fake for peak in found)
    fake = len(found) - genuine
    tenths = [peak.tenth for peak in found if peak.tenth is not None]
    curve = []
    for line in LINES:
        alerts = [peak.fake for peak in found if peak.certain or peak.height >= line]
        right = sum(alerts)
        wrong = len(alerts) - right
        early = sum(tenth >= line for tenth in tenths) / max(1, len(tenths))
        false = 1e4 * wrong / max(1, genuine)
        curve.append(Point(line, false, right / max(1, fake), right / max(1, len(alerts)), early))
    return curve


def svg(curve: list[Point], title: str) -> str:
    """The curve as a drawing: false alarms to the right, falsified codes found upwards, the line in force marked."""
    shown = [point for point in curve if point.false <= _MOST_FALSE]
    path = " ".join(f"{_x(point.false):.1f},{_y(point.recall):.1f}" for point in shown)
    marks = "".join(
        f'<circle cx="{_x(p.false):.1f}" cy="{_y(p.recall):.1f}" r="{6 if p.line == 0 else 3}"/>' for p in shown
    )
    grid = "".join(
        f'<path d="M{_LEFT} {_y(share / 5):.1f}H{_WIDTH - 10}" stroke="#ddd"/>'
        f'<text x="{_LEFT - 8}" y="{_y(share / 5) + 4:.1f}" text-anchor="end">{share / 5:.1f}</text>'
        for share in range(6)
    )
    ticks = "".join(
        f'<text x="{_x(false):.1f}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">{false}</text>'
        for false in range(0, int(_MOST_FALSE) + 1, 5)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'font-family="sans-serif" font-size="12"><title>{title}</title>'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>{grid}{ticks}'
        f'<text x="{_WIDTH / 2}" y="{_HEIGHT - 8}" text-anchor="middle">false alarms per 10,000 genuine codes</text>'
        f'<text x="14" y="{_HEIGHT / 2}" text-anchor="middle" transform="rotate(-90 14 {_HEIGHT / 2})">'
        f"falsified codes found</text>"
        f'<polyline points="{path}" fill="none" stroke="#0b5394" stroke-width="2"/>'
        f'<g fill="#0b5394">{marks}</g></svg>\n'
    )


def _x(false: float) -> float:
    return _LEFT + (_WIDTH - _LEFT - 20) * min(1.0, false / _MOST_FALSE)


def _y(recall: float) -> float:
    return _HEIGHT - _BOTTOM - (_HEIGHT - _BOTTOM - 16) * recall
