"""A shopper photographs a label of the demonstration registry and reads the verdict, in a real browser."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import DESK, PHONE
from tests.browser.photos import photographed
from verify_app.domain.parse import parse
from verify_app.images.symbols import symbol

pytestmark = pytest.mark.browser

BASE = "https://tra-cuu.example"


def photo_of(entry, kind="qr"):
    return photographed(symbol(parse(entry["path"]), BASE, kind, "png", 8))


def first(demo, verdict):
    return next(entry for entry in demo if entry["expect"] == verdict and entry["path"].startswith("/01/"))


def upload(page, data, name="label.jpg"):
    page.goto("/")
    page.locator("input[type=file]").first.set_input_files({"name": name, "mimeType": "image/jpeg", "buffer": data})


def test_a_photo_of_a_label_becomes_a_vietnamese_verdict_and_english_by_choice(phone, demo):
    entry = first(demo, "VALID")
    upload(phone, photo_of(entry))
    verdict = phone.locator("[data-verdict]").first
    verdict.wait_for()
    assert verdict.get_attribute("data-verdict") == "VALID"
    assert "Mã hợp lệ" in verdict.inner_text()
    phone.locator(".receipt .actions a").click()
    phone.wait_for_url(f"**{entry['path']}*")
    assert "Mã hợp lệ" in phone.locator("h1").inner_text()
    assert phone.locator("html").get_attribute("lang") == "vi"
    phone.locator("a[hreflang=en]").click()
    phone.wait_for_url("**lang=en*")
    assert phone.locator("h1").inner_text().startswith("Valid code")
    assert phone.locator("html").get_attribute("lang") == "en"


def test_a_photographed_datamatrix_of_a_recalled_lot_warns(phone, demo):
    upload(phone, photo_of(first(demo, "RECALLED"), "datamatrix"))
    verdict = phone.locator("[data-verdict]").first
    verdict.wait_for()
    assert verdict.get_attribute("data-verdict") == "RECALLED"
    assert "Cảnh báo thu hồi" in verdict.inner_text()


def test_the_photo_form_works_without_javascript(chromium, service, demo):
    context = chromium.new_context(base_url=service, locale="vi-VN", java_script_enabled=False)
    page = context.new_page()
    upload(page, photo_of(first(demo, "VALID")))
    page.locator("[data-photo-send]").click()
    page.locator("[data-verdict]").first.wait_for()
    assert page.locator("[data-verdict]").first.get_attribute("data-verdict") == "VALID"
    assert page.locator(".seen-frame img").get_attribute("src").startswith("data:image/jpeg")
    assert page.locator(".seen-frame polygon").count() == 1
    context.close()


def test_a_typed_code_leads_to_its_own_address(phone, demo):
    entry = first(demo, "VALID")
    code = parse(entry["path"])
    phone.goto("/")
    phone.get_by_label("Nhập hoặc dán mã").fill(f"(01){code.gtin}(10){code.lot}(21){code.serial}")
    phone.keyboard.press("Enter")
    phone.wait_for_url(f"**{entry['path']}*")
    assert phone.locator("[data-verdict]").first.get_attribute("data-verdict") == "VALID"


def test_a_file_that_is_no_picture_is_refused_in_plain_words(phone):
    upload(phone, b"%PDF-1.7 not a picture", "label.pdf")
    phone.locator("h1").wait_for()
    phone.wait_for_url("**/scan*")
    assert phone.locator("main").inner_text()
    assert "500" not in phone.title()


def test_no_page_scrolls_sideways_and_none_reports_an_error(chromium, service, demo):
    context = chromium.new_context(base_url=service, locale="vi-VN")
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    for path in ["/", "/health", "/api/v1/docs", *(e["path"] for e in demo if e["expect"] != "RESOLVER")]:
        page.set_viewport_size(PHONE)
        page.goto(path)
        for size in (PHONE, DESK):
            page.set_viewport_size(size)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (path, size)
    expected = "the server responded with a status of 400"  # MALFORMED and NOT_GS1
    assert [fault for fault in faults if expected not in fault] == []
    assert hosts - {urlsplit(service).netloc} <= {""}  # "" are data: pictures
    assert context.cookies() == []
    context.close()


def test_the_keyboard_alone_reaches_the_code_field_and_the_verdict(chromium, service, demo):
    context = chromium.new_context(base_url=service, locale="vi-VN")
    page = context.new_page()
    page.goto("/")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "code":
            break
    else:
        pytest.fail("Expected the code field within 12 steps of the keyboard, got none.")
    page.keyboard.type(parse(first(demo, "CLASS_ONLY")["path"]).gtin)
    page.keyboard.press("Enter")
    page.locator("[data-verdict=CLASS_ONLY]").wait_for()
    context.close()
