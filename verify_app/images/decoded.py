"""What was read in a photo, as frozen values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Point = tuple[float, float]
Position = tuple[Point, Point, Point, Point]

LINEAR = frozenset({"EAN-13", "EAN-8", "UPC-A", "UPC-E", "Code128", "ITF"})

# Carriers whose symbology identifier says "the text is a GS1 element string" (GS1 General Specifications 5.1.3)
GS1_CARRIERS = frozenset({"]C1", "]d2", "]d5", "]Q3", "]Q4", "]e0", "]J1"})
_BARE = {"]d5": "]d2", "]Q4": "]Q3"}  # the same carrier with an ECI, which the text no longer holds


@dataclass(frozen=True, slots=True)
class Symbol:
    """One symbol read in a photo.

    `text` holds GS (0x1D) where the symbol has FNC1 as separator. `format` is a name such as "QRCode",
    "DataMatrix", "EAN-13", `symbology_identifier` the ISO/IEC 15424 prefix such as "]d2". `position` holds four
    corners in pixels of the upright picture. `confirmed` is False for a lone linear code that one pass alone read.
    """

    text: str
    format: str
    symbology_identifier: str
    position: Position
    confirmed: bool

    @property
    def payload(self) -> str:
        """The text to parse: with its symbology identifier where that makes it a GS1 element string."""
        if self.symbology_identifier not in GS1_CARRIERS:
            return self.text
        return _BARE.get(self.symbology_identifier, self.symbology_identifier) + self.text


def in_reading_order(symbols: Iterable[Symbol]) -> list[Symbol]:
    """The symbols as one reads a page: row by row from the top, each row from left to right. Two symbols stand in one
    row where the middle of one is level with the other."""
    rows: list[list[Symbol]] = []
    for symbol in sorted(symbols, key=_middle):
        first = rows[-1][0] if rows else None
        if first and (_covers(first, _middle(symbol)) or _covers(symbol, _middle(first))):
            rows[-1].append(symbol)
        else:
            rows.append([symbol])
    return [symbol for row in rows for symbol in sorted(row, key=lambda s: min(x for x, _ in s.position))]


def _middle(symbol: Symbol) -> float:
    return sum(y for _, y in symbol.position) / 4


def _covers(symbol: Symbol, y: float) -> bool:
    return min(y for _, y in symbol.position) <= y <= max(y for _, y in symbol.position)


@dataclass(frozen=True, slots=True)
class Decoded:
    """All that was read in one photo. `width` and `height` are those of the upright picture in pixels; `preview` is
    a grey JPEG of at most 800 pixels a side, without EXIF, to show on a page with boxes on it."""

    symbols: tuple[Symbol, ...]
    width: int
    height: int
    ms: float
    preview: bytes
