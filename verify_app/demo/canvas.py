"""A small drawing board for the demonstration pictures: gradients, smooth outlines and soft shadows on Pillow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageFilter

WIDTH, HEIGHT = 640, 480  # design units; of these the picture shows the square in the middle
_SCALE = 2  # drawn twice as large and then reduced: Pillow's polygons have hard edges

Point = tuple[float, float]
Outline = Sequence[Point]


@dataclass(frozen=True, slots=True)
class Fill:
    """A linear gradient between two "#rrggbb" colours; `across` runs it from left to right instead of downwards."""

    first: str
    last: str
    across: bool = False


def mix(colour: str, other: str, share: float) -> str:
    """`colour` with `share` (0 to 1) of `other` in it, as "#rrggbb"."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def rounded(box: tuple[float, float, float, float], radius: float) -> list[Point]:
    """Outline of a rectangle (left, top, right, bottom) with round corners."""
    left, top, right, bottom = box
    corners = (
        (right - radius, top + radius, -90),
        (right - radius, bottom - radius, 0),
        (left + radius, bottom - radius, 90),
        (left + radius, top + radius, 180),
    )
    return [
        (x + radius * math.cos(math.radians(start + step * 9)), y + radius * math.sin(math.radians(start + step * 9)))
        for x, y, start in corners
        for step in range(11)
    ]


def oval(x: float, y: float, across: float, down: float, turn: float = 0) -> list[Point]:
    """Outline of an ellipse with half axes `across` and `down`, turned clockwise by `turn` degrees."""
    points = [(across * math.cos(step * math.pi / 36), down * math.sin(step * math.pi / 36)) for step in range(72)]
    return moved(points, x, y, turn)


def moved(points: Outline, x: float, y: float, turn: float = 0, size: float = 1) -> list[Point]:
    """Points about the origin, enlarged by `size`, turned clockwise by `turn` degrees and put at (x, y)."""
    cos, sin = math.cos(math.radians(turn)) * size, math.sin(math.radians(turn)) * size
    return [(x + px * cos - py * sin, y + px * sin + py * cos) for px, py in points]


def smooth(points: Outline) -> list[Point]:
    """A closed outline that passes through all points without corners (Catmull-Rom)."""
    count, path = len(points), []
    for index in range(count):
        a, b, c, d = (points[(index + offset - 1) % count] for offset in range(4))
        for step in range(8):
            t = step / 8
            path.append(tuple(_spline(a[axis], b[axis], c[axis], d[axis], t) for axis in (0, 1)))
    return [(x, y) for x, y in path]


def _spline(*knots: float) -> float:
    a, b, c, d, t = knots
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t)


class Canvas:
    """A picture in the making, in design units of 640 × 480 with the square from x = 80 to 560 in view."""

    def __init__(self, ground: Fill) -> None:
        self._image = _gradient((WIDTH * _SCALE, HEIGHT * _SCALE), ground)

    def shape(self, outline: Outline, fill: Fill | str, opacity: float = 1) -> None:
        """Fill an outline with a gradient or one colour."""
        mask, corner = self._mask(outline)
        if opacity < 1:
            mask = mask.point(lambda value: round(value * opacity))
        self._paste(mask, corner, fill)

    def within(self, outline: Outline, limit: Outline, fill: Fill | str, opacity: float = 1) -> None:
        """Fill the part of an outline that lies inside another one: shade or pattern on a thing."""
        mask, corner = self._mask(limit)
        drawn = Image.new("L", mask.size, 0)
        shifted = [(x * _SCALE - corner[0], y * _SCALE - corner[1]) for x, y in outline]
        ImageDraw.Draw(drawn).polygon(shifted, fill=round(255 * opacity))
        self._paste(ImageChops.multiply(mask, drawn), corner, fill)

    def line(self, points: Outline, colour: str, width: float) -> None:
        """Draw a line with round ends and joints through the points."""
        draw, half = ImageDraw.Draw(self._image), width * _SCALE / 2
        scaled = [(x * _SCALE, y * _SCALE) for x, y in points]
        draw.line(scaled, fill=colour, width=max(1, round(width * _SCALE)), joint="curve")
        for x, y in (scaled[0], scaled[-1]):
            draw.ellipse((x - half, y - half, x + half, y + half), fill=colour)

    def shadow(self, outline: Outline, blur: float, opacity: float, colour: str = "#1c1410") -> None:
        """Lay a soft shadow of an outline."""
        mask, corner = self._mask(outline, margin=blur * 3)
        # A blur of a quarter-size mask costs a sixteenth, and looks the same.
        small = mask.resize((max(1, mask.width // 4), max(1, mask.height // 4)))
        small = small.filter(ImageFilter.GaussianBlur(blur * _SCALE / 4)).point(lambda value: round(value * opacity))
        self._paste(small.resize(mask.size, Image.Resampling.BILINEAR), corner, colour)

    def image(self, width: int) -> Image.Image:
        """The picture, `width` pixels wide and high."""
        left = (WIDTH - HEIGHT) // 2
        view = (left * _SCALE, 0, (left + HEIGHT) * _SCALE, HEIGHT * _SCALE)
        return self._image.resize((width, width), Image.Resampling.BICUBIC, box=view)

    def _mask(self, outline: Outline, margin: float = 0) -> tuple[Image.Image, tuple[int, int]]:
        scaled = [(x * _SCALE, y * _SCALE) for x, y in outline]
        left = math.floor(min(x for x, _ in scaled) - margin * _SCALE)
        top = math.floor(min(y for _, y in scaled) - margin * _SCALE)
        right = math.ceil(max(x for x, _ in scaled) + margin * _SCALE)
        bottom = math.ceil(max(y for _, y in scaled) + margin * _SCALE)
        mask = Image.new("L", (right - left + 1, bottom - top + 1), 0)
        ImageDraw.Draw(mask).polygon([(x - left, y - top) for x, y in scaled], fill=255)
        return mask, (left, top)

    def _paste(self, mask: Image.Image, corner: tuple[int, int], fill: Fill | str) -> None:
        paint = _gradient(mask.size, fill if isinstance(fill, Fill) else Fill(fill, fill))
        self._image.paste(paint, corner, mask)


def _gradient(size: tuple[int, int], fill: Fill) -> Image.Image:
    if fill.first == fill.last:
        return Image.new("RGB", size, fill.first)
    ramp = Image.linear_gradient("L")  # 256 × 256, black at the top
    along = (size[0], 1) if fill.across else (1, size[1])
    if fill.across:
        ramp = ramp.transpose(Image.Transpose.ROTATE_90)
    # One line of the gradient in full length, then copied sideways: many times quicker than smoothing both ways.
    line = ramp.resize(along, Image.Resampling.BILINEAR)
    paint = Image.composite(Image.new("RGB", along, fill.last), Image.new("RGB", along, fill.first), line)
    return paint.resize(size, Image.Resampling.NEAREST)
