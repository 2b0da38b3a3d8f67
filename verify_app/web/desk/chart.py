"""Bars drawn on the server: plain shapes of an SVG, no script, no style of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

HEIGHT, WIDTH, GAP = 96.0, 640.0, 2.0


@dataclass(frozen=True, slots=True)
class Bar:
    """What a bar stands for and how much."""

    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """A bar in its place; units of the drawing."""

    label: str
    count: int
    x: float
    y: float
    width: float
    height: float


def by_day(days: Iterable[date]) -> tuple[Bar, ...]:
    """How many fell on each day from the first to the last, with those on which nothing was; () for none."""
    counts = Counter(days)
    if not counts:
        return ()
    first, last = min(counts), max(counts)
    whole = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return tuple(Bar(day.isoformat(), counts[day]) for day in whole)


def bars(told: Sequence[Bar]) -> tuple[Drawn, ...]:
    """Bars side by side over the whole width, the highest of full height; () for none."""
    if not told:
        return ()
    most = max(bar.count for bar in told) or 1
    width = min(48.0, WIDTH / len(told))
    return tuple(
        Drawn(bar.label, bar.count, round(number * width, 2), round(HEIGHT - HEIGHT * bar.count / most, 2),
              round(max(1.0, width - GAP), 2), round(HEIGHT * bar.count / most, 2))
        for number, bar in enumerate(told)
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lane:
    """The moments of one place on a line from the first to the last moment of all, 0 to `WIDTH`."""

    label: str
    count: int
    dots: tuple[float, ...]


def lanes(told: Sequence[tuple[int, str]], most: int) -> tuple[Lane, ...]:
    """One lane for each place (moment, place), the busiest first; what lies beyond `most` lanes is left out."""
    if not told:
        return ()
    begin, span = min(told)[0], max(1, max(told)[0] - min(told)[0])
    places: dict[str, set[float]] = {}
    counts: dict[str, int] = {}
    for when, place in told:
        counts[place] = counts.get(place, 0) + 1
        places.setdefault(place, set()).add(round(4 + (WIDTH - 8) * (when - begin) / span, 1))
    busy = sorted(counts, key=lambda place: (-counts[place], place))[:most]
    return tuple(Lane(place, counts[place], tuple(sorted(places[place]))) for place in busy)
