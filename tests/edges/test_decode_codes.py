"""The cascade on pictures that are drawn here: charsets, ink, turns, formats and several codes in one picture."""

from __future__ import annotations

from io import BytesIO

import pytest
import segno
import zxingcpp
from PIL import Image, ImageOps

from verify_app.images import decode as cascade
from verify_app.images import zbar
from verify_app.images.decode import Pass, decode, decoder_notes, look
from verify_app.images.decoded import Symbol
from verify_app.images.raster import Picture

GTIN = "9506000134352"
LINK = "https://id.example.vn/01/09506000134352/21/A1"
SENTENCES = ["Cà phê Đắk Lắk", "café crème", "日本語テキスト", "中文编码", "Грузия", "ภาษาไทย", "한국어", "żółć"]


def qr(
    content: str | bytes, scale: int = 6, *, eci: bool = False, dark: str = "black", light: str | None = "white"
) -> Image.Image:
    out = BytesIO()
    made = segno.make_qr(content, error="m", mode="byte" if isinstance(content, bytes) else None, eci=eci)
    made.save(out, kind="png", scale=scale, border=4, dark=dark, light=light)
    return Image.open(out)


def bars(kind: zxingcpp.BarcodeFormat, text: str, scale: int = 3, **options: object) -> Image.Image:
    made = zxingcpp.create_barcode(text, kind, **options)
    return ImageOps.expand(Image.fromarray(made.to_image(scale=scale)), 20, 255)


def file_of(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def texts(data: bytes) -> list[str]:
    return sorted(symbol.text for symbol in decode(data).symbols)


def only(data: bytes) -> Symbol:
    (symbol,) = decode(data).symbols
    return symbol


def beside(*images: Image.Image) -> Image.Image:
    sheet = Image.new("L", (sum(i.width for i in images), max(i.height for i in images)), 255)
    left = 0
    for image in images:
        sheet.paste(image.convert("L"), (left, 0))
        left += image.width
    return sheet


def centre(symbol: Symbol) -> tuple[float, float]:
    return sum(x for x, _ in symbol.position) / 4, sum(y for _, y in symbol.position) / 4


@pytest.mark.parametrize("sentence", SENTENCES)
def test_utf_8_without_a_declared_charset_is_read_as_it_was_written(sentence: str) -> None:
    assert texts(file_of(qr(sentence.encode()))) == [sentence]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_zbar_alone_reads_utf_8_as_it_was_written(sentence: str) -> None:
    assert [reading.text for reading in zbar.read(qr(sentence.encode()).convert("L"))] == [sentence]


@pytest.mark.parametrize("encoding", ["utf-8", "iso8859-1", "shift_jis"])
def test_a_declared_charset_is_obeyed(encoding: str) -> None:
    sentence = "日本語" if encoding == "shift_jis" else "café crème"
    out = BytesIO()
    segno.make_qr(sentence, error="m", eci=True, encoding=encoding, mode="byte").save(out, kind="png", scale=6)
    assert texts(out.getvalue()) == [sentence]


def test_bytes_that_are_no_text_survive() -> None:
    payload = bytes(range(128, 256))
    (symbol,) = decode(file_of(qr(payload))).symbols
    assert symbol.text.encode("latin-1") == payload
    (reading,) = zbar.read(qr(payload).convert("L"))
    assert reading.text.encode("latin-1") == payload


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_chinese_without_a_declared_charset_is_read(encoding: str) -> None:
    assert texts(file_of(qr("中文编码测试".encode(encoding)))) == ["中文编码测试"]


def test_light_on_dark_is_read() -> None:
    assert texts(file_of(ImageOps.invert(qr(LINK).convert("L")))) == [LINK]


def test_black_ink_on_transparency_is_read() -> None:
    for picture in (qr(LINK, light=None), qr(LINK, light=None).convert("RGBA"), qr(LINK, light=None).convert("LA")):
        assert texts(file_of(picture)) == [LINK]
    assert texts(file_of(qr(LINK, light=None).convert("RGBA"), "WEBP", lossless=True)) == [LINK]


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "CMYK", "I;16"])
def test_every_kind_of_pixel_is_read(mode: str) -> None:
    image = qr(LINK).convert("L")
    if mode == "I;16":
        image = image.convert("I").point(lambda value: value * 257).convert("I;16")
        assert texts(file_of(image)) == [LINK]
    else:
        assert texts(file_of(image.convert(mode), "JPEG" if mode == "CMYK" else "PNG")) == [LINK]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_picture_stands_upright_as_its_exif_says(orientation: int) -> None:
    upright = Image.new("L", (600, 400), 255)
    upright.paste(qr(LINK, 4).convert("L"), (20, 30))
    undo = {2: 0, 3: 1, 4: 6, 5: 5, 6: 2, 7: 3, 8: 4}  # EXIF value -> a PIL.Image.Transpose that undoes it
    methods = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    assert len(undo) == 7
    method = methods[orientation]
    held = upright if method is None else upright.transpose(method)
    exif = Image.Exif()
    exif[0x0112] = orientation
    decoded = decode(file_of(held, "JPEG", quality=90, exif=exif))
    assert (decoded.width, decoded.height) == (600, 400)
    x, y = centre(decoded.symbols[0])
    side = qr(LINK, 4).width
    assert (x, y) == pytest.approx((20 + side / 2, 30 + side / 2), abs=4)


def test_two_qr_codes_in_one_picture_are_both_listed() -> None:
    assert texts(file_of(beside(qr(LINK), qr(LINK + "2")))) == [LINK, LINK + "2"]


def test_a_qr_code_and_an_ean_in_one_picture_are_both_listed_and_the_ean_is_confirmed() -> None:
    decoded = decode(file_of(beside(qr(LINK), bars(zxingcpp.BarcodeFormat.EAN13, GTIN))))
    assert {symbol.format: symbol.text for symbol in decoded.symbols} == {"QRCode": LINK, "EAN-13": GTIN}
    assert all(symbol.confirmed for symbol in decoded.symbols)


def test_the_same_text_in_two_places_is_two_symbols() -> None:
    first, second = decode(file_of(beside(qr(LINK), qr(LINK)))).symbols
    assert first.text == second.text == LINK
    assert abs(centre(first)[0] - centre(second)[0]) == pytest.approx(qr(LINK).width, abs=4)


def test_a_wall_of_codes_gives_twenty_symbols() -> None:
    wall = Image.new("L", (1500, 1500), 255)
    for number in range(36):
        wall.paste(qr(f"HTTPS://E.VN/{number}", 4).convert("L"), (number % 6 * 240, number // 6 * 240))
    assert len(decode(file_of(wall)).symbols) == 20


@pytest.mark.parametrize(
    ("kind", "text", "name", "identifier", "payload"),
    [
        ("DataMatrix", "(01)09506000134352(10)AB(21)C1", "DataMatrix", "]d2", "]d2010950600013435210AB\x1d21C1"),
        ("Code128", "(01)09506000134352(10)AB(21)C1", "Code128", "]C1", "]C1010950600013435210AB\x1d21C1"),
    ],
)
def test_gs1_carriers_keep_separators_and_identifier(
    kind: str, text: str, name: str, identifier: str, payload: str
) -> None:
    symbol = only(file_of(bars(getattr(zxingcpp.BarcodeFormat, kind), text, gs1=True)))
    assert (symbol.format, symbol.symbology_identifier, symbol.payload) == (name, identifier, payload)


def test_zbar_tells_a_gs1_code_128_from_a_plain_one() -> None:
    gs1 = zbar.read(bars(zxingcpp.BarcodeFormat.Code128, "(01)09506000134352(10)AB", gs1=True))
    plain = zbar.read(bars(zxingcpp.BarcodeFormat.Code128, "AB-12345"))
    assert [(reading.identifier, reading.text) for reading in gs1] == [("]C1", "010950600013435210AB")]
    assert [(reading.identifier, reading.text) for reading in plain] == [("]C0", "AB-12345")]


@pytest.mark.parametrize(
    ("kind", "text", "read"),
    [
        ("EAN13", GTIN, GTIN),
        ("EAN8", "95200002", "95200002"),
        ("UPCA", "012345678905", "0012345678905"),
        ("UPCE", "01234565", "0012345000065"),
        ("ITF14", "09506000134352", "09506000134352"),
        ("DataBarOmni", "09506000134352", "0109506000134352"),
        ("PDF417", "lot 7", "lot 7"),
        ("MicroQRCode", "12345", "12345"),
    ],
)
def test_other_carriers_of_products_are_read(kind: str, text: str, read: str) -> None:
    symbol = only(file_of(bars(getattr(zxingcpp.BarcodeFormat, kind), text)))
    assert (symbol.text, symbol.confirmed) == (read, True)


@pytest.mark.parametrize("degrees", [15, 30, 45, 60, 75])
def test_an_ean_is_read_at_any_turn_and_its_place_is_right(degrees: int) -> None:
    sheet = Image.new("L", (900, 700), 255)
    ean = bars(zxingcpp.BarcodeFormat.EAN13, GTIN, 4).rotate(degrees, expand=True, fillcolor=255)
    sheet.paste(ean, (60, 40))
    symbol = only(file_of(sheet))
    assert symbol.text == GTIN
    x, y = centre(symbol)
    assert abs(x - 60 - ean.width / 2) < 0.25 * ean.width
    assert abs(y - 40 - ean.height / 2) < 0.25 * ean.height


def test_every_pass_that_applies_reads_a_clear_code_in_its_place() -> None:
    sheet = Image.new("L", (960, 700), 255)
    ean = bars(zxingcpp.BarcodeFormat.EAN13, GTIN, 4).rotate(44, expand=True, fillcolor=255)
    sheet.paste(ean, (40, 60))
    (found,) = look(Picture(file_of(sheet)), Pass("zxing", 800, turn=45))
    reading, corners = found
    assert reading.text == GTIN
    middle = sum(x for x, _ in corners) / 4, sum(y for _, y in corners) / 4
    assert middle == pytest.approx((40 + ean.width / 2, 60 + ean.height / 2), abs=25)


def test_a_large_photo_gives_places_in_its_own_pixels() -> None:
    sheet = Image.new("L", (4000, 3000), 255)
    code = qr(LINK, 12).convert("L")
    sheet.paste(code, (3000, 2000))
    decoded = decode(file_of(sheet, "JPEG", quality=80))
    assert (decoded.width, decoded.height) == (4000, 3000)
    assert centre(decoded.symbols[0]) == pytest.approx((3000 + code.width / 2, 2000 + code.height / 2), abs=12)


def test_a_small_code_in_a_large_photo_is_found_by_a_finer_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cascade, "BUDGET", 60.0)  # the last pass, whatever else the machine does meanwhile
    monkeypatch.setattr(cascade, "WALL", 60.0)
    sheet = Image.new("L", (4000, 3000), 255)
    sheet.paste(qr(LINK, 3).convert("L").resize((120, 120), Image.Resampling.BICUBIC), (3000, 2000))
    assert texts(file_of(sheet, "JPEG", quality=90)) == [LINK]


def test_heic_of_an_iphone_is_read() -> None:
    heif = pytest.importorskip("pillow_heif")
    out = BytesIO()
    heif.from_pillow(qr(LINK).convert("RGB")).save(out, quality=70)
    assert texts(out.getvalue()) == [LINK]


def test_avif_and_webp_are_read() -> None:
    for kind in ("AVIF", "WEBP"):
        assert texts(file_of(qr(LINK).convert("RGB"), kind, quality=70)) == [LINK]


def test_only_the_first_frame_of_a_moving_picture_is_read() -> None:
    still = Image.new("L", qr(LINK).size, 255)
    assert texts(file_of(qr(LINK).convert("L"), "GIF", save_all=True, append_images=[still] * 5)) == [LINK]
    assert texts(file_of(still, "GIF", save_all=True, append_images=[qr(LINK).convert("L")] * 5)) == []


def test_the_preview_is_small_and_holds_nothing_of_the_file_but_the_picture() -> None:
    exif = Image.Exif()
    exif[0x010E] = "a name that nobody should see"
    exif[0x0112] = 6
    data = file_of(Image.new("RGB", (3000, 2000), "white"), "JPEG", exif=exif)
    assert b"a name that nobody should see" in data
    preview = decode(data).preview
    assert b"a name" not in preview
    assert b"Exif" not in preview
    assert Image.open(BytesIO(preview)).size == (534, 800)


def test_texture_gives_nothing() -> None:
    assert decode(file_of(Image.effect_noise((800, 600), 90), "JPEG")).symbols == ()


def test_zbar_missing_degrades_to_zxing_with_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    assert decoder_notes() == ()

    def none() -> None:
        raise ImportError("Unable to find zbar shared library")

    monkeypatch.setattr(zbar, "_library", none)
    (note,) = decoder_notes()
    assert "libzbar0" in note
    assert zbar.read(qr(LINK).convert("L")) == ()
    decoded = decode(file_of(beside(qr(LINK), bars(zxingcpp.BarcodeFormat.EAN13, GTIN))))
    assert [symbol.text for symbol in decoded.symbols if symbol.format == "QRCode"] == [LINK]
    assert texts(file_of(bars(zxingcpp.BarcodeFormat.EAN13, GTIN))) == [GTIN]


def test_a_spent_budget_ends_the_search_after_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    monkeypatch.setattr(cascade, "look", lambda picture, step: made.append(step) or [])
    decode(file_of(Image.new("L", (300, 300))))
    assert len(made) == len(cascade.PASSES)
    made.clear()
    monkeypatch.setattr(cascade, "BUDGET", -1.0)
    decode(file_of(Image.new("L", (300, 300))))
    assert made == [cascade.PASSES[0]]


@pytest.mark.parametrize(("hurried", "looks"), [(False, 2), (True, 1)])
def test_while_others_wait_one_look_does_for_a_qr_code(
    monkeypatch: pytest.MonkeyPatch, hurried: bool, looks: int
) -> None:
    made = []
    monkeypatch.setattr(cascade, "look", lambda picture, step: made.append(step) or look(picture, step))
    (symbol,) = decode(file_of(qr(LINK)), hurried).symbols
    assert (symbol.text, len(made)) == (LINK, looks)


def test_while_others_wait_a_bar_code_is_still_read_twice() -> None:
    (symbol,) = decode(file_of(bars(zxingcpp.BarcodeFormat.EAN13, "9506000134352")), hurried=True).symbols
    assert (symbol.text, symbol.confirmed) == ("9506000134352", True)
