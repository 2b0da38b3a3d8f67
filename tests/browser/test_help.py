"""The help in a real browser: search while typing, search without JavaScript, keyboard, anchors of verdicts."""

from __future__ import annotations

from urllib.parse import quote_plus

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def shown(page):
    return page.locator("[data-topic]:not([hidden])")


def test_search_finds_while_typing_with_or_without_marks(phone):
    phone.goto("/help")
    everything = shown(phone).count()
    for asked in ("thu hồi", "THU HOI"):
        phone.get_by_label("Tìm trong trợ giúp").fill(asked)
        expect(phone.locator("#RECALLED")).to_be_visible()
        expect(phone.locator("#NOT_GS1")).to_be_hidden()
        expect(phone.locator("[data-help-status]")).to_contain_text("Số mục tìm thấy")
    phone.get_by_label("Tìm trong trợ giúp").fill("xyzzy")
    expect(shown(phone)).to_have_count(0)
    expect(phone.locator("[data-help-status]")).to_contain_text("Không có mục nào khớp")
    phone.get_by_label("Tìm trong trợ giúp").fill("")
    expect(shown(phone)).to_have_count(everything)


def test_the_server_finds_the_same_topics_as_the_browser(phone, chromium, service):
    phone.goto("/help")
    context = chromium.new_context(base_url=service, locale="vi-VN", java_script_enabled=False)
    page = context.new_page()
    page.goto("/help")
    for asked in ("niêm phong", "het han", "ip", "OTP", "127.0.0.1"):
        phone.get_by_label("Tìm trong trợ giúp").fill(asked)
        typed = shown(phone).evaluate_all("topics => topics.map((topic) => topic.id)")
        page.get_by_label("Tìm trong trợ giúp").fill(asked)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/help?q={quote_plus(asked)}")
        assert [topic.get_attribute("id") for topic in shown(page).all()] == typed
        assert typed, asked
    context.close()


def test_an_address_with_a_question_can_be_widened_again_in_the_browser(phone):
    phone.goto("/help?q=otp")
    expect(phone.locator("#VALID")).to_be_hidden()
    phone.get_by_label("Tìm trong trợ giúp").fill("")
    expect(phone.locator("#VALID")).to_be_visible()


def test_a_result_leads_to_the_explanation_of_its_verdict(phone, demo):
    path = next(entry["path"] for entry in demo if entry["expect"] == "REPEATED")
    phone.goto(path + "?training=1")
    phone.get_by_role("link", name="Kết quả này nghĩa là gì?").click()
    phone.wait_for_url("**/help#REPEATED")
    expect(phone.locator("#REPEATED")).to_be_in_viewport()


def test_the_keyboard_reaches_search_sections_and_practice(chromium, service):
    context = chromium.new_context(base_url=service, locale="en-GB")
    page = context.new_page()
    page.goto("/help")
    page.get_by_label("Search the help").focus()
    page.keyboard.type("practice")
    expect(page.locator("#topic-try")).to_be_visible()
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('href') || ''").startswith("/help/try"):
            break
    else:
        pytest.fail("Expected the practice page within 12 steps of the keyboard, got none.")
    page.keyboard.press("Enter")
    page.wait_for_url("**/help/try*")
    assert page.locator("h1").inner_text() == "Practice"
    context.close()


@pytest.mark.parametrize("size", [(360, 740), (1280, 800)])
@pytest.mark.parametrize("path", ["/help", "/help/try", "/history", "/offline"])
def test_the_pages_fit_and_report_no_error(chromium, service, size, path):
    context = chromium.new_context(viewport={"width": size[0], "height": size[1]}, base_url=service, locale="vi-VN")
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(path)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert faults == []
    context.close()
