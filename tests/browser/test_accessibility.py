"""WCAG 2.2 AA in a real browser: axe-core on every page and state, keyboard, names, zoom, motion, contrast, touch."""

from __future__ import annotations

import re

import pytest

from tests.browser.axe import LOOKS, findings
from tests.browser.conftest import DESK, PHONE
from tests.browser.photos import codes_in_a_row
from verify_app.domain.judge import FOR_ALL
from verify_app.domain.verdict import Reason

pytestmark = pytest.mark.browser

PAGES = (
    "/",
    "/scan",
    "/help",
    "/help?q=zzz",
    "/help/try",
    "/history",
    "/offline",
    "/health",
    "/api/v1/docs",
    "/styleguide",
    "/no/such/page",
)
TOUCH = 44  # CSS pixels: more than the 24 of WCAG 2.2 (2.5.8), as 2.5.5 asks


@pytest.fixture(scope="module")
def cases(demo):
    """Path of the first case of each verdict, and of a valid lot."""
    found = {entry["expect"]: entry["path"] for entry in reversed(demo) if entry["expect"] in set(Reason)}
    assert set(found) == set(FOR_ALL)
    return found | {"VALID_LOT": next(e["path"] for e in demo if e["expect"] == "VALID" and "/21/" not in e["path"])}


@pytest.fixture(scope="module")
def page(chromium, service):
    context = chromium.new_context(viewport=PHONE, locale="vi-VN", base_url=service, service_workers="block")
    yield context.new_page()
    context.close()


@pytest.fixture(autouse=True)
def as_it_was(page):
    yield
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="light", reduced_motion="no-preference", forced_colors="none", media="screen")


def in_all_looks(page, ignore=()):
    """Phone and desk, light and dark. What a page says is the same in each, so only its looks are tried again."""
    found = findings(page, ignore)
    for size, scheme in ((PHONE, "dark"), (DESK, "dark"), (DESK, "light")):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        found += findings(page, ignore, LOOKS)
    return found


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_on_any_page(page, path):
    page.goto(path)
    # One verdict stands in the guide several times, each a region of that name; elsewhere names of regions are unique.
    assert in_all_looks(page, ("landmark-unique",) if path == "/styleguide" else ()) == []


@pytest.mark.parametrize("verdict", [*FOR_ALL, "VALID_LOT"])
def test_axe_finds_nothing_on_any_verdict(page, cases, verdict):
    page.goto(cases[verdict])
    assert findings(page) == []


@pytest.mark.parametrize("tone", ["ok", "info", "caution", "alert"])
def test_axe_finds_nothing_on_any_tone_in_any_look(page, cases, tone):
    """Colours go by the tone of a verdict, and not by the verdict. None of these rises by being looked at again."""
    page.goto(cases[{"ok": "VALID", "info": "CLASS_ONLY", "caution": "SUSPENDED", "alert": "RECALLED"}[tone]])
    assert f"tone-{tone}" in page.locator("[data-verdict]").first.get_attribute("class").split()
    assert in_all_looks(page) == []


@pytest.mark.parametrize("wanted", [("VALID",), ("VALID", "RECALLED", "REPEATED"), ()])
def test_axe_finds_nothing_on_the_codes_of_a_photo(page, cases, wanted):
    page.goto("/")
    photo = codes_in_a_row(*(cases[verdict] for verdict in wanted)) if wanted else codes_in_a_row()
    page.set_input_files("input[name=photo] >> nth=0", {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": photo})
    page.wait_for_url("**/scan")
    shown = page.locator("main [data-verdict]").evaluate_all("all => all.map(e => e.dataset.verdict)")
    assert shown == list(wanted), "numbered from left to right"
    assert in_all_looks(page) == []


def test_axe_finds_nothing_on_a_list_of_codes(page, cases):
    page.goto(
        f"/scan?code={cases['RECALLED']}&code={cases['VALID_LOT']}&code=9521234543214&code=https://shop.example/p"
    )
    assert page.locator("main [data-verdict]").count() == 4
    assert in_all_looks(page) == []


@pytest.mark.parametrize("path", ["/offline", "/history", "/scan"])
def test_axe_finds_nothing_where_all_that_may_appear_has_appeared(page, cases, path):
    """The codes that wait, the history with its list, each trouble of the camera and the choice among codes."""
    page.goto(cases["VALID"])
    page.goto(cases["RECALLED"])
    page.goto(path)
    page.evaluate("for (const e of document.querySelectorAll('main [hidden]')) e.hidden = false")
    if path == "/history":
        assert page.locator("[data-own-scans] li").count() >= 2
    hidden = ("empty-heading", "duplicate-id")  # lists and headings that their script fills when it shows them
    assert in_all_looks(page, hidden) == []


def test_axe_finds_nothing_in_english(page, cases):
    for path in (cases["VALID"], cases["RECALLED"], cases["MALFORMED"], "/"):
        page.goto(f"{path}?lang=en")
        assert findings(page) == []


def test_a_screen_reader_hears_the_result_in_order(page, cases):
    """The accessibility tree of a recalled product: landmarks, headings, and the verdict before everything else."""
    page.goto(cases["RECALLED"])
    tree = page.locator("body").aria_snapshot()
    landmarks = re.findall(r"^ *- (banner|navigation|main|contentinfo)\b", tree, re.MULTILINE)
    assert landmarks == ["banner", "navigation", "main", "contentinfo"]
    headings = re.findall(r'heading "([^"]+)" \[level=(\d)\]', tree)
    assert headings[0] == ("Cảnh báo thu hồi", "1")
    assert [level for _, level in headings].count("1") == 1
    assert headings[1][1] == "2"
    names = [name for name, _ in headings]
    for name in ("So với sản phẩm trên tay bạn", "Hộ chiếu số", "Hành trình sản phẩm", "Nhãn điện tử", "Báo vấn đề"):
        assert name in names
    assert 'region "Cảnh báo thu hồi"' in tree
    heard = page.get_by_role("region", name="Cảnh báo thu hồi").aria_snapshot()
    assert "Cảnh báo" in heard
    assert "Không sử dụng" in heard
    assert re.search(r'img "Tranh minh họa: [^"]+"', heard), "the picture is described"
    assert "img:" not in heard.replace('img "', ""), "signs beside words are silent"
    for name in ("Chia sẻ", "In", "Chép mã"):
        assert page.get_by_role("button", name=name, exact=True).count() == 1
    assert page.get_by_role("link", name="Báo vấn đề").count() == 1


def test_every_control_has_a_name(page, cases):
    for path in (*PAGES, cases["VALID"], cases["MALFORMED"]):
        page.goto(path)
        tree = page.locator("body").aria_snapshot()
        assert re.findall(r"^ *- (?:link|button|textbox|checkbox)(?: \[[^\]]*\])*:?$", tree, re.MULTILINE) == [], path


def test_the_keyboard_alone_goes_through_the_result(page, cases):
    page.goto(cases["VALID"])
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.inner_text() == "Đến nội dung chính"
    assert skip.bounding_box()["x"] >= 0, "the skip link is seen while it has the focus"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    stops = []
    for _ in range(4):
        page.keyboard.press("Tab")
        stops.append(page.locator(":focus").inner_text().strip())
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid", "the focus is seen"
    assert stops == ["Chia sẻ", "In", "Chép mã", "Báo vấn đề"]
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#problem"


@pytest.mark.parametrize("path", ["/", "/scan", "/help", "/history", "VALID", "RECALLED", "LOT_MISMATCH", "MALFORMED"])
def test_nothing_is_lost_at_200_and_400_percent(page, cases, path):
    """WCAG 1.4.10: 1280 CSS pixels at 400 % are 320; a 360-pixel phone at 200 % is 180 wide."""
    page.goto(cases.get(path, path))
    for width in (320, 180):
        page.set_viewport_size({"width": width, "height": 400})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        cut = page.evaluate(
            """() => [...document.querySelectorAll('main :is(h1, h2, p, dd, dt, a, button, span)')].filter(e => {
              const s = getComputedStyle(e);
              return e.checkVisibility() && !e.closest('.unseen, .table-frame') && s.overflowX !== 'visible'
                && e.scrollWidth > e.clientWidth + 1;
            }).map(e => e.outerHTML.slice(0, 90))"""
        )
        assert cut == []


@pytest.mark.parametrize("path", ["/", "/scan", "/help", "/history", "/health", "VALID", "MALFORMED", "FOREIGN"])
def test_targets_are_large_enough_for_a_thumb(page, cases, path):
    page.goto(cases.get(path, path))
    small = page.evaluate(
        """least => [...document.querySelectorAll('a, button, input:not([type=hidden]), summary')].filter(e => {
          if (!e.checkVisibility({checkOpacity: true}) || e.closest('.skip, [hidden]')) return false;
          const inline = getComputedStyle(e).display === 'inline' && e.closest('p, li, dd');  // 2.5.8: in a sentence
          const box = (e.closest('label') || e).getBoundingClientRect();
          return !inline && (box.height < least - .5 || box.width < least - .5);
        }).map(e => `${e.outerHTML.slice(0, 90)} ${e.getBoundingClientRect().height}`)""",
        TOUCH,
    )
    assert small == []


def test_less_motion_means_none(page, cases):
    page.emulate_media(reduced_motion="reduce")
    for path in ("/", "/scan", cases["VALID"]):
        page.goto(path)
        moving = page.evaluate(
            """() => [...document.querySelectorAll('*')].filter(e => {
              const s = getComputedStyle(e);
              return s.animationName !== 'none' || s.transitionDuration.split(',').some(d => parseFloat(d) > 0)
                || (e === document.documentElement && s.scrollBehavior !== 'auto');
            }).map(e => e.outerHTML.slice(0, 80))"""
        )
        assert moving == []


def test_forced_colours_keep_the_signs_and_the_borders(page, cases):
    """In Windows' high contrast the ground of the headline goes; its words, its sign and an edge must stay."""
    page.emulate_media(forced_colors="active")
    for verdict in ("VALID", "REPEATED", "RECALLED"):
        page.goto(cases[verdict])
        head = page.locator(".verdict-head")
        ground, colour, edge = head.evaluate(
            "e => { const s = getComputedStyle(e); return [s.backgroundColor, s.color, s.borderBottomStyle]; }"
        )
        assert ground != colour
        assert edge == "solid"
        sign = page.locator(".verdict-head svg").first
        assert sign.evaluate("e => getComputedStyle(e).stroke") == colour
        assert page.locator(".verdict-next").evaluate("e => getComputedStyle(e).borderTopStyle") == "solid"
        assert findings(page) == []
