"""The result page at the address of the code: every state, in both languages, within its budget."""

import gzip
import json
import re
from dataclasses import replace

import pytest

from tests.fixtures_web import (
    DAY,
    GTIN,
    ITEM,
    LONG_AGO,
    LOT,
    MODEL,
    OTHER_GTIN,
    SHORT,
    Display,
    ItemState,
    Review,
    recall,
    sample_lot,
    sample_model,
)
from tests.html_checks import check_page
from verify_app.domain.code import Code
from verify_app.domain.evidence import Evidence
from verify_app.domain.history import Flags, History
from verify_app.domain.passport import Granularity, ItemPart
from verify_app.domain.printed_date import PrintedDate
from verify_app.domain.short_code import display_short, format_short
from verify_app.domain.text import Text
from verify_app.i18n import catalogue
from verify_app.parts import StoreUnavailable

ANYBODY = 0  # stands for "no change" in the states below


def item(world, serial, lot="L2601", **changes):
    world.passports.items[(GTIN, serial)] = ItemPart(serial, lot, **changes)
    return f"/01/{GTIN}/21/{serial}"


def lot(world, number, **changes):
    world.passports.lots[(GTIN, number)] = sample_lot(lot=number, **changes)
    return item(world, f"OF{number}", number)


def seen(world, **facts):
    world.histories.present = History(**facts)
    return ITEM


def with_model(world, path=ITEM, **changes):
    world.passports.models[GTIN] = sample_model(**changes)
    return path


def away(world):
    world.histories.away = True
    return ITEM


ACCUSING = re.compile(r"hàng giả|hàng thật|\bgiả\b|\bfake|genuine|counterfeit", re.IGNORECASE)
COPIED = Evidence(
    credited=30, days=28, ndays=22, places=5, lines=14, north=12, centre=6, south=12, alternate=14, switch=12,
    gap10=1, span=70, late20=15, late40=8, thinnest=14, back=6,
)  # fmt: skip
ODD = Evidence(credited=5, days=5, ndays=5, north=4, gap10=4, gap30=3, lines=4, late20=4, late40=3, places=1, span=640)


def invalid(world):
    world.passports.invented.add("INVENTED")
    return f"{LOT}/21/INVENTED"


STATES = {  # name -> (how to get there, expected verdict, expected level)
    "first": (lambda w: ITEM, "VALID", 0),
    "seen": (lambda w: seen(w, scans=3, others=1, days=1, first=LONG_AGO), "VALID", 1),
    "mine": (lambda w: seen(w, scans=1, first=LONG_AGO, mine_first=True), "VALID", 0),
    "lot": (lambda w: LOT, "VALID", 1),
    "model": (lambda w: MODEL, "CLASS_ONLY", 1),
    "unknown_code": (lambda w: f"/01/{OTHER_GTIN}", "UNKNOWN_CODE", 1),
    "unknown_short": (lambda w: f"/c/{format_short(7)}", "UNKNOWN_CODE", 2),
    "unknown_serial": (lambda w: f"{LOT}/21/NOBODY", "UNKNOWN_SERIAL", 3),
    "unknown_lot": (lambda w: f"{MODEL}/10/NOSUCH", "UNKNOWN_LOT", 2),
    "not_yet": (lambda w: lot(w, "L9", uploaded=3)[: -len("/21/OFL9")] + "/10/L9/21/LATE", "NOT_IN_DATA_YET", 2),
    "lot_mismatch": (lambda w: f"{MODEL}/10/OTHER/21/A1B2C3", "LOT_MISMATCH", 2),
    "expiry_mismatch": (lambda w: f"{ITEM}?17=270101", "EXPIRY_MISMATCH", 2),
    "recalled": (lambda w: lot(w, "LR", recall=recall()), "RECALLED", 3),
    "recalled_by_flag": (lambda w: seen(w, flags=Flags(recall="recall:9")), "RECALLED", 3),
    "suspended": (lambda w: lot(w, "LS", display=Display.SUSPENDED, display_act=recall(act_id="suspended:2")),
                  "SUSPENDED", 2),
    "cancelled": (lambda w: lot(w, "LC", display=Display.CANCELLED, display_act=recall(act_id="cancelled:3")),
                  "CANCELLED", 3),
    "expired": (lambda w: lot(w, "LE", expiry=PrintedDate(2026, 1, 1)), "EXPIRED", 3),
    "best_before": (lambda w: lot(w, "LB", expiry=None, best_before=PrintedDate(2026, 1)), "BEST_BEFORE_PASSED", 1),
    "pending": (lambda w: with_model(w, review=Review.SUBMITTED), "PENDING_REVIEW", 2),
    "sold": (lambda w: item(w, "SOLD", state=ItemState.SOLD), "ALREADY_SOLD", 2),
    "stolen": (lambda w: item(w, "GONE", state=ItemState.STOLEN), "ALREADY_SOLD", 3),
    "repeated": (lambda w: seen(w, scans=30, others=12, first=LONG_AGO, evidence=COPIED), "REPEATED", 3),
    "check_pack": (lambda w: seen(w, scans=9, others=8, first=LONG_AGO, evidence=ODD), "CHECK_PACK", 2),
    "travel": (lambda w: seen(w, scans=30, first=LONG_AGO, evidence=replace(ODD, fast=4)), "IMPOSSIBLE_TRAVEL", 2),
    "both": (lambda w: seen(w, scans=30, first=LONG_AGO, evidence=replace(COPIED, fast=4)), "IMPOSSIBLE_TRAVEL", 3),
    "abroad": (lambda w: seen(w, scans=9, first=LONG_AGO, evidence=Evidence(credited=4, outside=4)), "VALID", 1),
    "confirmed": (lambda w: seen(w, flags=Flags(confirmed=LONG_AGO)), "CONFIRMED", 3),
    "invalid": (invalid, "CODE_INVALID", 3),
    "away": (away, "HISTORY_UNAVAILABLE", 2),
}  # fmt: skip


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("state", STATES)
def test_every_state_is_a_whole_page_with_its_verdict_in_words(world, state, lang):
    go, verdict, level = STATES[state]
    path = go(world)
    answer = world.client(accept_language=lang).get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    page = check_page(answer.text, lang)
    assert page.verdict() == (verdict, str(level))
    words = catalogue(lang, strict=True)
    for part in ("title", "meaning", "next"):
        assert words.text(f"verdict.{verdict}.{part}") in page.text
    assert bool(ACCUSING.search(page.text)) is (verdict == "CONFIRMED")


@pytest.mark.parametrize("state", STATES)
def test_the_verdict_stands_before_the_product_and_the_product_before_the_passport(world, state):
    html = world.client().get(STATES[state][0](world)).text
    places = [html.find(mark) for mark in ("data-verdict=", 'class="product"', 'id="passport"', 'id="code-title"')]
    present = [place for place in places if place >= 0]
    assert places[0] > 0
    assert present == sorted(present)


@pytest.mark.parametrize("state", STATES)
def test_first_response_with_its_css_fits_in_14_kilobytes(world, state):
    answer = world.client(accept_encoding="gzip").get(STATES[state][0](world))
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.data) <= 14 * 1024
    assert "<style>" in gzip.decompress(answer.data).decode()


def test_brotli_is_preferred_and_smaller(world):
    small = world.client(accept_encoding="gzip, br").get(ITEM)
    assert small.headers["Content-Encoding"] == "br"
    assert len(small.data) < len(world.client(accept_encoding="gzip").get(ITEM).data)
    assert "Content-Encoding" not in world.client(accept_encoding="identity").get(ITEM).headers


def test_the_page_needs_no_script_and_asks_nobody_else(world):
    page = check_page(world.client().get(ITEM).text, "vi")
    scripts = [script for script in page.all("script") if script.get("type") != "application/ld+json"]  # that is data
    assert all("defer" in script for script in scripts)  # history and offline use come after the verdict
    urls = [attrs.get("src") or attrs.get("href") or "" for _, attrs in page.tags]
    assert not [url for url in urls if "//" in url and not url.startswith("https://verify.example.vn/")]


def test_no_cookie_is_set(world):
    assert "Set-Cookie" not in world.client().get(ITEM).headers


def test_first_check_is_told_by_its_day_and_never_how_many_looked(world):
    path = seen(world, scans=4711, others=815, days=333, first=LONG_AGO, regions=(3, 4, 5))
    for lang, day in (("vi", "29/12/2025"), ("en", "29 Dec 2025")):
        page = check_page(world.client(accept_language=lang).get(path).text, lang)
        assert day in page.text
        for number in ("4711", "4.711", "4,711", "815", "333"):
            assert number not in page.text


def test_a_second_visitor_sees_the_day_of_the_first(world):
    first, second = world.client(), world.client(user_agent="Another phone")
    assert "lần tra cứu đầu tiên của mã này" in first.get(ITEM).text
    assert "Mã đã được tra cứu trước đây" in second.get(ITEM).text


def test_a_recall_tells_reason_actor_day_and_advice(world):
    page = check_page(world.client().get(STATES["recalled"][0](world)).text, "vi")
    for words in ("Phát hiện dị vật", "Sở Công Thương (hư cấu)", "29/12/2025", "Mang trả nơi bán để được hoàn tiền."):
        assert words in page.text


@pytest.mark.parametrize("state", ["suspended", "cancelled"])
def test_a_stopped_display_hides_passport_chain_label_and_dates(world, state):
    page = check_page(world.client().get(STATES[state][0](world)).text, "vi")
    ids = {attrs.get("id") for _, attrs in page.tags}
    assert not ids & {"passport", "chain", "label", "certificates"}
    assert "Vườn số 7" not in page.text
    assert "12/01/2099" not in page.text
    assert "Cà phê rang xay" in page.text


def test_passport_shows_the_nine_items_of_the_decree(world):
    page = check_page(world.client().get(ITEM).text, "vi")
    assert page.all("img", src="/pictures/coffee.png")
    for words in (
        "Cà phê rang xay Đồi Mây 500 g", "Hợp tác xã Cà phê Đồi Mây (hư cấu)", "Thôn 3, xã Ví Dụ, tỉnh Gia Lai",
        "Sản xuất tại Việt Nam", "Đồi Mây", "L2601", "A1B2C3", "12/01/2099", "Hái quả chín", "TCVN 5251:2015",
    ):  # fmt: skip
        assert words in page.text


def test_an_incomplete_passport_says_what_is_missing(world):
    path = with_model(world, operators=(), origin=Text(()))
    page = check_page(world.client().get(path).text, "vi")
    assert "Hộ chiếu chưa đủ thông tin bắt buộc" in page.text
    assert "Xuất xứ hoặc nơi chế biến cuối cùng" in page.text
    assert "Tên và địa chỉ của nhà sản xuất" in page.text


def test_origin_of_an_exempt_product_is_not_disclosed(world):
    page = check_page(world.client().get(with_model(world, exempt=True)).text, "vi")
    assert "Không công bố theo quy định về quốc phòng" in page.text
    assert "Vườn số 7" not in page.text


def test_gaps_in_the_chain_are_shown_and_errors_are_not(world):
    page = check_page(world.client().get(ITEM).text, "vi")
    assert len(page.all("li", class_="has")) == 3
    assert len(page.all("li", class_="gap")) == 2
    assert page.text.count("Chưa có dữ liệu ở khâu này") == 2
    assert "Ghi nhầm" not in page.text


def test_stars_are_shown_only_while_the_certificate_holds(world):
    assert "★★★★" in world.client().get(ITEM).text
    model = sample_model()
    old = replace(model.certificates[0], valid_until="2026-01-01")
    page = check_page(world.client().get(with_model(world, certificates=(old,), version=2)).text, "vi")
    assert "★" not in page.text
    assert "Đã hết hiệu lực" in page.text


def test_what_differs_on_the_code_stands_beside_the_record(world):
    page = check_page(world.client().get(f"{MODEL}/10/OTHER/21/A1B2C3?17=270101").text, "vi")
    assert "Trên mã lại ghi: OTHER" in page.text
    assert "Trên mã lại ghi: 01/01/2027" in page.text


def test_the_page_says_what_the_code_does_not_prove(world):
    for path, words in ((ITEM, "có thể bị chép lại"), (LOT, "mọi sản phẩm trong lô"), (MODEL, "loại sản phẩm")):
        assert words in check_page(world.client().get(path).text, "vi").text


def test_words_speak_of_the_code_and_of_fakes_only_once_inspectors_confirmed_it(world):
    for state in (state for name, state in STATES.items() if name != "confirmed"):
        text = check_page(world.client().get(state[0](world)).text, "vi").text.lower()
        assert "hàng thật" not in text
        assert "hàng giả" not in text
        world.histories.present, world.histories.away = None, False


# --- addresses -------------------------------------------------------------------------------------------------


def test_a_serial_with_a_slash_survives(world):
    path = f"{MODEL}/21/A%2FB"
    answer = world.client().get(path)
    assert check_page(answer.text, "vi").verdict() == ("VALID", "0")
    assert world.histories.seen.keys() == {f"01/{GTIN}/21/A/B"}
    assert f"https://verify.example.vn{path}" in answer.text


@pytest.mark.parametrize(
    "path", [f"/01/{GTIN[1:]}/21/A1B2C3", f"/01/{GTIN}/10/L2601/21/A1B2C3/", f"/01/{GTIN}/10/%4C2601/21/A1B2C3"]
)
def test_another_spelling_is_answered_in_place_and_names_the_canonical_address(world, path):
    answer = world.client().get(path)
    assert answer.status_code == 200
    page = check_page(answer.text, "vi")
    assert page.verdict()[0] == "VALID"
    assert page.all("link", rel="canonical")[0]["href"].endswith(page_path(path))
    assert world.histories.seen.keys() == {f"01/{GTIN}/21/A1B2C3"}


def page_path(path):
    return ITEM if "L2601" in path.replace("%4C", "L") else f"/01/{GTIN}/21/A1B2C3"


def test_a_short_code_opens_the_item_that_it_names(world):
    short = format_short(4711)
    world.passports.shorts[short] = Code("01", GTIN, (("21", "A1B2C3"),))
    page = check_page(world.client().get(f"/c/{short}").text, "vi")
    assert page.verdict()[0] == "VALID"
    assert page.all("link", rel="canonical")[0]["href"] == f"https://verify.example.vn/01/{GTIN}/21/A1B2C3"
    assert display_short(short) in page.text


def test_a_host_header_does_not_decide_what_a_code_is(world):
    answer = world.client().get(ITEM, headers={"Host": "check.example.com"})
    assert check_page(answer.text, "vi").verdict()[0] == "VALID"
    assert "check.example.com" not in answer.text


def test_a_broken_code_is_400_with_the_reason_in_words(world):
    answer = world.client().get(f"/01/{GTIN[:-1]}4")
    assert answer.status_code == 400
    page = check_page(answer.text, "vi")
    assert page.verdict() == ("MALFORMED", "2")
    assert "phải là 3" in page.text
    assert page.all("input", id="code")[0]["value"] == f"{GTIN[:-1]}4", "it can be mended where it stands"
    assert world.histories.seen == {}


@pytest.mark.parametrize("path", ["/nope", "/01/", "/2024/hello", "/wp-login.php", "/c", "/.env"])
def test_an_address_that_is_no_code_is_404(world, path):
    answer = world.client().get(path)
    assert answer.status_code == 404
    check_page(answer.text, "vi")
    assert world.histories.seen == {}


def test_a_registry_that_cannot_answer_is_503_and_not_a_verdict(world):
    world.passports.error = StoreUnavailable("password=hunter2")
    answer = world.client().get(ITEM)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "data-verdict" not in answer.text
    assert "hunter2" not in answer.text


# --- languages -------------------------------------------------------------------------------------------------


def test_lang_in_the_address_wins_over_the_browser_and_is_carried_on(world):
    answer = world.client(accept_language="vi").get(f"{ITEM}?lang=en")
    page = check_page(answer.text, "en")
    assert "Doi May roast and ground coffee 500 g" in page.text
    assert page.all("a", class_="brand")[0]["href"] == "/?lang=en"


def test_the_switch_leads_to_the_same_code_in_the_other_language(world):
    page = check_page(world.client().get(ITEM).text, "vi")
    switch = page.all("a", class_="switch")[0]
    assert switch["href"] == f"{ITEM}?lang=en"
    assert switch["lang"] == "en"
    assert check_page(world.client().get(switch["href"]).text, "en").verdict()[0] == "VALID"


# --- copies ----------------------------------------------------------------------------------------------------


def test_an_item_page_is_never_stored(world):
    answer = world.client().get(ITEM)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers
    assert answer.headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("path", [MODEL, LOT])
def test_a_class_page_may_be_kept_but_must_be_asked_for_again(world, path):
    client = world.client(accept_encoding="gzip")
    answer = client.get(path)
    assert answer.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert {"Accept", "Accept-Language", "Accept-Encoding"} <= set(answer.headers["Vary"].split(", "))
    again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""
    other = client.get(path, headers={"If-None-Match": answer.headers["ETag"], "Accept-Language": "en"})
    assert other.status_code == 200


def test_a_recall_changes_a_class_page_at_once(world):
    client = world.client()
    tag = client.get(LOT).headers["ETag"]
    world.passports.lots[(GTIN, "L2601")] = sample_lot(recall=recall())
    answer = client.get(LOT, headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert check_page(answer.text, "vi").verdict() == ("RECALLED", "3")


def test_a_class_page_without_its_history_is_not_kept(world):
    world.histories.away = True
    assert world.client().get(LOT).headers["Cache-Control"] == "no-store"


def test_the_product_part_is_rendered_once_for_many_items(world, monkeypatch):
    from verify_app.web.public import result

    rendered = []
    real = result._render_details
    monkeypatch.setattr(result, "_render_details", lambda *args: rendered.append(1) or real(*args))
    client = world.client()
    pages = {client.get(item(world, f"N{number}")).text.partition('id="passport"')[2][:4000] for number in range(5)}
    assert len(rendered) == 1
    assert len(pages) == 1
    client.get(f"{ITEM}?lang=en")
    assert len(rendered) == 2
    world.passports.lots[(GTIN, "L2601")] = sample_lot(version=2, published_at=LONG_AGO + DAY)
    client.get(ITEM)
    assert len(rendered) == 3


# --- other forms of the answer ---------------------------------------------------------------------------------


def test_json_is_answered_at_the_same_address(world):
    answer = world.client(accept="application/json").get(ITEM)
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Accept" in answer.headers["Vary"]
    assert "VALID" in json.dumps(answer.json)
    assert len(world.histories.seen) == 1


def test_a_browser_that_takes_anything_gets_the_page(world):
    for accept in ("*/*", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", ""):
        assert world.client(accept=accept).get(ITEM).mimetype == "text/html"


def test_a_broken_code_is_problem_json_for_a_program(world):
    answer = world.client(accept="application/json").get(f"/01/{GTIN[:-1]}4")
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    assert answer.json["problem"] == "check_digit"
    assert answer.json["status"] == 400


@pytest.mark.parametrize(("form", "begins"), [("svg", b"<"), ("png", b"\x89PNG")])
@pytest.mark.parametrize("kind", ["qr", "datamatrix"])
def test_a_symbol_is_a_picture_and_no_scan(world, form, begins, kind):
    answer = world.client().get(f"{ITEM}?format={form}&symbol={kind}&scale=4")
    assert answer.status_code == 200
    assert answer.data.startswith(begins)
    assert answer.mimetype == {"svg": "image/svg+xml", "png": "image/png"}[form]
    assert world.histories.seen == {}
    assert world.passports.asked == 0


@pytest.mark.parametrize("query", ["symbol=aztec", "scale=0", "scale=1000", "scale=x", "scale=²"])
def test_a_symbol_that_cannot_be_drawn_is_400(world, query):
    assert world.client().get(f"{ITEM}?format=svg&{query}").status_code == 400


# --- what is no scan -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"X-Moz": "prefetch"},
        {"Accept": "application/linkset+json"},
        {"User-Agent": "facebookexternalhit/1.1"},
        {"User-Agent": "WhatsApp/2.23.20"},
        {"User-Agent": "TelegramBot (like TwitterBot)"},
        {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
    ],
)
def test_previews_and_prefetches_are_answered_and_not_recorded(world, headers):
    answer = world.client().get(ITEM, headers=headers)
    assert answer.status_code == 200
    assert world.histories.seen == {}


def test_head_and_options_are_not_scans(world):
    client = world.client()
    head = client.head(ITEM)
    assert (head.status_code, head.data) == (200, b"")
    assert client.options(ITEM).status_code == 200
    assert world.histories.seen == {}


def test_a_typed_code_is_recorded_as_typed(world):
    world.client().get(f"{ITEM}?via=typed")
    (visits,) = world.histories.seen.values()
    assert visits[0].entry == "typed"


def test_granularity_of_the_sample_is_item():
    assert sample_model().granularity is Granularity.ITEM
    assert SHORT.startswith("V")
