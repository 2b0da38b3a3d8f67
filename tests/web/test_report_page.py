"""Reporting a problem: the form, what keeps floods away, the receipt and the way back to it."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from itertools import count

import pytest
from PIL import Image

from tests.fixtures_web import GTIN, ITEM, make_world
from tests.html_checks import check_page
from tests.migrated import lay_schema
from verify_app.domain.report import Move, Outcome, Step
from verify_app.inspection.shopper_reports import ReportDesk
from verify_app.store.cases import queue
from verify_app.store.engine import StoreUnavailable, open_engine
from verify_app.store.reports import StoredReports, list_reports, take_step
from verify_app.web import proof

SECRET = b"k" * 32  # of the world of these tests


@pytest.fixture
def shop(tmp_path):
    """The small world with a real store for reports."""
    url = f"sqlite:///{tmp_path / 'registry.sqlite3'}"
    lay_schema(url)
    engine = open_engine(url)
    world = make_world(tmp_path)
    parts = world.app.extensions["parts"]
    desk = ReportDesk(StoredReports(engine, tmp_path / "reports"))
    world.app.extensions["parts"] = replace(parts, reports=desk)
    world.engine = engine
    yield world
    engine.dispose()


def token(about=ITEM, age=30_000) -> str:
    return proof.issue(SECRET, about, time.time_ns() // 1_000_000 - age)


def worked(made: str) -> str:
    return next(str(n) for n in count() if sha256(f"{made}:{n}".encode()).digest()[:2] == b"\0\0")


def fields(made=None, **changes) -> dict:
    made = made or token()
    return {"code": ITEM, "token": made, "work": worked(made), "reason": "seal", "website": "", **changes}


def send(shop, data=None, photos=(), client=None):
    data = {**(data or fields()), "photo": [(BytesIO(photo), "p.jpg") for photo in photos]}
    return (client or shop.client()).post("/report", data=data, content_type="multipart/form-data")


def photo() -> bytes:
    out = BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Canon"
    Image.new("RGB", (60, 40), "red").save(out, "JPEG", exif=exif)
    return out.getvalue()


def kept(shop):
    return list_reports(shop.engine)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_result_page_leads_to_the_form_for_its_code(shop, lang):
    page = check_page(shop.client().get(f"{ITEM}?lang={lang}").text, lang)
    (href,) = [a["href"] for a in page.all("a") if a["href"].startswith("/report")]
    answer = shop.client().get(href)
    form = check_page(answer.text, lang)
    assert form.all("input", name="code")[0]["value"] == ITEM
    assert len(form.all("input", name="reason", type="radio")) == 7
    assert form.verdict()[0] == "VALID"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "Set-Cookie" not in answer.headers


def test_looking_at_the_form_is_no_scan(shop):
    shop.client().get("/report", query_string={"code": ITEM})
    send(shop)
    assert shop.histories.seen == {}


def test_a_report_becomes_a_receipt_a_row_and_an_alert(shop, tmp_path):
    data = fields(reason="harm", note="Ăn vào\r\nđau bụng", province="Gia Lai", commune=" Xã  Ví/Dụ ")
    answer = send(shop, data, [photo()])
    assert answer.status_code == 303
    assert re.fullmatch(r"/report/R\w{3}(-\w{4}){3}", answer.headers["Location"])
    (report,) = kept(shop)
    what = report.what
    assert (what.grievance, what.path, what.gtin, what.lot, what.serial, what.verdict) == (
        "harm", ITEM, GTIN, "L2601", "A1B2C3", "VALID")  # fmt: skip
    assert (what.area, what.note, what.proven) == ("Gia Lai/Xã Ví Dụ", "Ăn vào\nđau bụng", True)
    (file,) = (tmp_path / "reports").rglob("*.jpg")
    assert file.stem == what.photos[0].sha256 == sha256(file.read_bytes()).hexdigest()
    assert b"Canon" not in file.read_bytes()
    (case,) = queue(shop.engine)
    assert (case.rule, case.gtin, case.score) == ("shopper-report", GTIN, 9.0)


def test_the_receipt_shows_state_terms_and_answer(shop):
    where = send(shop).headers["Location"]
    page = check_page(shop.client().get(where).text, "vi")
    assert "Đã nhận báo cáo của bạn" in page.text
    assert "Hạn tiếp nhận" in page.text
    assert "Hạn trả lời" in page.text
    assert where.removeprefix("/report/") in page.text
    (report,) = kept(shop)
    take_step(shop.engine, report.id, Step(Move.TAKE, "Cán bộ An", report.what.filed + 1, "ghi chú nội bộ"))
    page = check_page(shop.client().get(where).text, "vi")
    assert "Đang được kiểm tra" in page.text
    assert "Hạn tiếp nhận" not in page.text
    answer = Step(Move.ANSWER, "Cán bộ An", report.what.filed + 2, "", "", Outcome.VIOLATION, "Đã <b>xử lý</b>.")
    take_step(shop.engine, report.id, answer)
    html = shop.client().get(where + "?lang=en").text
    page = check_page(html, "en")
    assert "Result: a violation" in page.text
    assert "Đã <b>xử lý</b>." in page.text
    assert "Cán bộ An" not in html, "an officer's name is not for the public"
    assert "ghi chú nội bộ" not in html


def test_a_term_that_has_passed_is_admitted(shop, monkeypatch):
    where = send(shop).headers["Location"]
    real = time.time_ns
    monkeypatch.setattr("verify_app.web.visit.time.time_ns", lambda: real() + 20 * 86_400 * 10**9)
    page = check_page(shop.client().get(where).text, "vi")
    assert "Đã quá hạn" in page.text
    assert page.text.count("đã quá hạn") == 2


def test_a_form_that_is_sent_twice_is_one_report(shop):
    data = fields()
    first, second = send(shop, data), send(shop, data)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(kept(shop)) == 1
    assert len(queue(shop.engine)) == 1


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"reason": ""}, 422, "Hãy chọn một lý do"),
        ({"reason": "other", "note": ""}, 422, "hãy kể vài lời"),
        ({"note": "x" * 1001}, 422, "1.000 ký tự"),
        ({"province": "Atlantis"}, 422, "trong danh sách"),
        ({"province": "Huế", "commune": "x" * 200}, 422, "trong danh sách"),
        ({"website": "https://spam.example"}, 400, "tự động"),
        ({"token": "x"}, 422, "Hãy bấm gửi lại"),
    ],
)
def test_what_is_not_right_is_told_and_nothing_typed_is_lost(shop, changes, status, words):
    answer = send(shop, fields(note="Niêm phong rách") | changes)
    assert answer.status_code == status
    page = check_page(answer.text, "vi")
    assert words in page.text
    assert changes.get("note", "Niêm phong rách") in answer.text
    assert kept(shop) == ()


def test_a_token_of_another_code_or_of_yesterday_gets_a_new_one(shop):
    for made in (token("/01/" + GTIN), token(age=proof.LIVES_MS + 1), token(age=-60_000)):
        answer = send(shop, fields(made))
        assert answer.status_code == 422
        fresh = check_page(answer.text, "vi").all("input", name="token")[0]["value"]
        assert fresh != made
        assert proof.age(SECRET, fresh, ITEM, time.time_ns() // 1_000_000) < 60_000
    assert kept(shop) == ()


def test_without_work_a_form_must_be_older_and_fewer_are_taken(shop):
    young = token(age=5_000)
    answer = send(shop, fields(young, work=""))
    assert answer.status_code == 429
    assert answer.headers["Retry-After"]
    assert check_page(answer.text, "vi").all("input", name="token")[0]["value"] == young, "it grows older"
    assert send(shop, fields(young)).status_code == 303, "the work makes up for it"
    sent = [send(shop, fields(work="")).status_code for _ in range(3)]
    assert sent == [303, 303, 429]
    assert sorted(report.what.proven for report in kept(shop)) == [False, False, True]


def test_one_sender_cannot_flood_and_another_browser_is_the_same_sender(shop):
    sent = [send(shop, client=shop.client(user_agent=f"Mozilla {n}")).status_code for n in range(8)]
    assert sent == [303] * 6 + [429] * 2


@pytest.mark.parametrize("work", ["", "0", "-1", "1" * 13, "１２", "abc"])
def test_work_that_was_not_done_is_not_believed(work):
    assert not proof.is_proven("AAAA", work)


@pytest.mark.parametrize(("photos", "words"), [([b"%PDF-1.7"], "không phải là ảnh"), ([b"x"] * 4, "tối đa 3 ảnh")])
def test_what_is_no_photo_or_too_many_is_refused(shop, photos, words):
    answer = send(shop, photos=photos)
    assert answer.status_code == 422
    assert words in check_page(answer.text, "vi").text


def test_where_nothing_can_be_kept_the_page_says_so(shop, world):
    answer = send(world)  # a world without a store for reports
    assert answer.status_code == 503
    page = check_page(answer.text, "vi")
    assert "không có gì được ghi nhận" in page.text
    assert "seal" in answer.text


def test_an_alert_that_cannot_be_kept_costs_no_report(shop, monkeypatch):
    def away(*_):
        raise StoreUnavailable("Expected an answer, got none.")

    monkeypatch.setattr("verify_app.inspection.shopper_reports.record_alert", away)
    assert send(shop).status_code == 303
    assert len(kept(shop)) == 1


@pytest.mark.parametrize("spelling", [str.lower, lambda n: n.replace("-", " "), lambda n: f" {n} "])
def test_a_number_is_found_in_any_spelling(shop, spelling):
    where = send(shop).headers["Location"]
    answer = shop.client().get("/report", query_string={"number": spelling(where.removeprefix("/report/"))})
    assert (answer.status_code, answer.headers["Location"]) == (303, where)


def test_a_wrong_number_is_told_from_an_unknown_one(shop):
    client = shop.client()
    assert "so lại từng nhóm" in check_page(client.get("/report?number=R123").text, "vi").text
    assert client.get("/report/R123").status_code == 404
    answer = client.get("/report/R000-0000-0000-0000")
    assert answer.status_code == 404
    assert "Không có báo cáo" in check_page(answer.text, "vi").text


def test_numbers_cannot_be_tried_out(shop):
    client = shop.client()
    seen = [client.get("/report/R000-0000-0000-0000").status_code for _ in range(31)]
    assert seen == [404] * 30 + [429]


def test_a_code_of_another_system_and_what_is_no_code_have_no_form(shop):
    assert shop.client().get("/report?code=https://shop.example.com/p").status_code == 404
    assert shop.client().get("/report?code=9521234543214").status_code == 400
    assert "/report?code" not in shop.client().get("/scan?code=https://shop.example.com/p").text


def test_the_page_without_a_code_asks_for_a_number(shop):
    page = check_page(shop.client().get("/report").text, "vi")
    assert page.all("input", name="number")
