"""Bars drawn on the server: plain shapes of an SVG, no script, no style of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
