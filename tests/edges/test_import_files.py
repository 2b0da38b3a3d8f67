"""Imports: from a file into both kinds of database, refused rows back to the sender, nothing lost by a kill."""

from __future__ import annotations

import csv
import io
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.registry_samples import GTIN, code
from verify_app.domain.passport import ItemState, Review
from verify_app.enterprise.columns import COLUMNS, KINDS
from verify_app.enterprise.import_run import ImportRefusedError, Imports, Order
from verify_app.enterprise.import_words import annotated
from verify_app.enterprise.table_files import TableError, write_template
from verify_app.i18n import catalogue
from verify_app.inspection.holders import HolderDesk, Kind
from verify_app.store.drafts import last_lot, last_model
from verify_app.store.engine import reading
from verify_app.store.holders import shown_of
from verify_app.store.registry import counts, find, list_items, write_registry

pytest_plugins = ("tests.fixtures_registry",)
SECRET = b"s" * 32


@pytest.fixture
def imports(engine, tmp_path):
    return Imports(engine, tmp_path / "imports", secret=SECRET)


def send(imports, kind, data, name="file.csv", **order):
    raw = data if isinstance(data, bytes) else textwrap.dedent(data).lstrip().encode()
    job = imports.accept(Order("e1", kind, "an", name, **order), io.BytesIO(raw))
    return imports.run(job.id)


def told(job):
    return (job.status, job.fresh, job.changed, job.same, job.bad)


def back(engine, job, lang="vi"):
    out = io.BytesIO()
    annotated(engine, job, catalogue(lang, strict=True), out)
    return out.getvalue()


HIDDEN = f"""
    gtin,serial,lot,hidden_number
    {GTIN},H0001,L1,k7q2-9xmb
    {GTIN},H0002,L1,
    {GTIN},H0003,L1,12
    """


def test_hidden_numbers_are_kept_as_digests_alone(engine, imports, tmp_path):
    holders = HolderDesk(engine, SECRET)
    job = send(imports, "items", HIDDEN)
    assert told(job) == ("done", 2, 0, 0, 1)
    assert told(send(imports, "items", HIDDEN.replace("9xmb", "9XMC"))) == ("done", 0, 1, 1, 1)
    assert not list((tmp_path / "imports").iterdir())  # files with hidden numbers go
    assert b"H0003" in back(engine, job)
    assert b",12" not in back(engine, job)
    with reading(engine) as connection:
        assert find(connection, code()).model.sealed
    kinds = [holders.try_number(GTIN, "H0001", typed, 1).kind for typed in ("K7Q29XMB", "K7Q2 9XMC", "", "K7Q29XM")]
    assert kinds == [Kind.SEAL_WRONG, Kind.SEAL, Kind.SEAL_WRONG, Kind.SEAL_WRONG]
    assert holders.try_number(GTIN, "H0002", "", 1).kind is Kind.SEAL_WRONG  # an item without a number
    shown = {one.kind: (one.times, one.first, one.last) for one in shown_of(engine, GTIN, "H0001")}
    assert shown == {Kind.SEAL: (1, 1, 1), Kind.SEAL_WRONG: (3, 1, 1)}


ITEMS = f"""
    Mã GTIN;Số sê-ri;Số lô
    {GTIN[1:]};N0001;L1
    {GTIN};N0002;L1
    {GTIN};N0003;L2
    """


def test_items_are_written_and_the_same_file_twice_changes_nothing(engine, imports):
    assert told(send(imports, "items", ITEMS)) == ("done", 3, 0, 0, 0)
    assert told(send(imports, "items", ITEMS)) == ("done", 0, 0, 3, 0)
    with reading(engine) as connection:
        assert counts(connection).items == 7
        found = find(connection, code(serial="N0003"))
    assert (found.item.lot, found.item.state, found.lot.uploaded) == ("L2", ItemState.ACTIVE, 2)


def test_refused_rows_go_back_with_the_reason_and_round_trip_when_mended(engine, imports):
    data = f"gtin,serial,lot\n{GTIN},OK1,L1\n{GTIN[:-1]}4,BAD1,L1\n{GTIN},bad serial,L1\n{GTIN},BAD3,L9\n9.52E+12,B,\n"
    job = send(imports, "items", data)
    assert told(job) == ("done", 1, 0, 0, 4)
    raw = back(engine, job)
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert rows[0] == ["#dòng", "#lỗi", "gtin", "serial", "lot"]
    assert [row[0] for row in rows[1:]] == ["3", "4", "5", "6"]
    assert "chữ số kiểm tra" in rows[1][1]
    assert "Số lô: chưa có lô “L9”" in rows[3][1]
    assert "Văn bản" in rows[4][1]
    mended = raw.decode("utf-8-sig").replace(f"{GTIN[:-1]}4", GTIN).replace("bad serial", "MENDED")
    mended = mended.replace("L9", "L2").replace("9.52E+12", GTIN)
    assert told(send(imports, "items", mended)) == ("done", 4, 0, 0, 0)


def test_dry_run_reports_what_would_happen_and_writes_nothing(engine, imports):
    assert told(send(imports, "items", ITEMS, dry_run=True)) == ("done", 3, 0, 0, 0)
    with reading(engine) as connection:
        assert counts(connection).items == 4


def test_later_row_moves_an_item_to_another_lot_but_never_sets_its_life_back(engine, imports):
    state = f"gtin,serial,lot,state,state_time\n{GTIN},S1,L1,sold,05/09/2026 07:30\n{GTIN},S2,L1,stolen,\n"
    assert told(send(imports, "items", state)) == ("done", 0, 1, 0, 1)
    assert told(send(imports, "items", f"gtin,serial,lot\n{GTIN},S1,L2\n")) == ("done", 0, 1, 0, 0)
    with reading(engine) as connection:
        item = find(connection, code(serial="S1")).item
    assert (item.state, item.state_at, item.lot) == (ItemState.SOLD, 1_788_568_200_000, "L2")


def test_other_enterprises_products_are_refused(engine, imports):
    from verify_app.domain.registry import Enterprise, EnterpriseKind, Registry
    from verify_app.domain.text import Text

    other = Enterprise("e2", "gia-lai", EnterpriseKind.COMPANY, Text.of("Công ty Khác"), Text.of("Gia Lai"))
    write_registry(engine, Registry(enterprises=(other,)))
    job = imports.accept(Order("e2", "items", "b", "f.csv"), io.BytesIO(textwrap.dedent(ITEMS).lstrip().encode()))
    done = imports.run(job.id)
    assert (done.fresh, done.bad) == (0, 3)
    assert "thuộc một doanh nghiệp khác" in back(engine, done).decode()


def test_products_lots_and_events_become_drafts_beside_what_is_published(engine, imports):
    products = """
        gtin,name,name_en,origin,label_group,ingredients,stages
        09521234543220,Cà phê Ví Dụ,Example coffee,Sản xuất tại Việt Nam,2,100% cà phê,harvest;packing
        """
    lots = """
        gtin,lot,production_date,expiry,declared
        09521234543220,C1,05/09/2026,09/2028,1.000
        09521234543220,C2,05/09/2026,01/2026,
        """
    events = """
        gtin,lot,stage,time,what,place
        09521234543220,C1,harvest,2026-09-01T06:00+07:00,Hái,Đồi 1
        09521234543220,C1,cook,2026-09-01,Hái,Đồi 1
        """
    assert told(send(imports, "products", products)) == ("done", 1, 0, 0, 0)
    assert told(send(imports, "lots", lots)) == ("done", 1, 0, 0, 1)
    assert told(send(imports, "events", events)) == ("done", 0, 1, 0, 1)
    for kind, data in (("products", products), ("lots", lots), ("events", events)):
        again = send(imports, kind, data)
        assert (again.fresh, again.changed) == (0, 0), kind
    with reading(engine) as connection:
        model, lot = last_model(connection, "09521234543220"), last_lot(connection, "09521234543220", "C1")
    assert (model.review, model.name.text("en"), model.operators[0].identifier) == (
        Review.DRAFT,
        "Example coffee",
        "9520000000004",
    )
    assert (lot.declared, lot.expiry.iso, lot.events[0].what.text("vi")) == (1000, "2028-09", "Hái")


def test_change_of_a_published_product_is_a_draft_and_the_public_page_stays(engine, imports):
    assert told(send(imports, "products", f"gtin,name\n{GTIN},Tên mới\n")) == ("done", 0, 1, 0, 0)
    with reading(engine) as connection:
        assert find(connection, code()).model.name.text("vi") == "Hạt tiêu Ví Dụ"
        assert last_model(connection, GTIN).name.text("vi") == "Tên mới"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_template_can_be_filled_in_and_sent(kind, form, engine, imports):
    out = io.BytesIO()
    write_template(kind, form, out)
    job = send(imports, kind, out.getvalue(), f"mau.{form}")
    assert job.status == "done", job.failure
    assert job.header == tuple(column.vi for column in COLUMNS[kind])
    assert job.fresh + job.changed + job.same + job.bad == 1


def test_workbook_with_numbers_and_dates_goes_back_as_a_workbook(engine, imports, tmp_path):
    import xlsxwriter
    from python_calamine import CalamineWorkbook

    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["gtin", "serial", "lot"])
        sheet.write_row(1, 0, [int(GTIN), 12345, "L1"])
        sheet.write_row(2, 0, [int(GTIN) + 1, "X", "L1"])
    job = send(imports, "items", path.read_bytes(), "book.xlsx")
    assert told(job) == ("done", 1, 0, 0, 1)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(back(engine, job, "en"))).get_sheet_by_index(0).to_python()
    assert "check digit" in rows[1][1]
    assert rows[1][2:] == [str(int(GTIN) + 1), "X", "L1"]


def test_json_and_json_lines_are_read_too(engine, imports):
    assert told(send(imports, "items", f'[{{"gtin":"{GTIN}","serial":"J1","lot":"L1"}}]', "a.json"))[1] == 1
    lines = f'{{"gtin":"{GTIN}","serial":"J1","lot":"L1"}}\n\n{{"gtin":{GTIN[1:]},"serial":"J 2"}}\n'
    job = send(imports, "items", lines, "a.jsonl")
    assert told(job) == ("done", 0, 0, 1, 1)
    assert b'"#l\xe1\xbb\x97i":' in back(engine, job)
    assert told(send(imports, "items", back(engine, job).replace(b"J 2", b"J2"), "b.jsonl"))[1] == 1


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (b"", "a.csv", "Expected a first line"),
        (b"gtin,lot\n", "a.csv", "Expected the column serial"),
        (b"gtin,serial,colour\n", "a.csv", "got 'colour'"),
        (b"gtin,serial,gtin\n", "a.csv", "got it twice"),
        ("gtin,serial\n".encode("utf-16"), "a.csv", "UTF-16"),
        (b"PK\x03\x04nonsense", "a.xlsx", "Expected an Excel workbook"),
        (b"{", "a.json", "Expected JSON"),
        (b"[1]", "a.json", "Expected an object"),
        (b'{"gtin":"1","colour":1}', "a.jsonl", "Expected only the keys"),
        (b'gtin,serial\n"' + b"x" * 200_000, "a.csv", "quotation mark"),
    ],
)
def test_file_that_cannot_be_read_says_what_was_expected(data, name, message, imports):
    job = send(imports, "items", data, name)
    assert job.status == "failed"
    assert message in job.failure


def test_bytes_that_are_no_text_spoil_one_row_only(engine, imports):
    job = send(imports, "items", f"gtin,serial\n{GTIN},\xff\n{GTIN},GOOD\n".encode("latin-1"))
    assert told(job) == ("done", 1, 0, 0, 1)
    assert "\ufffd" in back(engine, job).decode("utf-8-sig")


def test_unknown_kind_form_or_enterprise_is_refused_before_anything_is_kept(imports, tmp_path):
    for order, error in (
        (Order("e1", "cats", "a", "f.csv"), ImportRefusedError),
        (Order("nobody", "items", "a", "f.csv"), ImportRefusedError),
        (Order("e1", "items", "a", "f.exe"), TableError),
    ):
        with pytest.raises(error, match="Expected"):
            imports.accept(order, io.BytesIO(b""))
    assert not (tmp_path / "imports").exists()


KILLED = """
import os, signal, sys
from verify_app.enterprise import item_rows
from verify_app.enterprise.import_run import Imports
from verify_app.store.engine import open_engine
from pathlib import Path
item_rows.CHUNK = 100
steps = []
def progress(job):
    steps.append(job.position)
    if len(steps) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
Imports(open_engine(sys.argv[1]), Path(sys.argv[2])).run(sys.argv[3], progress)
"""


def test_import_killed_in_the_middle_goes_on_behind_what_it_has_written(registry_url, engine, tmp_path, monkeypatch):
    from verify_app.enterprise import import_run, item_rows
    from verify_app.store.import_jobs import find_job

    imports = Imports(engine, tmp_path / "imports")
    rows = "".join(f"{GTIN},K{number:05},L1\n" for number in range(1000)) + f"{GTIN},bad one,L1\n"
    order = Order("e1", "items", "an", "big.csv")
    job = imports.accept(order, io.BytesIO(f"gtin,serial,lot\n{rows}".encode()))
    script = [sys.executable, "-c", KILLED, registry_url, str(tmp_path / "imports"), job.id]
    ended = subprocess.run(script, check=False, env=os.environ | {"PYTHONPATH": str(Path.cwd())})
    assert ended.returncode == -signal.SIGKILL
    left = find_job(engine, job.id)
    assert (left.status, left.position, left.fresh) == ("running", 301, 300)
    assert imports.run(job.id) is None, "its runner may still live: the lease has not run out"
    again = imports.accept(order, io.BytesIO(f"gtin,serial,lot\n{rows}".encode()))
    assert again.id == job.id, "the same file goes on with the same job"
    now = import_run._now
    monkeypatch.setattr(import_run, "_now", lambda: now() + 61_000)
    seen = []
    monkeypatch.setattr(item_rows, "CHUNK", 100)
    done = imports.run(job.id, lambda job: seen.append(job.position))
    assert seen[0] == 401, "nothing is written a second time"
    assert told(done) == ("done", 1000, 0, 0, 1)
    with reading(engine) as connection:
        assert len(list_items(connection, GTIN, "L1", limit=2000)) == 1003
        assert last_lot(connection, GTIN, "L1").uploaded == 1003


def test_full_disk_is_an_error_and_leaves_no_half_file(imports, tmp_path):
    class Torn(io.BytesIO):
        def read(self, size=-1):
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        imports.accept(Order("e1", "items", "a", "f.csv"), Torn())
    assert list((tmp_path / "imports").iterdir()) == []
