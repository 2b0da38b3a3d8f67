"""Animal and other motifs of the demonstration pictures; each draws itself about (x, y) within a circle of radius r."""

from __future__ import annotations

import math

from .canvas import Canvas, Fill, Point, moved, oval, rounded, smooth

_RIVER, _SILVER = Fill("#8fb7cf", "#3f6f93"), Fill("#c8d5d8", "#6f8b98")


def fish(canvas: Canvas, x: float, y: float, r: float, scales: Fill = _RIVER) -> None:
    """A fish that swims to the left."""
    canvas.shape(smooth(moved([(0.5, 0), (0.98, -0.48), (0.9, 0), (0.98, 0.48)], x, y, 0, r)), scales)
    canvas.shape(smooth(moved([(-0.1, -0.36), (0.1, -0.62), (0.38, -0.3)], x, y, 0, r)), scales)
    body: list[Point] = [
        (-0.98, 0.04),
        (-0.6, -0.32),
        (0, -0.42),
        (0.5, -0.16),
        (0.72, 0),
        (0.5, 0.18),
        (0, 0.44),
        (-0.6, 0.36),
    ]
    canvas.shape(smooth(moved(body, x, y, 0, r)), scales)
    belly: list[Point] = [(-0.9, 0.1), (-0.3, 0.2), (0.5, 0.1), (0.3, 0.3), (0, 0.42), (-0.6, 0.34)]
    canvas.within(smooth(moved(belly, x, y, 0, r)), smooth(moved(body, x, y, 0, r)), "#f2f8fa", 0.75)
    canvas.line(moved([(-0.5, -0.26), (-0.4, 0.02), (-0.5, 0.3)], x, y, 0, r), "#2e5673", max(1.5, r * 0.04))
    canvas.shape(oval(x - r * 0.7, y - r * 0.06, r * 0.09, r * 0.09), "#ffffff")
    canvas.shape(oval(x - r * 0.71, y - r * 0.06, r * 0.05, r * 0.05), "#1d2b36")


def anchovy(canvas: Canvas, x: float, y: float, r: float) -> None:
    """Three small fish, one above the other."""
    for dy, dx in ((-0.5, 0.08), (0, -0.1), (0.5, 0.1)):
        fish(canvas, x + dx * r, y + dy * r, r * 0.62, _SILVER)


def shrimp(canvas: Canvas, x: float, y: float, r: float) -> None:
    """A shrimp, curled."""
    for turn in (-10, 14):
        feeler = [(-0.5, -0.55), (-0.95, -0.75), (-1.05, -0.2)]
        canvas.line(smooth(moved(feeler, x, y, turn, r))[:17], "#c4552f", max(1.2, r * 0.035))
    segments = 7
    for step in range(segments, -1, -1):
        angle = math.radians(215 + step * 30)
        ring = r * 0.56
        size = r * (0.4 - 0.028 * step)
        centre = (x + ring * math.cos(angle), y + ring * math.sin(angle))
        canvas.shape(oval(*centre, size, size * 0.9), Fill("#ff9d78", "#e0603a"))
        canvas.line(
            [
                (centre[0] + size * 0.2 * math.cos(angle), centre[1] + size * 0.2 * math.sin(angle)),
                (centre[0] + size * 0.8 * math.cos(angle), centre[1] + size * 0.8 * math.sin(angle)),
            ],
            "#ffd2bd",
            max(1.2, r * 0.04),
        )
    end = math.radians(215 + segments * 30)
    tail = (x + r * 0.5 * math.cos(end), y + r * 0.5 * math.sin(end))
    for turn in (150, 195):
        canvas.shape(smooth(moved([(0, 0), (0.16, -0.2), (0, -0.46), (-0.16, -0.2)], *tail, turn + 80, r)), "#d24e2b")
    canvas.shape(oval(x - r * 0.6, y - r * 0.42, r * 0.06, r * 0.06), "#2a1512")


def bee(canvas: Canvas, x: float, y: float, r: float) -> None:
    """A bee over honeycomb."""
    for column, row in ((-1, 0), (0, 0), (1, 0), (-0.5, 1), (0.5, 1)):
        cell = [
            (0.29 * math.cos(math.radians(30 + 60 * k)), 0.29 * math.sin(math.radians(30 + 60 * k))) for k in range(6)
        ]
        at = (x + column * 0.54 * r, y + (0.28 + row * 0.46) * r)
        canvas.shape(moved(cell, *at, 0, r), Fill("#ffc83d", "#e59a12"))
        canvas.shape(moved(cell, *at, 0, r * 0.68), "#f7b321", 0.9)
    for side in (-1, 1):
        canvas.shape(
            oval(x + side * r * 0.3, y - r * 0.72, r * 0.3, r * 0.19, side * -28), Fill("#ffffff", "#cfe6ee"), 0.9
        )
    body = oval(x, y - r * 0.42, r * 0.42, r * 0.28)
    canvas.shape(body, Fill("#ffd94f", "#f0a91c"))
    for dx in (-0.18, 0.04, 0.26):
        stripe = rounded((x + (dx - 0.05) * r, y - r * 0.75, x + (dx + 0.05) * r, y - r * 0.1), r * 0.02)
        canvas.within(stripe, body, "#3a2a18")
    canvas.shape(oval(x - r * 0.36, y - r * 0.46, r * 0.05, r * 0.06), "#3a2a18")


def capsule(canvas: Canvas, x: float, y: float, r: float) -> None:
    """A capsule and two tablets."""
    whole = moved(rounded((-0.9, -0.3, 0.9, 0.3), 0.3), x, y - r * 0.2, -32, r)
    canvas.shape(whole, Fill("#ffffff", "#dfe7ee"))
    canvas.within(
        moved([(0, -0.4), (1, -0.4), (1, 0.4), (0, 0.4)], x, y - r * 0.2, -32, r), whole, Fill("#2aa6a0", "#13787a")
    )
    for dx, dy in ((-0.3, 0.62), (0.42, 0.56)):
        canvas.shape(oval(x + dx * r, y + dy * r, r * 0.26, r * 0.2), Fill("#ffffff", "#d4dde6"))
        canvas.line(
            [(x + (dx - 0.16) * r, y + dy * r), (x + (dx + 0.16) * r, y + dy * r)], "#b3c0cc", max(1.2, r * 0.04)
        )


def drop(canvas: Canvas, x: float, y: float, r: float) -> None:
    """A drop."""
    outline = [
        (0, -1),
        (0.34, -0.42),
        (0.62, 0.2),
        (0.46, 0.72),
        (0, 0.92),
        (-0.46, 0.72),
        (-0.62, 0.2),
        (-0.34, -0.42),
    ]
    canvas.shape(smooth(moved(outline, x, y, 0, r)), Fill("#7cc7f2", "#1f78c1"))
    canvas.shape(oval(x - r * 0.24, y + r * 0.28, r * 0.12, r * 0.24, 18), "#ffffff", 0.55)


def milk(canvas: Canvas, x: float, y: float, r: float) -> None:
    """A glass of milk."""
    glass = [(-0.52, -0.85), (0.52, -0.85), (0.4, 0.9), (-0.4, 0.9)]
    canvas.shape(moved(glass, x, y, 0, r), Fill("#e3f0f8", "#bcd7e8"), 0.9)
    canvas.shape(
        moved([(-0.43, -0.5), (0.43, -0.5), (0.34, 0.8), (-0.34, 0.8)], x, y, 0, r), Fill("#ffffff", "#eef3f6")
    )
    canvas.shape(oval(x, y - r * 0.5, r * 0.43, r * 0.1), "#ffffff")
    canvas.line(moved([(0.12, -0.55), (0.34, -1.15)], x, y, 0, r), "#f08a6c", max(2, r * 0.08))


def pig(canvas: Canvas, x: float, y: float, r: float) -> None:
    """The head of a pig."""
    for side in (-1, 1):
        canvas.shape(
            smooth(
                moved(
                    [(0, -0.3), (0.32, -0.42), (0.3, 0.06)],
                    x + side * r * 0.5,
                    y - r * 0.52,
                    -20 if side > 0 else -90,
                    r,
                )
            ),
            "#e58b96",
        )
    canvas.shape(oval(x, y, r * 0.86, r * 0.8), Fill("#fbc3c6", "#ee98a3"))
    canvas.shape(oval(x, y + r * 0.22, r * 0.4, r * 0.28), Fill("#f08c9b", "#dd6f82"))
    for side in (-1, 1):
        canvas.shape(oval(x + side * r * 0.15, y + r * 0.22, r * 0.07, r * 0.11), "#9c3c50")
        canvas.shape(oval(x + side * r * 0.36, y - r * 0.2, r * 0.08, r * 0.1), "#3c2228")


def eggs(canvas: Canvas, x: float, y: float, r: float) -> None:
    """Three eggs."""
    outline = [(0, -1), (0.5, -0.5), (0.7, 0.15), (0.46, 0.74), (0, 0.92), (-0.46, 0.74), (-0.7, 0.15), (-0.5, -0.5)]
    for dx, dy, turn, tone in ((-0.45, -0.05, -14, "#f2cfa6"), (0.45, -0.05, 14, "#f7dcbd"), (0, 0.32, 0, "#fbe6cc")):
        canvas.shape(smooth(moved(outline, x + dx * r, y + dy * r, turn, r * 0.58)), Fill(tone, "#d79f6c"))
        canvas.shape(oval(x + (dx - 0.12) * r, y + (dy - 0.18) * r, r * 0.07, r * 0.13, 20), "#ffffff", 0.6)


def bread(canvas: Canvas, x: float, y: float, r: float) -> None:
    """Two sticks of bread."""
    for dy, turn in ((-0.28, -24), (0.3, -16)):
        loaf = moved(rounded((-0.98, -0.27, 0.98, 0.27), 0.27), x, y + dy * r, turn, r)
        canvas.shape(loaf, Fill("#efb868", "#b8732c"))
        for step in range(4):
            cut = moved([(-0.62 + step * 0.38, 0.12), (-0.44 + step * 0.38, -0.14)], x, y + dy * r, turn, r)
            canvas.line(cut, "#fbe3b4", max(2, r * 0.09))


def corn(canvas: Canvas, x: float, y: float, r: float) -> None:
    """A cob of maize."""
    cob = oval(x, y - r * 0.1, r * 0.38, r * 0.9)
    canvas.shape(cob, Fill("#ffe070", "#eeb02a"))
    for row in range(9):
        for column in range(5):
            canvas.within(
                oval(x + (column - 2) * r * 0.16, y + (-0.82 + row * 0.19) * r, r * 0.065, r * 0.08),
                cob,
                "#f7c23e",
                0.95,
            )
    for side in (-1, 1):
        husk = [(0, 1), (side * 0.5, 0.5), (side * 0.58, -0.28), (side * 0.26, 0.15)]
        canvas.shape(smooth(moved(husk, x, y, 0, r)), Fill("#86bb52", "#4d8a34"))


def flame(canvas: Canvas, x: float, y: float, r: float) -> None:
    """A flame."""
    outline = [(0.05, -1), (0.4, -0.35), (0.62, 0.2), (0.4, 0.78), (0, 0.95), (-0.42, 0.78), (-0.6, 0.2), (-0.26, -0.2)]
    canvas.shape(smooth(moved(outline, x, y, 0, r)), Fill("#ff9a3c", "#d8431f"))
    canvas.shape(smooth(moved(outline, x, y + r * 0.3, 0, r * 0.52)), Fill("#ffe27a", "#ffb03a"))


def star(canvas: Canvas, x: float, y: float, r: float, colour: str = "#f4b72e") -> None:
    """A five-pointed star."""
    points = [
        (
            (1 if k % 2 == 0 else 0.46) * math.sin(k * math.pi / 5),
            -(1 if k % 2 == 0 else 0.46) * math.cos(k * math.pi / 5),
        )
        for k in range(10)
    ]
    canvas.shape(moved(points, x, y, 0, r), Fill("#ffd968", colour))


def weave(canvas: Canvas, x: float, y: float, r: float) -> None:
    """A woven diamond pattern."""
    for size, colour in ((1.0, "#b3242e"), (0.76, "#f2c14e"), (0.54, "#1f4e5f"), (0.32, "#f6efe0"), (0.15, "#b3242e")):
        canvas.shape(moved([(0, -1), (0.8, 0), (0, 1), (-0.8, 0)], x, y, 0, r * size), colour)


def meat(canvas: Canvas, x: float, y: float, r: float) -> None:
    """Three slices of meat with a rim of fat."""
    slab: list[Point] = [
        (-0.8, -0.3),
        (-0.2, -0.62),
        (0.5, -0.5),
        (0.86, 0),
        (0.5, 0.46),
        (-0.1, 0.36),
        (-0.6, 0.5),
        (-0.9, 0.12),
    ]
    for dx, dy, turn in ((-0.34, -0.3, -14), (0.3, -0.05, 4), (-0.12, 0.38, -6)):
        outline = smooth(moved(slab, x + dx * r, y + dy * r, turn, r * 0.8))
        canvas.shape(outline, Fill("#fdeee6", "#f3d3c8"))
        canvas.shape(smooth(moved(slab, x + dx * r, y + (dy + 0.05) * r, turn, r * 0.66)), Fill("#e8707a", "#bb3f50"))
        marbling = moved([(-0.3, -0.08), (-0.05, -0.2), (0.3, -0.1)], x + dx * r, y + dy * r, turn, r * 0.8)
        canvas.line(marbling, "#f6c4c2", max(1.5, r * 0.05))
