"""From ordering codes to sheets of labels and replaced carriers, in an enterprise's pages, with the real background."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest

from tests.fixtures_accounts import send
from tests.html_checks import check_page
from tests.registry_samples import GTIN
from verify_app.domain.account import Role, Scope
from verify_app.domain.code import Code
from verify_app.enterprise import code_office, label_job
from verify_app.enterprise.code_office import KEPT_DAYS
from verify_app.serving.jobs import jobs_of, run_once
from verify_app.store.engine import reading, writing
from verify_app.store.issue_tables import code_batch
from verify_app.store.print_jobs import note_print
from verify_app.store.registry import find

pytest_plugins = ("tests.fixtures_portal",)
OWN = {
    "page_x": "210",
    "page_y": "297",
    "rows": "8",
    "columns": "3",
    "label_x": "70",
    "label_y": "37",
    "padding": "2",
    "text_size": "2,0",
}


@pytest.fixture
def office(office, monkeypatch):
    monkeypatch.setattr(label_job, "PART", 10)
    monkeypatch.setattr(label_job.os, "sched_getaffinity", lambda _pid: {0})  # parts of ten, so in this process
    monkeypatch.setattr(code_office, "_TURN", 2)
    return office


def ordered(author, count="25"):
    return send(author, "/enterprise/codes", of=f"{GTIN}/L1", count=count)


def item(office, serial):
    with reading(office.engine) as connection:
        return find(connection, Code("01", GTIN, (("21", serial),))).item


def test_codes_become_labels_in_the_background_and_are_replaced_one_by_one(office, author, desk):
    check_page(author.get("/enterprise/codes").text, "vi")
    batch = ordered(author).location
    waiting = author.get(batch)
    assert 'http-equiv="refresh"' in waiting.text
    assert send(author, batch, kind="qr", format="pdf", template="a4-24", lines="NSX 22/11/2026").status_code == 303
    work = jobs_of(desk)
    assert (bool(work["labels"]()), bool(work["serials"]()), bool(work["serials"]())) == (False, True, False)
    assert work["labels"]()
    check_page(author.get(batch).text, "vi")
    assert "20 trên 25" in author.get(batch).text, "two parts of ten make one turn"
    assert run_once(work) == 1
    page = author.get(batch).text
    assert ("Đã xong, đã đọc thử" in page, 'http-equiv="refresh"' in page) == (True, False)
    rows = list(csv.DictReader(io.StringIO(author.get(f"{batch}/serials.csv").text)))
    assert len({row["serial"] for row in rows}) == 25
    (job,) = desk.codes.prints(desk.codes.batch("e1", batch.rpartition("/")[2]))
    files = f"/enterprise/labels/{job.id}"
    table = list(csv.DictReader(io.StringIO(author.get(f"{files}/labels.csv").text)))
    assert [row["serial"] for row in table] == [row["serial"] for row in rows]
    with zipfile.ZipFile(io.BytesIO(author.get(f"{files}/labels.zip").data)) as archive:
        assert archive.testzip() is None
        assert archive.read("part-00003.pdf") == author.get(f"{files}/part-00003.pdf").data
    assert author.get(f"{files}/job.json").status_code == 404
    old = author.get(f"{files}/part-00003.pdf").data
    note_print(office.engine, job.id, created_at=job.created_at - (KEPT_DAYS + 1) * 86_400_000)
    assert run_once(work) == 1
    assert author.get(f"{files}/part-00003.pdf").status_code == 404, "files are kept for a month"
    assert "Tệp đã xóa" in author.get(batch).text
    assert send(author, batch, again=job.id).status_code == 303
    run_once(work)
    fresh = desk.codes.prints(desk.codes.batch("e1", batch.rpartition("/")[2]))[0]
    assert author.get(f"/enterprise/labels/{fresh.id}/part-00003.pdf").data == old, "made again they are the same"

    link = rows[0]["link"]
    assert "Đã hủy mã" in send(author, "/enterprise/carriers", code=link, reason="bong mực", act="withdraw").text
    assert item(office, rows[0]["serial"]).state == "destroyed"
    again = send(author, "/enterprise/carriers", code=rows[1]["link"], reason="rách", act="reissue").location
    (fresh,) = csv.DictReader(io.StringIO(author.get(f"{again}/serials.csv").text))
    assert (item(office, rows[1]["serial"]).state, item(office, fresh["serial"]).lot) == ("destroyed", "L1")
    for wrong in ({"code": link}, {"code": "x"}, {"code": rows[2]["link"], "reason": ""}):
        assert send(author, "/enterprise/carriers", **({"reason": "r", "act": "withdraw"} | wrong)).status_code == 422


def test_impossible_orders_are_refused_at_once_and_others_codes_stay_theirs(office, author, desk):
    for count, of in (
        ("0", f"{GTIN}/L1"),
        ("x", GTIN),
        ("99999999", GTIN),
        ("5", f"{GTIN}/L9"),
        ("5", "09506000134352"),
    ):
        assert send(author, "/enterprise/codes", of=of, count=count).status_code == 422, (count, of)
    batch = ordered(author).location
    own = {"kind": "qr", "format": "pdf", "template": "own"} | OWN
    for wrong in (
        {"label_y": "12"},
        {"text_size": "0"},
        {"label_x": "90"},
        {"rows": "x"},
        {"template": "a9"},
        {"kind": "pdf417"},
    ):
        refused = send(author, batch, **(own | wrong))
        assert (refused.status_code, "Cỡ nhãn này không in được" in refused.text) == (422, True), wrong
    assert send(author, batch, **own).status_code == 303
    stranger = office.someone(Role.ENTERPRISE, account_id="other", scope=Scope(enterprises=("e2",)))
    (job,) = desk.codes.prints(desk.codes.batch("e1", batch.rpartition("/")[2]))
    for path in (batch, f"{batch}/serials.csv", f"/enterprise/labels/{job.id}/labels.zip"):
        assert stranger.get(path).status_code == 404
    with writing(office.engine) as connection:  # a batch whose serials somebody else has imported cannot go on
        serial = next(desk.codes._desk.serials(desk.codes.batch("e1", batch.rpartition("/")[2]), 3, 4))
        connection.exec_driver_sql(
            "INSERT INTO item (gtin, serial, lot, state, state_at) VALUES (?, ?, '', 'active', 0)", (GTIN, serial)
        )
    run_once(jobs_of(desk))
    assert "Không làm tiếp được" in author.get(batch).text
    with reading(office.engine) as connection:
        assert connection.execute(code_batch.select()).one().issued == 0
