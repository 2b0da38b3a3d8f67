"""Quantities stay on one line, and numbers look as they are printed."""

import pytest

from verify_app.web.receipt import printed_gtin
from verify_app.web.typography import unbroken


@pytest.mark.parametrize(
    ("text", "set_"),
    [
        ("Cà phê rang xay, túi 500 g", "Cà phê rang xay, túi 500~g"),
        ("Nước mắm 40 độ đạm, chai 500 ml", "Nước mắm 40~độ đạm, chai 500~ml"),
        ("Sữa hạt điều, chai 1 lít", "Sữa hạt điều, chai 1~lít"),
        ("Khăn choàng, 60 × 180 cm", "Khăn choàng, 60~×~180~cm"),
        ("Gạo 5 kg giá 3 gam cũ", "Gạo 5~kg giá 3 gam cũ"),
        ("Bảo quản 2 – 8 °C, độ ẩm 70 %.", "Bảo quản 2 – 8~°C, độ ẩm 70~%."),
        ("Lô 12 năm 2026", "Lô 12 năm 2026"),
    ],
)
def test_a_number_keeps_its_unit(text, set_):
    assert unbroken(text) == set_.replace("~", "\u00a0")


@pytest.mark.parametrize(
    ("gtin", "printed"),
    [
        ("09521234543213", "9 521234 543213"),
        ("00614141999996", "6 14141 99999 6"),
        ("00000095200003", "9520 0003"),
        ("19521234543210", "19521234543210"),
    ],
)
def test_a_gtin_is_shown_as_below_its_bar_code(gtin, printed):
    assert printed_gtin(gtin) == printed


def test_the_page_shows_both(world):
    html = world.client().get("/01/09521234543213").text
    assert "Cà phê rang xay Đồi Mây 500\u00a0g</h2>" in html
    assert '<span class="mono">9 521234 543213</span>' in html
