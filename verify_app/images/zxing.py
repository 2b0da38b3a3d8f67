"""The zxing-cpp decoder."""

from __future__ import annotations

import zxingcpp
from PIL import Image
from zxingcpp import BarcodeFormat as F

from .reading import Reading

BARS = (F.EANUPC, F.Code128, F.ITF, F.DataBar)
"""The linear codes that products carry."""
ALL = (*BARS, F.QRCode, F.MicroQRCode, F.RMQRCode, F.DataMatrix, F.PDF417)
"""All that products carry. Code 39, Code 93 and Codabar stay off: they carry no GS1 key and are misread from texture."""


def read(image: Image.Image, formats: tuple[F, ...] = ALL) -> tuple[Reading, ...]:
    """All symbols of these formats that zxing-cpp reads in a grey picture."""
    found = zxingcpp.read_barcodes(image, formats=formats, text_mode=zxingcpp.TextMode.Plain)
    return tuple(
        Reading(
            barcode.text,
            str(barcode.format).replace(" ", ""),
            barcode.symbology_identifier,
            _corners(barcode.position),
            "zxing",
        )
        for barcode in found
    )


def _corners(position: zxingcpp.Position) -> tuple[tuple[float, float], ...]:
    points = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    return tuple((float(point.x), float(point.y)) for point in points)
