"""A shopper reports a problem in a real browser: with and without JavaScript, by keyboard, on phone and desk."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

import pytest

from tests.browser.axe import LOOKS, findings
from tests.browser.conftest import DESK, PHONE
from tests.browser.photos import codes_in_a_row

pytestmark = pytest.mark.browser


@pytest.fixture
def shopper(chromium, service):
    contexts = []

    def page(**options):
        chosen = {"viewport": PHONE, "locale": "vi-VN", "service_workers": "block"} | options
        contexts.append(chromium.new_context(base_url=service, **chosen))
        return contexts[-1].new_page()

    yield page
    for context in contexts:
        context.close()


@pytest.fixture(scope="module", autouse=True)
def unscripted(chromium, service, demo):
    """A form in a browser without JavaScript, sent too early as this file begins: its wait passes beside other tests.
    With it the second at which it was sent."""
    context = chromium.new_context(viewport=PHONE, locale="vi-VN", base_url=service, java_script_enabled=False)
    page = context.new_page()
    page.goto("/report?code=" + path(demo, "VALID", 1))
    page.get_by_label("Chuyện khác").check()
    page.get_by_label("Kể thêm").fill("Sai giá")
    page.get_by_role("button", name="Gửi báo cáo").click()
    yield page, time.monotonic()
    context.close()


def path(demo, verdict, number=0):
    return [entry["path"] for entry in demo if entry["expect"] == verdict and entry["path"].startswith("/01/")][number]


def wait_until_old(page, seconds):
    """Forms that were only just shown are taken for a robot's."""
    page.wait_for_timeout(seconds * 1000 + 100)


def test_from_the_result_to_the_receipt_and_back_to_it_by_number(shopper, demo, service_data):
    page = shopper()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(path(demo, "UNKNOWN_SERIAL"))
    page.get_by_role("link", name="Gửi báo cáo").click()
    page.get_by_label("Niêm phong rách").check()
    page.get_by_label("Kể thêm").fill("Nắp hở")
    page.get_by_label("Tỉnh, thành phố").select_option("Gia Lai")
    page.get_by_label("Ảnh").set_input_files(
        [{"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": codes_in_a_row()} for n in range(2)]
    )
    page.get_by_text("Đã chọn 2 ảnh.").wait_for()
    wait_until_old(page, 2)
    page.get_by_role("button", name="Gửi báo cáo").click()
    page.wait_for_url("**/report/R*")
    with closing(sqlite3.connect(service_data / "registry.sqlite3")) as registry:
        asked = "SELECT proven, grievance, area, note FROM report ORDER BY id DESC LIMIT 1"
        assert registry.execute(asked).fetchone() == (1, "seal", "Gia Lai", "Nắp hở"), "the browser did the work"
        assert registry.execute("SELECT count(*) FROM report_photo").fetchone() == (2,)
    assert page.get_by_role("heading", level=1).inner_text() == "Đã nhận báo cáo của bạn"
    number = page.locator("[data-number]").inner_text()
    page.goto("/report")
    page.get_by_label("Số biên nhận").fill(number.lower().replace("-", " "))
    page.keyboard.press("Enter")
    page.wait_for_url("**/report/R*")
    assert page.locator("[data-number]").inner_text() == number
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length") == 0
    assert faults == []


def test_too_many_photos_are_told_before_sending_and_no_network_loses_nothing(shopper, demo):
    page = shopper()
    page.goto("/report?code=" + path(demo, "VALID", 1))
    one = {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": codes_in_a_row()}
    page.get_by_label("Ảnh").set_input_files([one] * 4)
    page.get_by_text("Chỉ gửi được tối đa 3 ảnh.").wait_for()
    assert page.locator("[name=photo]").evaluate("e => e.files.length") == 0
    page.get_by_label("Có người bị ốm").check()
    page.context.set_offline(True)
    page.get_by_role("button", name="Gửi báo cáo").click()
    page.get_by_text("Báo cáo chưa được gửi").wait_for()
    assert page.get_by_label("Có người bị ốm").is_checked()


def test_the_pages_fit_every_screen_and_axe_finds_nothing(shopper, demo):
    page = shopper()
    code = path(demo, "REPEATED")
    for where in ("/report", f"/report?code={code}", "/report?number=R1"):
        page.goto(where)
        found = findings(page)
        for size, scheme in ((PHONE, "dark"), (DESK, "dark"), (DESK, "light")):
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=scheme)
            found += findings(page, only=LOOKS)
        assert found == []
        for width in (360, 320, 180):
            page.set_viewport_size({"width": width, "height": 640})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.set_viewport_size(PHONE)
        page.emulate_media(color_scheme="light")


def test_the_keyboard_alone_sends_a_report(shopper, demo):
    page = shopper(viewport=DESK)
    page.goto("/report?code=" + path(demo, "VALID", 2))
    page.locator("#main").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    assert page.locator("[name=reason]:checked").get_attribute("value") == "seal"
    stops = []
    for _ in range(5):
        page.keyboard.press("Tab")
        stops.append(page.evaluate("document.activeElement.name || document.activeElement.dataset.send"))
    assert stops == ["note", "photo", "province", "commune", ""]
    wait_until_old(page, 2)
    page.keyboard.press("Enter")
    page.wait_for_url("**/report/R*")
    assert findings(page) == []


def test_without_javascript_the_form_is_taken_a_little_later(unscripted):
    page, sent = unscripted
    assert "Hãy đợi 15 giây" in page.get_by_role("alert").inner_text()
    assert page.get_by_label("Kể thêm").input_value() == "Sai giá", "nothing typed is lost"
    wait_until_old(page, max(0, 15 - (time.monotonic() - sent)))
    page.get_by_role("button", name="Gửi báo cáo").click()
    assert "/report/R" in page.url
    assert page.get_by_role("heading", level=1).inner_text() == "Đã nhận báo cáo của bạn"
