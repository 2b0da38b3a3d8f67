"""The zbar decoder, through pyzbar's own ctypes layer.

`pyzbar.decode` guesses a charset and turns UTF-8 without ECI into other text (18 of 36 test strings); the
setting "binary" gives the bytes as they stand. PDF417 and DataBar stay off: they fail assertions to stderr.
"""

from __future__ import annotations

import ctypes
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from PIL import Image

from .reading import Reading, box

_BINARY = 4  # ZBAR_CFG_BINARY: newer than pyzbar's list of settings
_FOURCC_Y800 = int.from_bytes(b"Y800", "little")
_MOD_GS1 = 1  # bit of zbar_symbol_get_modifiers: FNC1 in first position

_FORMATS = {8: "EAN-8", 9: "UPC-E", 12: "UPC-A", 13: "EAN-13", 25: "ITF", 64: "QRCode", 128: "Code128"}
_IDENTIFIERS = {"EAN-8": "]E4", "Code128": "]C0", "ITF": "]I0", "QRCode": "]Q1"}
_GS1 = {"Code128": "]C1", "QRCode": "]Q3"}


def missing() -> str:
    """Why zbar cannot be used, in one sentence; "" if it can."""
    try:
        _library()
    except (ImportError, OSError, AttributeError) as error:
        return f"Expected the zbar library (Debian package libzbar0), got: {error}"
    return ""


def read(image: Image.Image, density: int = 1) -> tuple[Reading, ...]:
    """All symbols that zbar reads in a grey picture; `density` 2 looks at each second line only. () without zbar."""
    if missing():
        return ()
    z = _library()
    scanner, picture = z.zbar_image_scanner_create(), z.zbar_image_create()
    try:
        z.zbar_image_scanner_set_config(scanner, 0, z.ZBarConfig.CFG_ENABLE, 0)
        for kind in _FORMATS:
            z.zbar_image_scanner_set_config(scanner, kind, z.ZBarConfig.CFG_ENABLE, 1)
        z.zbar_image_scanner_set_config(scanner, z.ZBarSymbol.QRCODE, _BINARY, 1)
        for axis in (z.ZBarConfig.CFG_X_DENSITY, z.ZBarConfig.CFG_Y_DENSITY):
            z.zbar_image_scanner_set_config(scanner, 0, axis, density)
        pixels = image.tobytes()  # must live until the scan is done
        z.zbar_image_set_format(picture, _FOURCC_Y800)
        z.zbar_image_set_size(picture, *image.size)
        z.zbar_image_set_data(picture, ctypes.cast(ctypes.c_char_p(pixels), ctypes.c_void_p), len(pixels), None)
        z.zbar_scan_image(scanner, picture)
        found = []
        symbol = z.zbar_image_first_symbol(picture)
        while symbol:
            if (reading := _reading(z, symbol)) is not None:
                found.append(reading)
            symbol = z.zbar_symbol_next(symbol)
        return tuple(found)
    finally:
        z.zbar_image_destroy(picture)
        z.zbar_image_scanner_destroy(scanner)


@cache
def _library() -> ModuleType:
    return import_module("pyzbar.wrapper")


@cache
def _modifiers() -> Any:
    function = _library().load_libzbar().zbar_symbol_get_modifiers
    function.restype, function.argtypes = ctypes.c_uint, (ctypes.c_void_p,)
    return function


def _reading(z: ModuleType, symbol: Any) -> Reading | None:
    name = _FORMATS.get(symbol.contents.type)
    count = z.zbar_symbol_get_loc_size(symbol)
    if name is None or count < 1:
        return None
    raw = ctypes.string_at(z.zbar_symbol_get_data(symbol), z.zbar_symbol_get_data_length(symbol))
    points = [
        (float(z.zbar_symbol_get_loc_x(symbol, i)), float(z.zbar_symbol_get_loc_y(symbol, i))) for i in range(count)
    ]
    corners = (points[0], points[3], points[2], points[1]) if name == "QRCode" and count == 4 else box(points)
    gs1 = _modifiers()(ctypes.cast(symbol, ctypes.c_void_p)) & _MOD_GS1
    identifier = _GS1[name] if gs1 and name in _GS1 else _IDENTIFIERS.get(name, "]E0")
    return Reading(_text(raw), name, identifier, corners, "zbar")


def _text(raw: bytes) -> str:
    """UTF-8; else Shift-JIS where bytes stand that no Latin-1 text has; else Latin-1, which ISO/IEC 18004 names for
    bytes without ECI and which loses none."""
    for charset in ("utf-8", "shift_jis"):
        try:
            text = raw.decode(charset)
        except UnicodeDecodeError:
            continue
        if charset == "utf-8" or any(0x80 <= byte < 0xA0 for byte in raw):
            return text
    return raw.decode("latin-1")
