"""Codes to print: QR Code with a GS1 Digital Link, and GS1 DataMatrix with an element string."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from urllib.parse import quote
from xml.sax.saxutils import escape

import segno
import zxingcpp
from PIL import Image, ImageDraw, ImageFont

from ..domain.ai_table import known_ai
from ..domain.code import FOREIGN, SHORT, Code, CodeError
from . import zbar, zxing

GS = "\x1d"
QR_QUIET = 4
"""Modules left white around a QR Code (ISO/IEC 18004, clause 5.3.8)."""
DATAMATRIX_QUIET = 2
"""Modules left white around a DataMatrix: ISO/IEC 16022, clause 5.1 wants 1; phones read 2 more surely."""

_DARK = bytes.maketrans(b"\x00\xff", b"\x01\x00")  # of a decoder's picture: black is 1
_INK = bytes.maketrans(b"\x00\x01", b"\xff\x00")
_ESCAPES = str.maketrans({"(": r"\(", ")": r"\)"})  # brackets of a value, in the bracketed form that zxing-cpp takes


@dataclass(frozen=True, slots=True)
class Modules:
    """A symbol before it is drawn: rows of bytes, 1 for dark; the white border in modules; its text for people who
    do not see it."""

    rows: tuple[bytes, ...]
    quiet: int
    title: str


def digital_link(code: Code, base_url: str) -> str:
    """The code's GS1 Digital Link at `base_url` (without a slash at its end), attributes in the query. Raises
    `CodeError` for a foreign code, which has no address here."""
    if code.key == FOREIGN:
        raise CodeError("missing_key", "a code of this service", "a link of another system", kind="NOT_GS1")
    query = "&".join(f"{ai}={quote(value, safe='')}" for ai, value in code.attributes)
    return base_url.rstrip("/") + code.path + (f"?{query}" if query else "")


def element_string(code: Code) -> str:
    """The code as GS1 carriers hold it, GS (0x1D) where FNC1 ends a value (GS1 General Specifications, clause
    7.8). Values of a fixed length come first, so that fewer separators are needed. Raises `CodeError`."""
    pieces = []
    pairs = _pairs(code)
    for number, (ai, value) in enumerate(pairs, 1):
        pieces.append(ai + value + (GS if number < len(pairs) and not known_ai(ai).fixed else ""))
    return "".join(pieces)


def symbol(code: Code, base_url: str, kind: str, format: str, scale: int = 8) -> bytes:
    """The code's symbol as a file: `kind` "qr" (Digital Link, level M) or "datamatrix" (element string, square);
    `format` "svg" (UTF-8) or "png"; `scale` pixels a module. Raises `CodeError` for a code that it cannot hold."""
    return draw(modules(code, base_url, kind), format, scale)


def modules(code: Code, base_url: str, kind: str) -> Modules:
    """The symbol of a code, of `kind` "qr" or "datamatrix". Raises `CodeError` for a code that it cannot hold."""
    if kind == "qr":
        return link_modules(digital_link(code, base_url))
    if kind == "datamatrix":
        return _datamatrix(code)
    raise ValueError(f"Expected 'qr' or 'datamatrix', got {kind!r}.")


def link_modules(link: str) -> Modules:
    """The QR Code (level M) of a link."""
    made = segno.make_qr(link, error="m", boost_error=False)
    return Modules(tuple(bytes(row) for row in made.matrix), QR_QUIET, link)


def quick_modules(code: Code, base_url: str, kind: str) -> Modules:
    """The same for printing many: the QR Code is made by zxing-cpp's writer, some twenty times as fast, level M too,
    and often smaller, since it changes between letters and digits within the link."""
    if kind != "qr":
        return modules(code, base_url, kind)
    link = digital_link(code, base_url)
    made = zxingcpp.create_barcode(link, zxingcpp.BarcodeFormat.QRCode, ecLevel="M")
    return Modules(_rows(made), QR_QUIET, link)


def read_back(made: Modules) -> str:
    """What a decoder reads from a symbol of four pixels a module; "" if nothing. A QR Code is read by zbar where it can
    be had, so by another library than made it."""
    picture = _picture(made, 4)
    found = (zbar.read(picture) if made.quiet == QR_QUIET else ()) or zxing.read(picture)
    return found[0].text if len(found) == 1 else ""


def draw(made: Modules, format: str, scale: int = 8, lines: tuple[str, ...] = ()) -> bytes:
    """A symbol as "svg" or "png", `scale` pixels a module, with lines of text for people below it."""
    if format == "svg":
        return _svg(made, scale, lines).encode()
    if format == "png":
        return _png(made, scale, lines)
    raise ValueError(f"Expected 'svg' or 'png', got {format!r}.")


def _pairs(code: Code) -> list[tuple[str, str]]:
    if code.key in (FOREIGN, SHORT):
        raise CodeError("missing_key", "a GS1 key such as (01)", "a code without one", kind="NOT_GS1")
    rest = [*code.qualifiers, *code.attributes]
    rest.sort(key=lambda pair: not known_ai(pair[0]).fixed)
    return [(code.key, code.value), *rest]


def _datamatrix(code: Code) -> Modules:
    pairs = _pairs(code)
    bracketed = "".join(f"({ai}){value.translate(_ESCAPES)}" for ai, value in pairs)
    try:
        made = zxingcpp.create_barcode(bracketed, zxingcpp.BarcodeFormat.DataMatrix, gs1=True, forceSquare=True)
    except ValueError as error:
        raise CodeError("characters", "values that a GS1 DataMatrix holds", str(error)) from error
    return Modules(_rows(made), DATAMATRIX_QUIET, " ".join(f"({ai}){value}" for ai, value in pairs))


def _rows(made: zxingcpp.Barcode) -> tuple[bytes, ...]:
    picture = Image.fromarray(made.to_image(scale=1, add_quiet_zones=False))
    flat = picture.tobytes().translate(_DARK)
    return tuple(flat[start : start + picture.width] for start in range(0, len(flat), picture.width))


def _picture(made: Modules, scale: int) -> Image.Image:
    """The symbol with its quiet zone in black and white, grey mode."""
    size = len(made.rows) + 2 * made.quiet
    side, white = bytes(made.quiet), [bytes(size)] * made.quiet
    rows = [*white, *(side + row + side for row in made.rows), *white]
    small = Image.frombytes("L", (size, size), b"".join(rows).translate(_INK))
    return small.resize((size * scale, size * scale), Image.Resampling.NEAREST)


def _svg(made: Modules, scale: int, lines: tuple[str, ...]) -> str:
    size = len(made.rows) + 2 * made.quiet
    below = 0.0
    text = ""
    if lines:
        letters = letter_size(size, lines)
        below = letters * 1.3 * len(lines) + made.quiet
        text = "".join(
            f'<text x="{size / 2:g}" y="{size + letters * 1.3 * number + letters:.2f}">{escape(line)}</text>'
            for number, line in enumerate(lines)
        )
        text = f'<g font-family="monospace" font-size="{letters:.2f}" text-anchor="middle">{text}</g>'
    path = "".join(_runs(made))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size * scale}" height="{(size + below) * scale:g}" '
        f'viewBox="0 0 {size} {size + below:g}" role="img"><title>{escape(made.title)}</title>'
        f'<path fill="#fff" d="M0 0h{size}v{size + below:g}H0z"/>'
        f'<path stroke="#000" shape-rendering="crispEdges" d="{path}"/>{text}</svg>\n'
    )


def _runs(made: Modules) -> list[str]:
    """One stroke for each run of dark modules: a third of the bytes of one square for each module."""
    strokes = []
    for y, row in enumerate(made.rows):
        x = 0
        while (x := row.find(1, x)) >= 0:
            end = row.find(0, x)
            end = len(row) if end < 0 else end
            strokes.append(f"M{x + made.quiet} {y + made.quiet + 0.5:g}h{end - x}")
            x = end
    return strokes


def _png(made: Modules, scale: int, lines: tuple[str, ...]) -> bytes:
    size = len(made.rows) + 2 * made.quiet
    letters = letter_size(size, lines) * scale if lines else 0.0
    below = round(letters * 1.3 * len(lines)) + (made.quiet * scale if lines else 0)
    picture = Image.new("L", (size * scale, size * scale + below), 255)
    picture.paste(_picture(made, scale))
    if lines:
        pen, font = ImageDraw.Draw(picture), _font(letters)
        for number, line in enumerate(lines):
            place = (size * scale / 2, size * scale + letters * (1.3 * number + 0.5))
            pen.text(place, line, fill=0, font=font, anchor="mm")
    out = BytesIO()
    (picture if lines else picture.convert("1")).save(out, "PNG")
    return out.getvalue()


@lru_cache(maxsize=16)
def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def letter_size(size: int, lines: tuple[str, ...]) -> float:
    """Height of the letters in modules: the longest line fits the width, letters of a fixed width being 0.6 wide."""
    return min(size / 10, size / (0.6 * max(len(line) for line in lines) + 1))
