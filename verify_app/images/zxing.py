"""The zxing-cpp decoder."""

from __future__ import annotations

import zxingcpp
from PIL import Image
from zxingcpp import BarcodeFormat as F

from .decoded import Position
from .reading import Reading

BARS = (F.EANUPC, F.Code128, F.ITF, F.DataBar)
"""The linear codes that products carry."""
ALL = (*BARS, F.QRCode, F.MicroQRCode, F.RMQRCode, F.DataMatrix, F.PDF417)
"""All that products carry. Code 39, Code 93, Codabar stay off: they hold no GS1 key, and texture is misread as them."""
MATRIX = (F.QRCode, F.DataMatrix)
"""The 2-D codes of GS1 Digital Link and of GS1 element strings."""


def read(image: Image.Image, formats: tuple[F, ...] = ALL, *, glance: bool = False) -> tuple[Reading, ...]:
    """All symbols of these formats that zxing-cpp reads in a grey picture. A `glance` is one look at it as it is,
    neither inverted nor turned nor smaller: with 2-D codes alone a fifteenth of the work."""
    found = zxingcpp.read_barcodes(
        image,
        formats=formats,  # type: ignore[arg-type] # its stub lags behind: a tuple is what it asks for
        text_mode=zxingcpp.TextMode.Plain,
        try_rotate=not glance,
        try_downscale=not glance,
        try_invert=not glance,
    )
    return tuple(
        Reading(
            _text(barcode),
            str(barcode.format).replace(" ", ""),
            barcode.symbology_identifier,
            _corners(barcode.position),
            "zxing",
        )
        for barcode in found
    )


def _text(barcode: zxingcpp.Barcode) -> str:
    """The decoder's text; where it guessed a charset that the bytes do not fit, one that loses none of them."""
    if "\ufffd" not in barcode.text:
        return barcode.text
    raw = bytes(barcode.bytes)
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _corners(position: zxingcpp.Position) -> Position:
    first, second, third, fourth = (
        (float(point.x), float(point.y))
        for point in (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    )
    return first, second, third, fourth
