"""A small plot as SVG: lines over a logarithmic axis. Nothing to install for a few numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

_WIDTH, _HEIGHT = 640, 340
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 110, 20, 50
_COLOURS = ("#1b5e9e", "#b3541e", "#2e7d32", "#6a1b9a")


@dataclass(frozen=True, slots=True)
class Series:
    """A line: its name and its points."""

    name: str
    points: Sequence[tuple[float, float]]


def plot(lines: Sequence[Series], across: str, up: str) -> str:
    """The lines as one SVG, with `across` (logarithmic) and `up` (from 0) as the words of the axes."""
    points = [point for line in lines for point in line.points]
    low, high = log10(min(x for x, _ in points)), log10(max(x for x, _ in points))
    top = _round_up(max(y for _, y in points))

    def place(x: float, y: float) -> tuple[float, float]:
        part = (log10(x) - low) / (high - low) if high > low else 0.5
        return (
            round(_LEFT + part * (_WIDTH - _LEFT - _RIGHT), 1),
            round(_HEIGHT - _BOTTOM - y / top * (_HEIGHT - _TOP - _BOTTOM), 1),
        )

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{up} against {across}" font-family="sans-serif" font-size="13">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
    ]
    for step in range(5):
        y = top * step / 4
        at = place(10**low, y)[1]
        out.append(f'<path d="M{_LEFT} {at}H{_WIDTH - _RIGHT}" stroke="#d5dbe1"/>')
        out.append(f'<text x="{_LEFT - 8}" y="{at + 4}" text-anchor="end" fill="#333">{y:,.4g}</text>')
    for x in sorted({x for x, _ in points}):
        at = place(x, 0)[0]
        out.append(f'<text x="{at}" y="{_HEIGHT - _BOTTOM + 20}" text-anchor="middle" fill="#333">{x:,.0f}</text>')
    for line, colour in zip(lines, _COLOURS, strict=False):
        spots = [place(*point) for point in line.points]
        path = " ".join(f"{x},{y}" for x, y in spots)
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        out += [f'<circle cx="{x}" cy="{y}" r="4" fill="{colour}"/>' for x, y in spots]
        out.append(f'<text x="{spots[-1][0] + 10}" y="{spots[-1][1] + 4}" fill="{colour}">{line.name}</text>')
    middle = _LEFT + (_WIDTH - _LEFT - _RIGHT) / 2
    out.append(f'<text x="{middle}" y="{_HEIGHT - 8}" text-anchor="middle" fill="#333">{across}</text>')
    out.append(f'<text transform="rotate(-90)" x="{-_HEIGHT / 2}" y="14" text-anchor="middle" fill="#333">{up}</text>')
    return "\n".join([*out, "</svg>", ""])


def _round_up(value: float) -> float:
    """The next round number, so that the axis ends well."""
    size = 10 ** int(log10(value)) if value >= 1 else 1
    return next(size * step for step in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10, 20) if size * step >= value)
