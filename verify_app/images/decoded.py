"""What was read in a photo, as frozen values."""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True)
class Decoded:
    """All that was read in one photo. `width` and `height` are those of the upright picture in pixels; `preview` is
    a grey JPEG of at most 800 pixels a side, without EXIF, to show on a page with boxes on it."""

    symbols: tuple[Symbol, ...]
    width: int
    height: int
    ms: float
    preview: bytes
