"""Every verdict's page as a shopper meets it: in one look, without jumps, shared, printed, without JavaScript."""

from __future__ import annotations

import re

import pytest

from benchmarks.slow_line import SLOW_3G, measure
from tests.browser.conftest import DESK, PHONE
from verify_app.demo.identifiers import serial
from verify_app.domain.holder import slip
from verify_app.domain.parse import parse
from verify_app.domain.scan import Proof
from verify_app.domain.verdict import Reason
from verify_app.secret import load_secret
from verify_app.settings import Settings

pytestmark = pytest.mark.browser

NO_PRODUCT = {"MALFORMED", "NOT_GS1"}
_SHIFTS = """
  self.shifted = 0;
  new PerformanceObserver(list => { for (const e of list.getEntries()) self.shifted += e.value; })
    .observe({ type: "layout-shift", buffered: true });
"""
_UNTIL_IT_IS = """async (picture, ending) => {
  while (!(picture.currentSrc.endsWith(ending) && picture.complete)) await new Promise(go => setTimeout(go, 30));
}"""
KILOBYTE = 1024


@pytest.fixture(scope="module")
def cases(demo):
    """Path of the first case of each verdict."""
    return {entry["expect"]: entry["path"] for entry in reversed(demo) if entry["expect"] in set(Reason)}


@pytest.fixture
def shopper(chromium, service):
    """Makes a page of a phone; each call may choose what its browser can do."""
    contexts = []

    def page(**options):
        chosen = {"viewport": PHONE, "locale": "vi-VN", "has_touch": True, "is_mobile": True} | options
        contexts.append(chromium.new_context(base_url=service, service_workers="block", **chosen))
        return contexts[-1].new_page()

    yield page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_product_verdict_and_next_step_are_seen_in_one_look(shopper, cases, lang):
    page = shopper(device_scale_factor=3)
    for verdict, path in cases.items():
        page.goto(path + ("&" if "?" in path else "?") + f"lang={lang}")
        assert page.locator("[data-verdict]").first.get_attribute("data-verdict") == verdict
        parts = ["h1", ".verdict-next"] + (
            [] if verdict in NO_PRODUCT else [".verdict .product-name", ".verdict .thumb"]
        )
        for part in parts:
            box = page.locator(part).first.bounding_box()
            assert box["y"] + box["height"] <= PHONE["height"], f"{part} of {verdict}"
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= PHONE["width"], f"{part} of {verdict}"
            assert box["height"] > 0


def test_nothing_moves_while_the_page_and_its_pictures_come(shopper, cases):
    for options in ({}, {"viewport": DESK, "is_mobile": False, "has_touch": False}):
        page = shopper(**options)
        page.add_init_script(_SHIFTS)
        for verdict in ("VALID", "RECALLED", "CLASS_ONLY"):
            page.goto(cases[verdict], wait_until="networkidle")
            assert page.evaluate("shifted") == 0


def test_the_browser_takes_avif_in_the_size_that_it_needs(shopper, cases):
    for scale, width in ((1, 320), (3, 320)):
        page = shopper(device_scale_factor=scale)
        page.goto(cases["VALID"], wait_until="networkidle")
        chosen = page.locator(".verdict .thumb img")
        assert chosen.evaluate("e => e.currentSrc").endswith(f"-{width}.avif")
        assert chosen.evaluate("e => e.complete && e.naturalWidth > 0")
    portrait = page.locator(".portrait img")
    portrait.scroll_into_view_if_needed()
    portrait.evaluate(_UNTIL_IT_IS, "-640.avif")


def test_a_browser_without_avif_gets_webp(shopper, cases):
    page = shopper()
    page.route("**/*.avif", lambda route: route.abort())
    page.goto(cases["VALID"])
    page.evaluate("for (const source of document.querySelectorAll('source[type=\"image/avif\"]')) source.remove()")
    page.locator(".verdict .thumb img").evaluate(_UNTIL_IT_IS, ".webp")


def test_sharing_sends_the_product_and_never_the_item(shopper, cases):
    page = shopper()
    page.add_init_script("navigator.share = async (what) => { self.sent = what; };")
    page.goto(cases["VALID"])
    serial = cases["VALID"].rpartition("/21/")[2]
    page.get_by_role("button", name="Chia sẻ").click()
    sent = page.evaluate("sent")
    assert sent["url"].endswith(cases["VALID"].partition("/21/")[0])
    assert "Mã hợp lệ" in sent["text"]
    assert serial not in str(sent)


def test_without_web_share_the_message_is_copied(shopper, cases):
    page = shopper(permissions=["clipboard-read", "clipboard-write"])
    page.add_init_script("delete Navigator.prototype.share;")
    page.goto(cases["RECALLED"])
    page.get_by_role("button", name="Chia sẻ").click()
    page.get_by_text("Đã chép lời nhắn và liên kết.").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Cảnh báo thu hồi")
    assert copied.endswith(cases["RECALLED"].partition("/21/")[0])


def test_the_code_is_copied_as_it_is_printed(shopper, cases):
    page = shopper(permissions=["clipboard-read", "clipboard-write"])
    page.goto(cases["VALID"])
    page.get_by_role("button", name="Chép mã").click()
    page.get_by_text("Đã chép mã.").wait_for()
    assert re.fullmatch(r"\(01\)\d{14}\(10\)[\w-]+\(21\)\w+", page.evaluate("navigator.clipboard.readText()"))


def test_a_refused_clipboard_is_said(shopper, cases):
    page = shopper()
    page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error('no'));")
    page.goto(cases["VALID"])
    page.get_by_role("button", name="Chép mã").click()
    page.get_by_text("Không chép được").wait_for()


def test_without_javascript_no_button_stands_there_that_does_nothing(shopper, cases):
    page = shopper(java_script_enabled=False)
    page.goto(cases["REPEATED"])
    for name in ("Chia sẻ", "In", "Chép mã"):
        assert not page.locator("button", has_text=name).first.is_visible()
    link = page.locator("a.action", has_text="Báo vấn đề")
    assert link.is_visible()
    link.click()
    assert page.locator("#problem").is_visible()
    assert page.locator("a[href^='tel:']").count() > 0


def test_a_problem_leads_to_a_report_and_to_people(shopper, cases):
    page = shopper()
    page.goto(cases["UNKNOWN_SERIAL"])
    section = page.get_by_role("region", name="Báo vấn đề")
    words = section.inner_text()
    assert "không hỏi bạn là ai" in words
    assert section.get_by_role("link", name="Gửi báo cáo").count() == 1
    assert "cơ quan quản lý thị trường" in words
    shown = page.locator("#passport").locator("xpath=..").locator("a[href^='tel:']").all_inner_texts()
    called = section.locator("a[href^='tel:'] strong").all_inner_texts()
    assert called == shown, "only numbers that the passport holds"


def paper(page, width_mm):
    """What is seen on paper of a width: the media rules see the width of the viewport."""
    page.set_viewport_size({"width": round(width_mm / 25.4 * 96), "height": 1000})
    page.emulate_media(media="print", color_scheme="dark")
    return lambda part: page.locator(part).first.is_visible()


def test_a4_holds_all_and_has_nothing_to_press(shopper, cases):
    page = shopper(is_mobile=False)
    page.goto(cases["VALID"])
    seen = paper(page, 186)
    for part in (
        ".verdict-head",
        ".product-name",
        ".thumb",
        ".compare",
        "#passport",
        "#chain",
        "#label",
        "#code-title",
    ):
        assert seen(part), part
    for part in (".result-actions", ".foot", ".switch"):
        assert not seen(part), part
    assert page.locator(".verdict-head").evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("body").evaluate("e => getComputedStyle(e).color") == "rgb(0, 0, 0)"


@pytest.mark.parametrize("width", [74, 52])
def test_a_receipt_printer_gets_the_verdict_the_comparison_and_the_code(shopper, cases, width):
    page = shopper(is_mobile=False)
    page.goto(cases["VALID"])
    seen = paper(page, width)
    for part in (".verdict-head", ".product-name", ".verdict-next", ".compare", ".stamp", "#limits", "#code-title"):
        assert seen(part), part
    for part in (".thumb", "#passport", "#chain", "#label", ".result-actions"):
        assert not seen(part), part
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("width", "pages"), [("80mm", 1), ("58mm", 1), ("210mm", 8)])
def test_paper_of_each_width_is_not_wasted(shopper, cases, width, pages):
    page = shopper(is_mobile=False)
    page.goto(cases["VALID"], wait_until="networkidle")
    pdf = page.pdf(width=width, height="297mm")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= pages


def test_the_whole_page_weighs_at_most_60_kilobytes_before_pictures(shopper, cases, service):
    """Bytes on the wire: the page with its styles, its scripts and what they load by themselves."""
    for verdict in ("VALID", "RECALLED", "REPEATED"):
        page = shopper()
        devtools = page.context.new_cdp_session(page)
        devtools.send("Network.enable")
        urls, weight = {}, {}
        devtools.on(
            "Network.responseReceived", lambda e, urls=urls: urls.update({e["requestId"]: e["response"]["url"]})
        )
        devtools.on(
            "Network.loadingFinished", lambda e, weight=weight: weight.update({e["requestId"]: e["encodedDataLength"]})
        )
        page.goto(cases[verdict], wait_until="networkidle")
        loaded = {urls[key]: size for key, size in weight.items() if key in urls}
        first = next(size for url, size in loaded.items() if url.endswith(cases[verdict]))
        assert first <= 14 * KILOBYTE + 1 * KILOBYTE  # with its headers, which the budget of the body leaves out
        assert sum(size for url, size in loaded.items() if "/pictures/" not in url) <= 60 * KILOBYTE, loaded
        assert len([url for url in loaded if "/pictures/" not in url]) <= 8
        assert {url.partition("//")[2].partition("/")[0] for url in loaded} == {service.partition("//")[2]}
        assert page.context.cookies() == []


def test_the_wait_on_a_slow_line_is_measured_for_both_pages(chromium, service):
    """Only that the measure works, and that the line was slow for both: no figure of this machine is pinned."""
    waits = measure(chromium, service, rounds=1)
    assert waits.bare >= SLOW_3G["latency"] * 0.9
    assert waits.verdict >= SLOW_3G["latency"] * 0.9


def test_the_first_device_keeps_its_slip_and_its_own_page_turns_green(shopper, cases, service_data):
    """The slip is kept by the page's script, shown by it later, and the hidden number needs no script."""
    page = shopper(user_agent="Mozilla/5.0 (Linux; Android 14) Chrome/142.0 Mobile Safari/537.36")
    path = cases["REPEATED"]
    code = parse(path)
    fresh = serial(code.gtin, code.lot, 40)  # an item that no other test looks at
    page.goto(f"/01/{code.gtin}/10/{code.lot}/21/{fresh}")
    page.wait_for_function("item => ownScans.slipOf(item)", arg=f"{code.gtin}/{fresh}")
    secret = load_secret(Settings(data_dir=service_data))
    kept = slip(secret, code.identity, Proof.FIRST, 1_767_000_000_000)
    page.goto(path)
    assert page.locator("[data-verdict]").first.get_attribute("data-verdict") == "REPEATED"
    page.evaluate("([item, slip]) => ownScans.keepSlip(item, slip)", [f"{code.gtin}/{code.serial}", kept])
    page.goto(path)
    page.locator("[data-holder-said]").wait_for()
    assert page.locator(".receipt [data-verdict]").first.get_attribute("data-verdict") == "VALID"
    assert "29/12/2025" in page.locator("[data-holder-said]").inner_text()
    assert page.locator("[data-holder]").count() == 0
    plain = shopper(java_script_enabled=False)
    plain.goto(path)
    assert plain.locator("[data-verdict]").first.get_attribute("data-verdict") == "REPEATED"
    plain.fill("#holder-number", "matong 2026")
    plain.press("#holder-number", "Enter")
    plain.locator("[data-holder-said]").wait_for()
    assert plain.locator("[data-verdict]").first.get_attribute("data-verdict") == "VALID"
