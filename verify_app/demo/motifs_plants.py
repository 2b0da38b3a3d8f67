"""Plant motifs of the demonstration pictures; each draws itself about (x, y) within a circle of radius r."""

from __future__ import annotations

import math

from .canvas import Canvas, Fill, Point, mix, moved, oval, smooth

_LEAF = [(0, -1), (0.42, -0.45), (0.46, 0.15), (0.2, 0.72), (0, 1), (-0.2, 0.72), (-0.46, 0.15), (-0.42, -0.45)]


def leaf(canvas: Canvas, at: Point, r: float, turn: float = 0, colour: str = "#4f9a4a") -> None:
    """One leaf with its midrib, pointing upwards before it is turned."""
    x, y = at
    canvas.shape(smooth(moved(_LEAF, x, y, turn, r)), Fill(mix(colour, "#ffffff", 0.22), mix(colour, "#10301a", 0.2)))
    canvas.line(
        moved([(0, -0.8), (0.04, 0), (0, 1.15)], x, y, turn, r), mix(colour, "#ffffff", 0.5), max(1.2, r * 0.05)
    )


def _two_leaves(canvas: Canvas, x: float, y: float, r: float) -> None:
    leaf(canvas, (x - r * 0.5, y - r * 0.55), r * 0.42, -52)
    leaf(canvas, (x + r * 0.45, y - r * 0.6), r * 0.36, 48)


def bean(canvas: Canvas, x: float, y: float, r: float) -> None:
    """Two coffee beans."""
    for dx, dy, turn, size in ((-0.34, 0.1, -28, 0.62), (0.36, -0.02, 30, 0.58)):
        centre = (x + dx * r, y + dy * r)
        canvas.shape(oval(*centre, r * size * 0.66, r * size, turn), Fill("#8a5a36", "#4a2b18"))
        cleft = [(0.02, -0.95), (0.16, -0.45), (-0.14, 0.1), (0.12, 0.55), (0, 0.95)]
        canvas.line(moved(cleft, *centre, turn, r * size), "#2c170c", max(1.5, r * 0.07))


def pepper(canvas: Canvas, x: float, y: float, r: float, colour: str = "#3a332f") -> None:
    """A spike of peppercorns with two leaves."""
    _two_leaves(canvas, x, y, r)
    for row in range(5):
        for column in range(3 if row % 2 else 2):
            dx = (column - (1 if row % 2 else 0.5)) * 0.3
            centre = (x + dx * r, y + (-0.45 + row * 0.3) * r)
            canvas.shape(
                oval(*centre, r * 0.18, r * 0.18), Fill(mix(colour, "#ffffff", 0.3), mix(colour, "#000000", 0.25))
            )
            canvas.shape(oval(centre[0] - r * 0.06, centre[1] - r * 0.07, r * 0.05, r * 0.04), "#ffffff", 0.35)


def white_pepper(canvas: Canvas, x: float, y: float, r: float) -> None:
    """A spike of white peppercorns."""
    pepper(canvas, x, y, r, "#b9a67c")


def durian(canvas: Canvas, x: float, y: float, r: float) -> None:
    """A durian with one open segment."""
    spikes = [
        (radius * math.cos(angle) * 0.86, radius * math.sin(angle))
        for step in range(60)
        for angle, radius in ((step * math.pi / 30, 1.0 if step % 2 else 0.88),)
    ]
    canvas.line([(x, y - r * 0.9), (x + r * 0.04, y - r * 1.2)], "#7a5a2e", r * 0.13)
    canvas.shape(moved(spikes, x, y, 0, r), Fill("#b9b84f", "#6f7c2b"))
    for ring, count in ((0.72, 17), (0.46, 11)):
        for step in range(count):
            angle = step * 2 * math.pi / count
            thorn = [(-0.07, 0.06), (0, -0.1), (0.07, 0.06)]
            centre = (x + r * ring * 0.86 * math.cos(angle), y + r * ring * math.sin(angle))
            canvas.shape(moved(thorn, *centre, 0, r), "#566321", 0.75)
    opening = moved([(0, -0.62), (0.3, -0.2), (0.3, 0.35), (0, 0.72), (-0.3, 0.35), (-0.3, -0.2)], x, y, 0, r)
    canvas.shape(smooth(opening), "#f4ecd0")
    canvas.shape(oval(x, y - r * 0.22, r * 0.19, r * 0.27), Fill("#fbe07a", "#e8b83a"))
    canvas.shape(oval(x, y + r * 0.3, r * 0.19, r * 0.26), Fill("#fbe07a", "#e8b83a"))


def dragon(canvas: Canvas, x: float, y: float, r: float) -> None:
    """A dragon fruit, whole behind and halved in front."""
    for turn, dx, dy in (
        (-60, -0.72, -0.05),
        (-25, -0.5, -0.62),
        (20, 0.1, -0.9),
        (60, 0.55, -0.5),
        (-80, -0.62, 0.42),
    ):
        leaf(canvas, (x + dx * r, y + dy * r), r * 0.34, turn, "#7fae3f")
    canvas.shape(oval(x - r * 0.1, y - r * 0.05, r * 0.72, r * 0.86), Fill("#f0508a", "#c2185b"))
    canvas.shape(oval(x + r * 0.3, y + r * 0.25, r * 0.62, r * 0.66), Fill("#ec3f7f", "#ad1457"))
    canvas.shape(oval(x + r * 0.3, y + r * 0.25, r * 0.53, r * 0.57), Fill("#ffffff", "#f1eef2"))
    for step in range(34):
        angle, ring = step * 2.4, math.sqrt(step / 34) * 0.46
        seed = (x + r * (0.3 + ring * math.cos(angle)), y + r * (0.25 + ring * math.sin(angle) * 1.07))
        canvas.shape(oval(*seed, r * 0.028, r * 0.036), "#2d2530")


def rice(canvas: Canvas, x: float, y: float, r: float) -> None:
    """Ears of rice."""
    for turn in (-24, 0, 24):
        canvas.line(moved([(0, 1), (0.03, 0.3), (0, -0.75)], x, y + r * 0.1, turn, r), "#a8862c", max(1.5, r * 0.05))
        for step in range(6):
            for side in (-1, 1):
                grain = moved([(side * 0.12, -0.75 + step * 0.19)], x, y + r * 0.1, turn, r)[0]
                canvas.shape(oval(*grain, r * 0.06, r * 0.13, turn + side * 26), Fill("#f2cf63", "#cf9b2a"))


def tea(canvas: Canvas, x: float, y: float, r: float) -> None:
    """A tea shoot: one bud, two leaves."""
    canvas.line([(x, y + r), (x, y - r * 0.1)], "#5d8f3c", max(2, r * 0.08))
    leaf(canvas, (x - r * 0.48, y + r * 0.02), r * 0.62, -50, "#4b9147")
    leaf(canvas, (x + r * 0.48, y + r * 0.02), r * 0.62, 50, "#5aa352")
    leaf(canvas, (x, y - r * 0.42), r * 0.56, 0, "#86c06a")


def cashew(canvas: Canvas, x: float, y: float, r: float) -> None:
    """Two cashew kernels."""
    kernel: list[Point] = [(-0.62, -0.2), (-0.3, -0.62), (0.25, -0.6), (0.62, -0.15), (0.6, 0.35), (0.32, 0.5)]
    kernel += [(0.2, 0.2), (0.1, -0.06), (-0.15, -0.1), (-0.4, 0.12), (-0.6, 0.1)]
    for dx, dy, turn, size in ((-0.2, -0.22, -12, 1.0), (0.22, 0.42, 168, 0.92)):
        outline = smooth(moved(kernel, x + dx * r, y + dy * r, turn, r * size * 0.95))
        canvas.shape(outline, Fill("#f6dfb0", "#d5a860"))
        canvas.line(
            moved([(-0.4, -0.28), (0, -0.42), (0.38, -0.2)], x + dx * r, y + dy * r, turn, r * size * 0.95),
            "#fdf3d8",
            r * 0.06,
        )


def flower(canvas: Canvas, x: float, y: float, r: float) -> None:
    """A white flower with two leaves."""
    _two_leaves(canvas, x, y + r * 0.9, r)
    for step in range(6):
        turn = step * 60
        petal = moved([(0, -0.52)], x, y, turn, r)[0]
        canvas.shape(oval(*petal, r * 0.25, r * 0.44, turn), Fill("#ffffff", "#eadff0"))
    canvas.shape(oval(x, y, r * 0.24, r * 0.24), Fill("#ffd65a", "#e2a21c"))


def herb(canvas: Canvas, x: float, y: float, r: float) -> None:
    """A sprig with paired leaves."""
    canvas.line([(x, y + r), (x, y - r * 0.6)], "#3f7d46", max(2, r * 0.06))
    for step, size in enumerate((0.46, 0.42, 0.34)):
        for side in (-1, 1):
            leaf(canvas, (x + side * r * 0.36, y + r * (0.55 - step * 0.5)), r * size, side * 58, "#3f8f5a")
    leaf(canvas, (x, y - r * 0.72), r * 0.34, 0, "#62b074")


def sprout(canvas: Canvas, x: float, y: float, r: float) -> None:
    """A seedling in soil."""
    canvas.shape(oval(x, y + r * 0.72, r * 0.85, r * 0.26), Fill("#8a6240", "#5b3c24"))
    canvas.line([(x, y + r * 0.65), (x - r * 0.02, y - r * 0.1)], "#5d9a41", max(2, r * 0.09))
    leaf(canvas, (x - r * 0.4, y - r * 0.3), r * 0.55, -48, "#5cae4e")
    leaf(canvas, (x + r * 0.4, y - r * 0.36), r * 0.55, 48, "#74c25f")


def greens(canvas: Canvas, x: float, y: float, r: float) -> None:
    """Leafy vegetables and a carrot."""
    for turn, dx in ((-34, -0.5), (-12, -0.2), (14, 0.12)):
        leaf(canvas, (x + dx * r, y - r * 0.25), r * 0.74, turn, "#4aa04c")
    canvas.shape(
        smooth(
            moved([(-0.2, -0.75), (0.2, -0.75), (0.14, 0.1), (0, 0.95), (-0.14, 0.1)], x + r * 0.5, y + r * 0.12, 24, r)
        ),
        Fill("#ff9d45", "#e06a14"),
    )
    leaf(canvas, (x + r * 0.83, y - r * 0.72), r * 0.26, 20, "#58b04a")
    leaf(canvas, (x + r * 0.66, y - r * 0.78), r * 0.24, -14, "#58b04a")


def bamboo(canvas: Canvas, x: float, y: float, r: float) -> None:
    """Two stalks of bamboo."""
    for dx, height in ((-0.25, 1.0), (0.2, 0.8)):
        for step in range(3):
            top = y + r * (-height + step * 0.62)
            box = [(-0.13, 0), (0.13, 0), (0.12, 0.58), (-0.12, 0.58)]
            canvas.shape(moved(box, x + dx * r, top, 0, r), Fill("#b4cf6a", "#6d9438", across=True))
            canvas.line([(x + (dx - 0.15) * r, top), (x + (dx + 0.15) * r, top)], "#587a2c", max(1.5, r * 0.05))
    leaf(canvas, (x + r * 0.55, y - r * 0.5), r * 0.34, 70, "#5c9a3e")
    leaf(canvas, (x - r * 0.6, y - r * 0.25), r * 0.34, -72, "#5c9a3e")
