"""One reading of one decoder in one pass, and what makes two readings the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .decoded import LINEAR, Point, Position


@dataclass(frozen=True, slots=True)
class Reading:
    """A text that a decoder ("zxing" or "zbar") read, its corners in pixels of the picture it was given."""

    text: str
    format: str
    identifier: str
    corners: Position
    decoder: str

    @property
    def linear(self) -> bool:
        """Whether the symbol is a bar code with no error correction, which a decoder may misread."""
        return self.format in LINEAR

    @property
    def key(self) -> str:
        """What two decoders must agree on: the GTIN-14 of an EAN, UPC or ITF-14, else the text without FNC1."""
        if self.format in ("EAN-13", "EAN-8", "UPC-A", "UPC-E"):
            return gtin14(self.text, upc_e=self.format == "UPC-E")
        if self.format == "ITF" and len(self.text) == 14:
            return self.text
        return f"{self.format} {self.text}".replace("\x1d", "") if self.linear else self.text.replace("\x1d", "")


def gtin14(digits: str, *, upc_e: bool = False) -> str:
    """Fourteen digits of an EAN or UPC text; a UPC-E of 8 digits is expanded to its UPC-A first
    (GS1 General Specifications, figure 5.2.2.4.2-1)."""
    if upc_e and len(digits) == 8:
        digits = expand_upc_e(digits)
    return digits.zfill(14)


def expand_upc_e(digits: str) -> str:
    """The 12 digits of the UPC-A that a UPC-E of 8 digits stands for."""
    system, body, check = digits[0], digits[1:7], digits[7]
    last = body[5]
    if last in "012":
        middle = f"{body[:2]}{last}0000{body[2:5]}"
    elif last == "3":
        middle = f"{body[:3]}00000{body[3:5]}"
    elif last == "4":
        middle = f"{body[:4]}00000{body[4]}"
    else:
        middle = f"{body[:5]}0000{last}"
    return system + middle + check


def box(points: Sequence[Point]) -> Position:
    """The upright rectangle around points, as four corners from the top left, clockwise."""
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top, bottom = min(y for _, y in points), max(y for _, y in points)
    return (left, top), (right, top), (right, bottom), (left, bottom)


def same_place(one: Position, other: Position) -> bool:
    """Whether two sets of corners lie on the same symbol: their middles are nearer than half of the longer side."""
    near = max(_longest(one), _longest(other)) / 2
    (x, y), (u, v) = _middle(one), _middle(other)
    return abs(x - u) <= near and abs(y - v) <= near


def _middle(corners: Position) -> Point:
    return sum(x for x, _ in corners) / 4, sum(y for _, y in corners) / 4


def _longest(corners: Position) -> float:
    return max(
        max(x for x, _ in corners) - min(x for x, _ in corners), max(y for _, y in corners) - min(y for _, y in corners)
    )
