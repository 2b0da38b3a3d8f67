"""Help while a code is typed, in a real browser."""

from __future__ import annotations

import pytest

from verify_app.domain.short_code import display_short, format_short

pytestmark = pytest.mark.browser

GTIN = "9521234543213"
SSCC = "095212345678901235"


@pytest.fixture(scope="module")
def desk(chromium, service):
    """One page for all questions; each begins with an empty field."""
    context = chromium.new_context(base_url=service, locale="vi-VN")
    page = context.new_page()
    yield page
    context.close()


@pytest.fixture
def field(desk):
    desk.goto("/scan")
    return desk.locator("#code")


def said(field) -> str:
    """What the help says once the fingers rest."""
    field.dispatch_event("change")
    return field.page.locator(".typing-help").inner_text()


@pytest.mark.parametrize(
    ("typed", "shown", "words"),
    [
        ("952", "952", "Đã nhập 3 chữ số"),
        ("95212345678", "9521 2345 678", "Đã nhập 11 chữ số"),
        (GTIN, "9 521234 543213", "Đủ 13 chữ số, chữ số kiểm tra khớp"),
        ("0" + GTIN, "0 95 21234 54321 3", "Đủ 14 chữ số"),
        ("9 521234 543213", "9 521234 543213", "Đủ 13 chữ số"),
        ("614141000036", "6 14141 00003 6", "Đủ 12 chữ số"),
        (SSCC, "0 9521234 567890123 5", "Đủ 18 chữ số"),
        ("V000", "V000", "đã nhập 4"),
        (format_short(12345).lower(), display_short(format_short(12345)), "Đủ 12 ký tự"),
        (format_short(0).replace("0", "o"), display_short(format_short(0)), "Đủ 12 ký tự"),
    ],
)
def test_groups_and_check_digits_are_shown(field, typed, shown, words):
    field.fill(typed)
    text = said(field)
    assert shown in text
    assert words in text
    assert field.get_attribute("aria-invalid") is None


@pytest.mark.parametrize(
    "typed",
    ["9521234543214", "(01)09521234543214(21)A", SSCC[:-1] + "0", "V00000000G0J", "VU00000000G0"],
)
def test_a_wrong_character_is_told_before_sending(field, typed):
    field.fill(typed)
    text = said(field)
    assert "sai" in text or "không có chữ U" in text
    assert field.get_attribute("aria-invalid") == "true"
    assert field.get_attribute("aria-describedby").split() == ["code-help", "code-hint"]


@pytest.mark.parametrize(
    "typed", ["https://verify.example.vn/01/09521234543214", "(01)09521234543213(21)A1", "]d2010952", "Khuyến mãi", ""]
)
def test_what_is_no_number_is_left_alone(field, typed):
    field.fill(typed)
    assert said(field) == ""


@pytest.mark.parametrize("typed", ["952l234543213", "952I234543213"])
def test_a_letter_that_was_meant_as_a_digit_is_offered_as_one(field, typed):
    field.fill(typed)
    assert said(field) == "Ý bạn là 9 521234 543213?"
    field.page.locator(".typing-meant").click()
    assert field.input_value() == GTIN
    assert "chữ số kiểm tra khớp" in field.page.locator(".typing-help").inner_text()


def test_letters_are_not_taken_for_digits_where_the_check_digit_would_not_fit(field):
    field.fill("952l234543214")
    assert said(field) == ""


def test_no_word_of_a_mistake_while_the_fingers_move(field):
    field.press_sequentially("95212345")
    assert field.page.locator(".typing-wrong").count() == 0
    field.page.locator(".typing-wrong").wait_for()  # and one when they rest


def test_a_wrong_number_is_held_back_once_and_sent_if_insisted(field):
    page = field.page
    field.fill("9521234543214")
    field.press("Enter")
    page.get_by_text("lần nữa").wait_for()
    assert page.url.endswith("/scan")
    assert page.evaluate("document.activeElement.id") == "code"
    field.press("Enter")
    page.wait_for_selector("[data-verdict=MALFORMED]")


def test_a_right_number_goes_at_once(field):
    field.fill(GTIN)
    field.press("Enter")
    field.page.wait_for_url(f"**/01/0{GTIN}**")


def test_the_help_asks_nobody_which_codes_exist(desk):
    desk.goto("/scan")
    asked = []
    desk.on("request", lambda request: asked.append(request.url) if "/static/" not in request.url else None)
    field = desk.locator("#code")
    for typed in (GTIN, "9521234543214", "952l234543213", format_short(7)):
        field.fill(typed)
        said(field)
    assert asked == []
