"""Guards before decoding: what is refused, and by which word, before a decoder sees the file."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from verify_app.images.errors import ImageError
from verify_app.images.limits import BODY_LIMIT, check_bytes, open_image


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_header(width: int, height: int, *, depth: int = 8, colour: int = 6) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 64)) + chunk(b"IEND", b"")


def webp_lossless_header(width: int, height: int) -> bytes:
    bits = (width - 1) | (height - 1) << 14
    body = b"VP8L" + struct.pack("<I", 10) + b"\x2f" + struct.pack("<I", bits) + bytes(5)
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def webp_extended_header(width: int, height: int) -> bytes:
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"VP8X" + struct.pack("<I", 10) + bytes(4) + size
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def webp_lossy_header(width: int, height: int) -> bytes:
    frame = b"\x30\x01\x00\x9d\x01\x2a" + struct.pack("<HH", width, height)
    body = b"VP8 " + struct.pack("<I", len(frame)) + frame
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def refused(data: bytes) -> str:
    with pytest.raises(ImageError) as caught:
        open_image(data)
    assert str(caught.value).startswith("Expected ")
    return caught.value.problem


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "empty"),
        (bytes(BODY_LIMIT + 1), "too_large"),
        (bytes(1000), "not_an_image"),
        (b"just some text", "not_an_image"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "wrong_type"),
        (b"%PDF-1.7\n", "wrong_type"),
        (b"<!DOCTYPE html><html></html>", "wrong_type"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "wrong_type"),
        (b"\xc5\xd0\xd3\xc6" + bytes(40), "wrong_type"),
        (b"II*\x00" + bytes(40), "wrong_type"),
        (b"BM" + bytes(60), "wrong_type"),
        (b"PK\x03\x04" + bytes(40), "wrong_type"),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(40), "wrong_type"),
    ],
)
def test_what_is_no_picture_of_the_allow_list_is_refused_by_content(data: bytes, problem: str) -> None:
    assert refused(data) == problem


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "EPS", "ICO", "PDF"])
def test_real_files_of_other_kinds_are_of_the_wrong_type(kind: str) -> None:
    assert refused(encoded(Image.new("RGB", (32, 32)), kind)) == "wrong_type"


@pytest.mark.parametrize(
    ("kind", "named"), [("JPEG", "JPEG"), ("PNG", "PNG"), ("GIF", "GIF"), ("WEBP", "WEBP"), ("AVIF", "AVIF")]
)
def test_each_kind_of_the_allow_list_is_opened_by_its_content(kind: str, named: str) -> None:
    data = encoded(Image.new("RGB", (40, 30)), kind)
    assert check_bytes(data) == named
    assert open_image(data).size == (40, 30)


def test_pictures_of_an_iphone_are_opened() -> None:
    heif = pytest.importorskip("pillow_heif")
    out = BytesIO()
    heif.from_pillow(Image.new("RGB", (64, 48))).save(out)
    assert check_bytes(out.getvalue()) == "HEIF"
    assert open_image(out.getvalue()).size == (64, 48)


@pytest.mark.parametrize(
    "data",
    [
        webp_lossless_header(12_000, 12_000),
        webp_extended_header(12_000, 12_000),
        webp_lossy_header(12_000, 12_000),
        png_header(9_400, 9_400),
        png_header(13_300, 13_300),
        png_header(30_000, 30_000, depth=1, colour=0),
    ],
    ids=["webp-lossless", "webp-extended", "webp-lossy", "png-88-mp", "png-177-mp", "png-900-mp"],
)
def test_a_small_file_that_names_many_pixels_is_refused_before_it_is_unpacked(data: bytes) -> None:
    assert len(data) < 200
    assert refused(data) == "too_many_pixels"


def test_a_baseline_jpeg_may_have_more_pixels_than_a_progressive_one() -> None:
    large = Image.new("L", (6_000, 5_000))
    assert open_image(encoded(large, "JPEG")).size == (6_000, 5_000)
    assert refused(encoded(large, "JPEG", progressive=True)) == "too_many_pixels"


def test_a_baseline_jpeg_of_80_million_pixels_is_refused() -> None:
    assert refused(encoded(Image.new("L", (10_000, 8_000)), "JPEG")) == "too_many_pixels"


@pytest.mark.parametrize(
    "magic", [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\0\0\0\0WEBP", b"\0\0\0\x18ftypheic"]
)
def test_a_right_beginning_with_nothing_behind_it_is_damaged(magic: bytes) -> None:
    assert refused(magic + bytes(20)) == "damaged"


def test_text_chunks_that_unpack_to_megabytes_are_damage_not_a_crash() -> None:
    bomb = b"k\0\0" + zlib.compress(bytes(100_000_000))
    head = struct.pack(">IIBBBBB", 10, 10, 8, 2, 0, 0, 0)
    data = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"zTXt", bomb) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    )
    assert refused(data) == "damaged"
