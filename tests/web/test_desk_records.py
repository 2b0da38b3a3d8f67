"""What officers look up and take along: scans, the register of violations, reports of shoppers, minutes of a case."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from hashlib import sha256
from io import BytesIO
from itertools import islice
from struct import unpack_from

import pytest
from click.testing import CliRunner
from pypdfium2 import PdfDocument
from python_calamine import CalamineWorkbook

from tests.fixtures_accounts import empty_database, office, send
from tests.fixtures_web import GTIN, ITEM
from tests.html_checks import check_page
from tests.registry_samples import REGISTRY
from tests.web.test_desk import raise_alert
from verify_app.cli import main
from verify_app.domain.account import Role, Scope
from verify_app.domain.audit import Kind
from verify_app.domain.case import Finding, Move, Result, Step
from verify_app.domain.field import Check, Mark, Visit
from verify_app.domain.parse import parse
from verify_app.domain.provinces import PROVINCES
from verify_app.domain.report import Grievance, NewReport
from verify_app.store.audit import entries
from verify_app.store.cases import take_step
from verify_app.store.engine import writing
from verify_app.store.field import Photo, keep_check, keep_photo, keep_visit
from verify_app.store.ledger import LedgerRow, append
from verify_app.store.registry import write_registry
from verify_app.store.reports import StoredReports
from verify_app.web.accounts.person import now_ms
from verify_app.web.desk.chart import bars, by_day
from verify_app.web.desk.tables import END, FORMS, Columns, table_file

__all__ = ["empty_database", "office"]
PLEIKU, HA_NOI = (279, 2160), (420, 2117)  # cells of 0.05 degrees


def scanned(office, number, cell=PLEIKU, text=ITEM, **more):
    code = parse(text)
    row = LedgerRow(f"{number:032x}", now_ms() - number * 1000, code.identity, code.gtin, code.lot, code.serial,
                    tag=number, country="VN", cell=cell, **more)  # fmt: skip
    with writing(office.engine) as connection:
        append(connection, [row])


def reported(office, tmp_path, area="Gia Lai", **more):
    new = NewReport(
        now_ms(), Grievance.SEAL, parse(ITEM).identity, ITEM, "VALID", GTIN, "L2601", "A1B2C3", area, **more
    )
    StoredReports(office.engine, tmp_path / "reports").file("R-0001", new)


def test_the_search_finds_scans_page_by_page_and_leaves_its_words_in_the_log(office):
    for number in range(1, 61):
        scanned(office, number)
    client = office.someone(Role.INSPECTOR)
    page = client.get(f"/desk/search?code={ITEM}")
    check_page(page.text, "vi")
    assert page.text.count("<tr><td>") == 50
    following = re.search(r'href="([^"]*after=[^"]*)"', page.text)[1].replace("&amp;", "&")
    assert client.get(following).text.count("<tr><td>") == 10
    assert client.get("/desk/search?code=%3F%3F").text.count("Không đọc được mã này") == 1
    assert "Ngày chưa đúng" in client.get("/desk/search?since=x").text
    looks = [entry.note.subject for entry in entries(office.engine) if entry.kind is Kind.LOOK]
    assert looks[0] == f"ledger: code={ITEM}"


def test_who_names_no_goods_sees_the_scans_of_the_own_provinces_alone(office):
    scanned(office, 1, PLEIKU)
    scanned(office, 2, HA_NOI)
    client = office.someone(Role.INSPECTOR)
    here = client.get("/desk/search?since=2020-01-01").text
    assert '<td class="keep">Gia Lai<small>gần Phường Diên Hồng' in here
    assert '<td class="keep">Hà Nội<' not in here
    ha_noi = next(str(n) for n, province in enumerate(PROVINCES) if province.name == "Hà Nội")
    assert "Tra cứu theo nơi chỉ mở" in client.get(f"/desk/search?province={ha_noi}").text
    assert '<td class="keep">Hà Nội<' in client.get(f"/desk/search?gtin={GTIN}&province={ha_noi}").text


def test_an_enterprise_is_named_by_number_or_by_part_of_its_name(office):
    write_registry(office.engine, REGISTRY)
    client = office.someone(Role.INSPECTOR)
    one = REGISTRY.enterprises[0]
    assert "Không có lượt quét nào" in client.get(f"/desk/search?enterprise={one.id}").text
    assert "Không có lượt quét nào" in client.get("/desk/search", query_string={"enterprise": one.name.text("vi")}).text
    assert "Không có doanh nghiệp" in client.get("/desk/search?enterprise=zzz").text


def test_what_was_found_is_taken_along_as_csv_xlsx_and_json(office):
    scanned(office, 1, text=f"/01/{GTIN}/10/=1+1/21/A1B2C3")
    client = office.someone(Role.INSPECTOR)
    told = client.get(f"/desk/search.csv?gtin={GTIN}").get_data().decode("utf-8-sig").splitlines()
    assert told[0].startswith("Thời điểm,GTIN,Lô,Số sê-ri")
    assert f"{GTIN},'=1+1,A1B2C3,Gia Lai,Phường Diên Hồng,VN,00000001,scan,link,0" in told[1]  # no spreadsheet runs it
    (row,) = client.get(f"/desk/search.json?gtin={GTIN}").json
    assert (row["lot"], row["province"], row["commune"], row["prior_scans"]) == (
        "=1+1", "Gia Lai", "Phường Diên Hồng", 0)  # fmt: skip
    file = client.get(f"/desk/search.xlsx?gtin={GTIN}").get_data()
    sheet = CalamineWorkbook.from_filelike(BytesIO(file)).get_sheet_by_index(0).to_python()
    assert (sheet[0][0], sheet[1][2], len(sheet)) == ("Thời điểm", "=1+1", 2)
    assert client.get(f"/desk/search.doc?gtin={GTIN}").status_code == 404


def test_a_file_says_how_many_rows_come_and_too_many_are_offered_in_parts(office, monkeypatch):
    monkeypatch.setattr("verify_app.web.desk.search.MOST", 2)
    client, code = office.someone(Role.INSPECTOR), parse(ITEM)

    def seen(*days):
        rows = [LedgerRow(f"{month:016x}{day:016x}", noon(month, day), code.identity, code.gtin, cell=PLEIKU)
                for month, day in days]  # fmt: skip
        with writing(office.engine) as connection:
            append(connection, rows)

    def asked(form, since, until="2026-10-31"):
        return client.get(f"/desk/search.{form}?gtin={GTIN}&since={since}&until={until}")

    seen((8, 20), (10, 5), (10, 6))
    for form in ("csv", "json", "xlsx"):
        answer = asked(form, "2026-10-01")
        assert (answer.status_code, answer.headers["X-Rows"]) == (200, "2")
        framed = client.get(answer.request.full_path, headers={"X-Progress": "rows"}).get_data()
        told, file = unframed(framed)
        assert told == [2]
        assert form == "xlsx" or file == answer.get_data()  # a workbook tells the second in which it was made
    assert len(CalamineWorkbook.from_filelike(BytesIO(file)).get_sheet_by_index(0).to_python()) == 3
    whole = client.get(f"/desk/search.csv?gtin={GTIN}&until=2026-10-31")
    check_page(whole.text, "vi")
    assert (whole.status_code, "Có hơn 2 lượt quét" in whole.text) == (422, True)
    months = [
        way.replace("&amp;", "&") for way in re.findall(r'href="(/desk/search\.csv[^"]*since=[^"]*)"', whole.text)
    ]
    assert [client.get(way).text.count(GTIN) for way in months] == [2, 0, 1]
    seen((10, 7))
    assert asked("csv", "2026-10-04", "2026-10-08").text.count("&amp;since=2026-10-0") == 5  # a day each
    monkeypatch.setattr("verify_app.web.desk.search.SHEET", 0)
    assert "Có hơn 0 lượt quét" in asked("xlsx", "2026-10-07").text
    monkeypatch.setattr("verify_app.web.desk.search.MOST", 0)
    assert "Riêng một ngày" in asked("csv", "2026-10-07", "2026-10-07").text


@pytest.mark.parametrize("form", FORMS)
def test_a_page_is_told_the_rows_while_they_are_written_and_nothing_is_read_ahead(office, form):
    read = []
    rows = ((number, read.append(number) or "Gia Lai") for number in range(600))
    with office.app.test_request_context(headers={"X-Progress": "rows"}):
        answer = table_file(form, "scans", Columns(("n", "place"), ("Số", "Nơi")), rows, 600)
        frames = answer.iter_encoded()
        first = b"".join(islice(frames, 2 if form == "csv" else 1))  # the names of the columns are a piece of CSV
        assert (unframed(first + END)[0], len(read)) == ([250], 250)
        told, _ = unframed(first + b"".join(frames))
    assert told == [250, 500, 600]


def unframed(body):
    """The different numbers of rows done that a page is told while a file comes, in their order, and the file."""
    at, told, file = 0, [], b""
    while body[at:] != END:
        rows, length = unpack_from(">II", body, at)
        told += [rows] if rows and rows not in told else []
        file += body[at + 8 : at + 8 + length]
        at += 8 + length
    return told, file


def noon(month, day):
    return int(datetime(2026, month, day, 5, tzinfo=UTC).timestamp() * 1000)


@pytest.fixture
def violation(office):
    number = raise_alert(office)
    for at, move in enumerate((Move.OPEN, Move.INVESTIGATE, Move.PROPOSE)):
        take_step(office.engine, number, Step(move, "an@example.vn", now_ms() + at, "nhãn in khác"))
    return number


def test_the_register_is_full_only_when_nothing_is_open_and_keeps_what_was_reopened(office, violation):
    client = office.someone(Role.INSPECTOR)
    page = client.get("/desk/register")
    check_page(page.text, "vi")
    assert "<strong>0&nbsp;%</strong>" in page.text
    send(client, f"/desk/cases/{violation}", move="close", finding="confirmed", result="violation")
    assert "<strong>100&nbsp;%</strong>" in client.get("/desk/register").text
    assert send(client, f"/desk/cases/{violation}", move="reopen", note="có chứng cứ mới").status_code == 422
    assert "người thứ nhất" in client.get(f"/desk/cases/{violation}").text
    assert send(client, f"/desk/cases/{violation}", move="undo", note="nhầm mẫu").status_code == 303
    assert "Cần người thứ hai xác nhận" in client.get(f"/desk/cases/{violation}").text
    assert "<strong>100&nbsp;%</strong>" in client.get("/desk/register").text
    assert send(client, f"/desk/cases/{violation}", move="undo", note="nhầm mẫu").status_code == 422
    second = office.someone(Role.PROVINCE)
    assert send(second, f"/desk/cases/{violation}", move="undo", note="đồng ý").status_code == 303
    acts = [entry.note for entry in entries(office.engine) if entry.note.action == "case.undo"]
    assert [(note.actor, note.why) for note in acts] == [("inspector", "nhầm mẫu"), ("province_admin", "đồng ý")]
    (entry,) = client.get("/desk/register.json").json
    assert (entry["number"], entry["said_by"], entry["closed"], entry["reason"]) == (
        violation, "an@example.vn", "", "nhãn in khác")  # fmt: skip
    assert client.get("/desk/register.csv").text.count("\n") == 2
    assert client.get("/desk/register.pdf").get_data().startswith(b"%PDF-")
    assert client.get("/desk/register.json?year=1999").json == []
    rules = [rule for rule in office.app.url_map.iter_rules() if rule.rule.startswith("/desk/register")]
    assert {method for rule in rules for method in rule.methods} == {"GET", "HEAD", "OPTIONS"}
    elsewhere = office.sign_in(office.open(Role.INSPECTOR, "other", scope=Scope(("Hà Nội",), ("*",))))
    assert elsewhere.get("/desk/register.json").json == []
    assert [row["number"] for row in client.get("/desk/cases.json").json] == [violation]


def test_a_report_is_taken_and_answered_and_the_file_names_no_sender(office, tmp_path):
    reported(office, tmp_path, note="Tem bị rách")
    client = office.someone(Role.INSPECTOR)
    check_page(client.get("/desk/reports").text, "vi")
    page = client.get("/desk/reports/1").text
    check_page(page, "vi")
    assert "Tem bị rách" in page
    assert "R-0001" not in page
    assert send(client, "/desk/reports/1", move="answer", outcome="violation", answer="x").status_code == 422
    assert send(client, "/desk/reports/1", move="take", version="0").status_code == 303
    assert send(client, "/desk/reports/1", move="take", version="0").status_code == 409
    answer = {"move": "answer", "outcome": "violation", "answer": "Đã xử lý, cảm ơn bạn."}
    assert send(client, "/desk/reports/1", **answer).status_code == 303
    assert "Đã xử lý, cảm ơn bạn." in client.get("/desk/reports/1").text
    for file in ("reports.csv", "cases.csv?state=closed", "cases.json", "register.csv", f"search.json?gtin={GTIN}"):
        assert "Tem bị rách" not in client.get(f"/desk/{file}").text, "what a shopper wrote is in no file"
    (row,) = client.get("/desk/reports.json").json
    assert (row["state"], row["answer"], "R-0001" in str(row)) == ("Đã trả lời", "Đã xử lý, cảm ơn bạn.", False)
    acts = [entry.note.action for entry in entries(office.engine) if entry.kind is Kind.ACT]
    assert acts == ["report.take", "report.answer"]


def test_reports_of_other_provinces_are_not_even_there(office, tmp_path):
    reported(office, tmp_path, area="Hà Nội/Phường Ví Dụ")
    client = office.someone(Role.INSPECTOR)
    assert "/desk/reports/1" not in client.get("/desk/reports").text
    assert client.get("/desk/reports/1").status_code == 404
    assert send(client, "/desk/reports/1", move="take").status_code == 404
    assert client.get("/desk/reports/2/x.jpg").status_code == 404


def test_the_minutes_hold_the_evidence_with_digests_and_the_log_holds_theirs(office, violation, tmp_path):
    digest = sha256(b"photo").hexdigest()
    keep_visit(office.engine, Visit("v1", "inspector", "Cán bộ An", "Chợ Ví Dụ", opened=now_ms()))
    code = parse(ITEM)
    keep_check(office.engine, Check("c1", "v1", ITEM, now_ms(), now_ms(), code.path, code.gtin, code.lot, code.serial,
                                    2, ("REPEATED",), {"origin": Mark.WRONG}, "tem <mờ> & lệch"))  # fmt: skip
    keep_photo(office.engine, Photo("p1", "v1", "c1", "photo", digest, now_ms()))
    reported(office, tmp_path, note="Tem bị rách")
    scanned(office, 1)
    client = office.someone(Role.INSPECTOR)
    answer = client.get(f"/desk/cases/{violation}/minutes.pdf")
    body = answer.get_data()
    assert (answer.mimetype, body[:5]) == ("application/pdf", b"%PDF-")
    assert body.count(b"/FontFile2") == 2  # both cuts of the font travel with the paper
    told = " ".join("".join(page.get_textpage().get_text_range() for page in PdfDocument(body)).split())
    for words in ("tem <mờ> & lệch", "Sai: Xuất xứ", "Phản ánh của người mua", digest[:20]):
        assert words in told, words
    assert "Tem bị rách" not in told  # the seller takes a copy: nothing of what a shopper wrote
    (note,) = [e.note for e in entries(office.engine) if e.note.action == "case.minutes"]
    assert sha256(body).hexdigest() in note.why
    assert office.someone(Role.PROVINCE).get(f"/desk/cases/{violation + 1}/minutes.pdf").status_code == 404


def test_the_case_shows_where_and_when_on_a_map_with_both_archipelagos(office):
    number = raise_alert(office)
    scanned(office, 1)
    scanned(office, 2, HA_NOI)
    scanned(office, 3, (330, 2236))  # on Hoàng Sa: Đà Nẵng
    page = office.someone(Role.INSPECTOR).get(f"/desk/cases/{number}").text
    check_page(page, "vi")
    assert re.findall(r'class="level-m4" d="[^"]+"><title>([^<]+)', page) == ["Đà Nẵng: 1", "Gia Lai: 1", "Hà Nội: 1"]
    assert len(re.findall(r'<path class="level-m', page)) == 34
    assert "Quần đảo Hoàng Sa (Đà Nẵng): 1" in page
    assert '<td class="keep">Gia Lai<small>gần Phường Diên Hồng</small>' in page
    assert "Quần đảo Trường Sa (Khánh Hòa): 0" in page
    assert "ODbL" in page


def test_the_chart_of_days_keeps_those_on_which_nothing_was_scanned():
    days = by_day([date(2026, 11, 22), date(2026, 11, 19), date(2026, 11, 22)])
    assert [(bar.label[-2:], bar.count) for bar in days] == [("19", 1), ("20", 0), ("21", 0), ("22", 2)]
    assert [(bar.x, bar.height) for bar in bars(days) if bar.count] == [(0.0, 48.0), (144.0, 96.0)]
    assert bars(by_day([])) == ()


def test_the_command_takes_a_closing_back_in_the_name_of_two_officers(office, violation, tmp_path, monkeypatch):
    first, second = office.open(Role.INSPECTOR), office.open(Role.PROVINCE)
    closing = Step(Move.CLOSE, second.email, now_ms(), "", Finding.CONFIRMED, Result.VIOLATION)
    take_step(office.engine, violation, closing)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", str(office.engine.url))

    def undo(*options):
        return CliRunner().invoke(main, ["case", "undo", str(violation), "--reason", "nhầm mẫu", *options]).output

    assert "waits for a second person" in undo("--as", first.email)
    assert "Expected a second person" in undo("--as", first.email)
    assert "Expected the address of an officer" in undo("--as", "ai@example.vn")
    assert "escalated" in undo("--as", second.email)
    options = ["--as", first.email, "--reason", "bấm nhầm"]
    told = CliRunner().invoke(main, ["item", "undo", ITEM, *options])
    assert "Expected a step that can be taken back" in told.output
    acts = [entry.note for entry in entries(office.engine) if entry.note.action == "case.undo"]
    assert [(note.actor, note.why) for note in acts] == [(first.id, "nhầm mẫu"), (second.id, "nhầm mẫu")]
