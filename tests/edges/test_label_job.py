"""Printing a batch: whole parts, taken up after a kill, read back by other decoders than made them."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from tests.registry_samples import GTIN
from verify_app.domain.label_template import TEMPLATES, TemplateError
from verify_app.domain.parse import parse
from verify_app.domain.serial_scheme import SerialKeys, SerialKind, check, fingerprint
from verify_app.domain.serial_scheme import SerialScheme as Scheme
from verify_app.enterprise import label_job
from verify_app.enterprise.batch_serials import batch_serials
from verify_app.enterprise.label_job import LabelJobError, LabelOrder, LabelWork, Progress, progress, run
from verify_app.images.print_files import eps
from verify_app.images.symbols import quick_modules, read_back
from verify_app.store.code_batches import Batch

KEYS = SerialKeys(b"m" * 32, "e1", GTIN)
BATCH = Batch("b1", GTIN, "L1", SerialKind.SIGNED, 0, 500, 25, "ana", 1)
BASE = "https://tra-cuu.example"


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(label_job, "PART", 10)
    monkeypatch.setattr(label_job.os, "sched_getaffinity", lambda _pid: {0})  # parts of ten, so in this process


def tables(folder: Path) -> list[dict[str, str]]:
    return [row for file in sorted(folder.glob("part-*.csv")) for row in csv.DictReader(file.open(encoding="utf-8"))]


def test_every_label_is_in_a_part_and_in_its_table(tmp_path):
    told: list[Progress] = []
    files = run(LabelWork(BATCH, KEYS, LabelOrder(base_url=BASE), tmp_path), told.append)
    assert [file.name for file in files] == [f"part-0000{part}.{kind}" for part in (1, 2, 3) for kind in ("csv", "zip")]
    assert [now.done for now in told] == [0, 10, 20, 25]
    rows = tables(tmp_path)
    assert [row["serial"] for row in rows] == list(batch_serials(BATCH, KEYS))
    scheme = Scheme(SerialKind.SIGNED, fingerprint=fingerprint(KEYS.master))
    assert all(check(scheme, KEYS, row["serial"]) for row in rows)
    assert parse(rows[3]["content"]).serial == rows[3]["serial"]
    archive, name = rows[12]["file"].split("/")
    with zipfile.ZipFile(tmp_path / archive) as opened:
        assert len(opened.namelist()) == 10
        assert rows[12]["serial"] in opened.read(name).decode()


def test_a_killed_job_writes_only_what_is_missing(tmp_path, monkeypatch):
    order, writer, written = LabelOrder(base_url=BASE), label_job._write_part, []

    def stops(work):
        if len(written) == 1:
            raise KeyboardInterrupt
        written.append(work.part)
        return writer(work)

    monkeypatch.setattr(label_job, "_write_part", stops)
    with pytest.raises(KeyboardInterrupt):
        run(LabelWork(BATCH, KEYS, order, tmp_path))
    assert progress(tmp_path, BATCH) == Progress(10, 25)
    before = (tmp_path / "part-00001.zip").stat().st_mtime_ns
    monkeypatch.setattr(label_job, "_write_part", writer)
    assert len(run(LabelWork(BATCH, KEYS, order, tmp_path))) == 6
    assert (tmp_path / "part-00001.zip").stat().st_mtime_ns == before
    assert progress(tmp_path, BATCH) == Progress(25, 25)


def test_a_folder_with_another_job_is_left_alone(tmp_path):
    run(LabelWork(BATCH, KEYS, LabelOrder(base_url=BASE), tmp_path))
    with pytest.raises(LabelJobError, match="the same as before"):
        run(LabelWork(BATCH, KEYS, LabelOrder(base_url=BASE, kind="datamatrix"), tmp_path))
    with pytest.raises(LabelJobError, match="Expected qr or datamatrix"):
        run(LabelWork(BATCH, KEYS, LabelOrder(format="gif"), tmp_path / "other"))


@pytest.mark.parametrize("kind", ["qr", "datamatrix"])
def test_png_files_are_read_by_a_decoder(tmp_path, kind):
    run(LabelWork(BATCH, KEYS, LabelOrder(kind, "png", BASE), tmp_path))
    with zipfile.ZipFile(tmp_path / "part-00001.zip") as opened:
        for name, row in zip(opened.namelist()[:3], tables(tmp_path), strict=False):
            (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(opened.read(name))))
            assert parse(found.text if kind == "qr" else "]d2" + found.text) == parse(
                f"(01){GTIN}(10)L1(21){row['serial']}"
            )


def test_a_symbol_that_does_not_read_back_stops_the_job_before_its_part_is_there(tmp_path, monkeypatch):
    monkeypatch.setattr(label_job, "read_back", lambda _symbol: "something else")
    with pytest.raises(LabelJobError, match="Expected a symbol that reads"):
        run(LabelWork(BATCH, KEYS, LabelOrder(base_url=BASE), tmp_path))
    assert progress(tmp_path, BATCH).done == 0


def test_symbols_of_the_quick_writer_are_read_by_another_library():
    code = parse(f"/01/{GTIN}/10/L1/21/0ABCDEFGHJKMNPQRS")
    assert read_back(quick_modules(code, BASE, "qr")) == f"{BASE}{code.path}"


def test_sheets_are_pdf_pages_with_one_label_for_each_serial(tmp_path):
    run(LabelWork(BATCH, KEYS, LabelOrder("qr", "pdf", BASE, template=TEMPLATES["a4-35-cut"]), tmp_path))
    pages = sum(int(re.search(rb"/Count (\d+)", file.read_bytes())[1]) for file in sorted(tmp_path.glob("part-*.pdf")))
    assert pages == 3  # parts of 10, 10 and 5 labels, twenty to a page
    assert tables(tmp_path)[24]["file"] == "part-00003.pdf"


def test_a_label_too_small_for_its_quiet_zone_is_refused(tmp_path):
    from dataclasses import replace

    small = replace(TEMPLATES["a4-24"], label=(18.0, 18.0))
    with pytest.raises(TemplateError, match="quiet zone"):
        run(LabelWork(BATCH, KEYS, LabelOrder("qr", "pdf", BASE, template=small), tmp_path))


def test_eps_holds_every_module_and_escapes_its_text():
    code = parse(f"/01/{GTIN}/21/A%28B")
    made = quick_modules(code, BASE, "qr")
    text = eps(made, 0.5, ("(21) A(B",)).decode()
    assert text.startswith("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 ")
    dark = sum(row.count(1) for row in made.rows)
    assert sum(int(run) for run in re.findall(r"^\d+ \d+(?:\.\d+)? (\d+) r$", text, re.MULTILINE)) == dark
    assert r"(\(21\) A\(B)" in text
