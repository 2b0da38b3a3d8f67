"""Guards before decoding: an upload is refused by its size, kind and pixels before a decoder touches it.

A WebP of 34 bytes can name 144 million pixels and cost 2 GB; Pillow itself only warns below 179 million.
"""

from __future__ import annotations

import struct
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from .errors import ImageError

BODY_LIMIT = 12 * 1024 * 1024
"""Bytes that an upload may have."""
MAX_PIXELS = 25_000_000
"""Pixels of a picture that must be unpacked whole: a 24 MP HEIC of a phone fits."""
MAX_PIXELS_WEBP = 16_000_000
"""Pixels of a WebP: its reader keeps four copies, 17 bytes for each pixel, which 34 bytes of upload can ask for."""
MAX_PIXELS_BASELINE_JPEG = 64_000_000
"""Pixels of a baseline JPEG, which libjpeg shrinks while it reads."""

ACCEPTED = "a JPEG, PNG, WebP, GIF, HEIC or AVIF picture"

# What Pillow and its plugins raise on damaged files; struct.error and zlib's come out of the readers of chunks.
DAMAGE = (OSError, ValueError, SyntaxError, TypeError, EOFError, KeyError, IndexError, ArithmeticError, struct.error)

Image.MAX_IMAGE_PIXELS = MAX_PIXELS_BASELINE_JPEG  # the second line: Pillow warns there and raises at twice of it

_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"hevc", b"hevx"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})

_REFUSED = (  # (magic, what it is): the first 1,024 bytes in lower case are compared
    (b"%pdf", "a PDF document"),
    (b"%!ps", "a PostScript file"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript file"),
    (b"bm", "a BMP picture"),
    (b"ii*\x00", "a TIFF picture"),
    (b"mm\x00*", "a TIFF picture"),
    (b"8bps", "a Photoshop file"),
    (b"pk\x03\x04", "a ZIP archive or office document"),
    (b"\x1f\x8b", "a compressed file"),
    (b"\x00\x00\x01\x00", "an icon"),
    (b"\x1aE\xdf\xa3".lower(), "a video"),
)


def check_bytes(data: bytes) -> str:
    """Pillow's name of the picture's format, from its first bytes alone. Raises `ImageError` for an empty or too
    large body and for every format that is not on the allow-list."""
    if not data:
        raise ImageError("empty", "a picture", "an empty file")
    if len(data) > BODY_LIMIT:
        raise ImageError("too_large", f"at most {BODY_LIMIT} bytes", f"{len(data)} bytes")
    if known := _format(data):
        return known
    head = data[:1024].lower()
    for magic, name in _REFUSED:
        if head.startswith(magic):
            raise ImageError("wrong_type", ACCEPTED, name)
    if head[4:8] == b"ftyp":
        raise ImageError("wrong_type", ACCEPTED, "a video")
    if b"<svg" in head:
        raise ImageError("wrong_type", ACCEPTED, "an SVG drawing")
    if b"<html" in head or b"<!doctype" in head:
        raise ImageError("wrong_type", ACCEPTED, "a web page")
    raise ImageError("not_an_image", ACCEPTED, "something else")


def open_image(data: bytes) -> Image.Image:
    """The picture, opened and not yet unpacked, its format and pixels allowed. Raises `ImageError`.

    Only the first frame is ever touched: `n_frames` and `seek` would walk through a file of 50,000 frames.
    """
    kind = check_bytes(data)
    if kind == "WEBP":  # its reader sets aside two canvases when it opens a file, so look at the header first
        _check_pixels(_webp_size(data), MAX_PIXELS_WEBP)
    if kind == "HEIF":
        _register_heif()
    try:
        image = Image.open(BytesIO(data), formats=(kind,))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageError("too_many_pixels", f"at most {MAX_PIXELS} pixels", "more than twice as many") from error
    except (UnidentifiedImageError, MemoryError, *DAMAGE) as error:
        raise ImageError("damaged", ACCEPTED, f"a damaged {kind} file") from error
    shrinks = kind == "JPEG" and not image.info.get("progressive")
    _check_pixels(image.size, MAX_PIXELS_BASELINE_JPEG if shrinks else MAX_PIXELS)
    return image


def _format(data: bytes) -> str:
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"  # never "MPO" beside it: Pillow opens iPhone pairs as JPEG, and fails on others with MPO listed
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp":
        brand = data[8:12]
        return "AVIF" if brand in _AVIF_BRANDS else "HEIF" if brand in _HEIF_BRANDS else ""
    return ""


def _webp_size(data: bytes) -> tuple[int, int]:
    """Width and height that a WebP file names in its first chunk (RFC 9649, clauses 2.5 to 2.7)."""
    chunk, body = data[12:16], data[20:30].ljust(10, b"\0")
    if chunk == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if chunk == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF


def _check_pixels(size: tuple[int, int], limit: int) -> None:
    width, height = size
    if width * height > limit:
        raise ImageError("too_many_pixels", f"at most {limit} pixels", f"{width} x {height}")
    if width < 1 or height < 1:
        raise ImageError("damaged", "a picture with pixels", f"{width} x {height}")


def _register_heif() -> None:
    from pillow_heif import options, register_heif_opener

    options.DECODE_THREADS = 1  # each thread of libde265 takes memory of its own under the process's limit
    register_heif_opener(thumbnails=False)
