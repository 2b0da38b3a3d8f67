"""Symbols that we write are read back: clean, with any value that GS1 allows, and as a photo of a printed label."""

from __future__ import annotations

import random
import re
from io import BytesIO
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter

from verify_app.domain.check_digit import expected_check_digit
from verify_app.domain.code import FOREIGN, SHORT, Code, CodeError
from verify_app.domain.parse import parse
from verify_app.domain.short_code import format_short
from verify_app.images.decode import decode
from verify_app.images.decoded import Symbol
from verify_app.images.symbols import digital_link, draw, element_string, modules, symbol

BASE = "https://id.example.vn"
SET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
GTINS = st.sampled_from(["09506000134352", "09506000134376", "09521234543213", "09520123456788"])
VALUES = st.text(alphabet=SET_82, min_size=1, max_size=20)
CODES = st.builds(
    lambda gtin, lot, serial, expiry: Code(
        "01",
        gtin,
        tuple(pair for pair in (("10", lot), ("21", serial)) if pair[1]),
        (("17", expiry),) if expiry else (),
    ),
    GTINS,
    st.one_of(st.just(""), VALUES),
    st.one_of(st.just(""), VALUES),
    st.sampled_from(["", "270131", "281200"]),
)
ITEM = Code("01", "09506000134352", (("10", "LOT-7"), ("21", "A1/b(2)")))
seldom = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def only(data: bytes) -> Symbol:
    (found,) = decode(data).symbols
    return found


def drawn_from_svg(svg: bytes, scale: int) -> bytes:
    """The dark strokes of our SVG as a PNG, drawn by this test and not by the code that wrote them."""
    root = ElementTree.fromstring(svg)
    size = int(root.attrib["viewBox"].split()[2])
    image = Image.new("L", (size * scale, size * scale), 255)
    pen = ImageDraw.Draw(image)
    (strokes,) = (path.attrib["d"] for path in root.iter("{http://www.w3.org/2000/svg}path") if "stroke" in path.attrib)
    for x, y, run in re.findall(r"M(\d+) ([\d.]+)h(\d+)", strokes):
        left, top = int(x) * scale, int(float(y)) * scale
        pen.rectangle((left, top, left + int(run) * scale - 1, top + scale - 1), fill=0)
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@seldom
@given(CODES)
def test_a_qr_code_holds_the_digital_link_and_parses_to_the_same_code(code: Code) -> None:
    read = only(symbol(code, BASE, "qr", "png", 4))
    assert (read.format, read.text) == ("QRCode", digital_link(code, BASE))
    again = parse(read.payload)
    assert (again, again.attributes) == (code, code.attributes)


@seldom
@given(CODES)
def test_a_datamatrix_holds_the_element_string_and_parses_to_the_same_code(code: Code) -> None:
    read = only(symbol(code, BASE, "datamatrix", "png", 6))
    assert (read.format, read.symbology_identifier, read.text) == ("DataMatrix", "]d2", element_string(code))
    again = parse(read.payload)
    assert (again, again.attributes) == (code, code.attributes)


@pytest.mark.parametrize("kind", ["qr", "datamatrix"])
def test_the_svg_holds_the_same_symbol_as_the_png(kind: str) -> None:
    wanted = only(symbol(ITEM, BASE, kind, "png", 6)).text
    assert only(drawn_from_svg(symbol(ITEM, BASE, kind, "svg", 6), 6)).text == wanted


@pytest.mark.parametrize("kind", ["qr", "datamatrix"])
def test_the_svg_is_small_has_a_title_and_runs_nothing(kind: str) -> None:
    svg = symbol(parse("(01)09506000134352(21)<&>'\""), BASE, kind, "svg")
    root = ElementTree.fromstring(svg)
    assert {element.tag.rsplit("}")[-1] for element in root.iter()} == {"svg", "title", "path"}
    assert root.attrib["role"] == "img"
    assert root[0].tag.endswith("title")
    assert root[0].text
    assert len(svg) < 5_000


def test_a_fixed_length_value_goes_before_the_serial_so_that_no_separator_is_wasted() -> None:
    code = parse("https://id.gs1.org/01/09506000134352/21/A1?17=270131")
    assert element_string(code) == "01095060001343521727013121A1"
    assert element_string(ITEM) == "010950600013435210LOT-7\x1d21A1/b(2)"


def test_the_quiet_zones_are_white_and_as_wide_as_the_standards_want() -> None:
    for kind, quiet in (("qr", 4), ("datamatrix", 2)):
        image = Image.open(BytesIO(symbol(ITEM, BASE, kind, "png", 5))).convert("L")
        dark = image.point(lambda value: 255 - value).getbbox()
        assert dark[:2] == (quiet * 5, quiet * 5)
        assert (image.width - dark[2], image.height - dark[3]) == (quiet * 5, quiet * 5)


def test_a_datamatrix_is_square() -> None:
    rows = modules(ITEM, BASE, "datamatrix").rows
    assert {len(row) for row in rows} == {len(rows)}


def test_a_short_code_has_a_qr_code_but_no_element_string() -> None:
    code = Code(SHORT, format_short(123_456_789))
    read = only(symbol(code, BASE, "qr", "png", 5))
    assert parse(read.payload) == code
    with pytest.raises(CodeError):
        symbol(code, BASE, "datamatrix", "png")
    with pytest.raises(CodeError):
        element_string(code)


def test_a_link_of_another_system_is_not_written() -> None:
    with pytest.raises(CodeError):
        digital_link(Code(FOREIGN, "trace.example.com"), BASE)


def test_other_keys_than_a_gtin_have_symbols_too() -> None:
    pallet = "09506000134000001"
    for text in (f"(00){pallet}{expected_check_digit(pallet)}", "(414)9506000134352"):
        code = parse(text)
        assert parse(only(symbol(code, BASE, "datamatrix", "png", 6)).payload) == code


def photographed(label: bytes, seed: int) -> bytes:
    """A printed label on a table, seen aslant, a little blurred, unevenly lit, noisy, as a phone's JPEG."""
    chance = random.Random(seed)
    print_out = Image.open(BytesIO(label)).convert("L").point(lambda value: 30 + value * 200 // 255)
    width, height = 1200, 900
    table = Image.new("L", (width, height), 110)
    table.paste(print_out, (chance.randint(200, 400), chance.randint(60, 160)))
    tilt = chance.uniform(0.00008, 0.00025)
    lean = chance.uniform(-0.15, 0.15)
    view = (1, lean, -lean * 300, chance.uniform(-0.08, 0.08), 1, 0, tilt, tilt / 2)
    seen = table.transform((width, height), Image.Transform.PERSPECTIVE, view, Image.Resampling.BICUBIC, fillcolor=110)
    light = Image.linear_gradient("L").resize((width, height)).point(lambda value: 150 + value * 105 // 255)
    seen = Image.composite(seen, Image.new("L", seen.size, 0), light)
    seen = seen.filter(ImageFilter.GaussianBlur(chance.uniform(0.8, 1.6)))
    seen = Image.blend(seen, Image.effect_noise(seen.size, 60), 0.08)
    out = BytesIO()
    seen.save(out, "JPEG", quality=55)
    return out.getvalue()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", ["qr", "datamatrix"])
def test_a_photographed_label_is_read_back(kind: str, seed: int) -> None:
    lines = ("(01) 09506000134352", "(10) LOT-7", "(21) A1/b(2)", "HSD 31/01/2027")
    label = draw(modules(ITEM, BASE, kind), "png", 9 if kind == "qr" else 14, lines)
    assert parse(only(photographed(label, seed)).payload) == ITEM
