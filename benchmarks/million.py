"""A whole order as the background makes it: serials, then symbols with their tables, by all cores, with checks.

.venv/bin/python -m benchmarks.million [--codes 1000000] [--format svg] [--seconds 480] [--folder var/million]

Beside it, at the end, bare segno by as many processes as there are cores, so that both had the same machine. Stopped by
`--seconds` it tells of what was made until then.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import shutil
import sqlite3
import tempfile
import time
import zipfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from benchmarks.imports import GTIN, prepare
from benchmarks.labels import BASE, bare
from verify_app.enterprise.code_office import Batch, CodeOffice, Order
from verify_app.enterprise.codes import CodeDesk
from verify_app.enterprise.label_job import FORMATS
from verify_app.store.engine import open_engine
from verify_app.store.print_jobs import WAITING

_SECRET = b"m" * 32
_BARE = 300  # symbols of each process


def main() -> None:
    """Issue, print, check, compare; a line for each."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--codes", type=int, default=1_000_000)
    arguments.add_argument("--format", choices=FORMATS, default="svg")
    arguments.add_argument("--seconds", type=float, default=1e9)
    arguments.add_argument(
        "--folder", type=Path, help="where the files are written for a while; else in the temporary folder"
    )
    asked = arguments.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="million-", dir=asked.folder))
    try:
        url = f"sqlite:///{folder}/registry.sqlite3"
        prepare(url, ["L0000"])
        engine = open_engine(url)
        show = lambda *_: None  # noqa: E731 - nothing is shown here
        office = CodeOffice(CodeDesk(engine, _SECRET), engine, folder / "labels", purge=show, purge_item=show)
        batch = issue(office, asked.codes, folder)
        made, seconds = print_labels(office, batch, asked.format, asked.seconds)
        check(folder / "labels", made)
        cores = len(os.sched_getaffinity(0))
        mine, theirs = made / seconds / cores, bare_rate(cores)
        print(
            f"{asked.format}: {mine:,.0f} a second and core; bare segno, SVG: {theirs:,.0f}; ratio {mine / theirs:.1f}"
        )
    finally:
        shutil.rmtree(folder)


def issue(office: CodeOffice, count: int, folder: Path) -> Batch:
    """Order serials and let the background issue them."""
    begun = time.perf_counter()
    batch = office.order("e1", Order(GTIN, "L0000", count, "benchmark"))
    while office.issue_next():
        pass
    spent = time.perf_counter() - begun
    with sqlite3.connect(folder / "registry.sqlite3") as base:
        (known,) = base.execute("SELECT count(*) FROM item").fetchone()
    assert known == count, known
    print(f"{count:,} serials: {spent:.0f} s, {count / spent:,.0f} a second, {memory()}")
    return office.batch("e1", batch.id)


def print_labels(office: CodeOffice, batch: Batch, form: str, most: float) -> tuple[int, float]:
    """Order labels and let the background make them, turn by turn; how many in how many seconds."""
    begun = time.perf_counter()
    job = office.print(batch, {"format": form, "base_url": BASE}, "benchmark")
    while office.print_next() and time.perf_counter() - begun < most:
        pass
    spent = time.perf_counter() - begun
    (held,) = office.prints(batch)
    assert held.id == job.id
    assert not held.failure, held.failure
    stopped = " (stopped by --seconds)" if held.status == WAITING else ""
    told = f"{held.done:,} of {held.total:,} labels as {form}{stopped}: {spent:.0f} s"
    print(f"{told}, {held.done / spent:,.0f} a second, {memory()}")
    return held.done, spent


def check(folder: Path, made: int) -> None:
    """Every label is there once: rows of the tables, serials, files in the archives."""
    serials: set[str] = set()
    rows = files = size = 0
    for table in folder.glob("*/part-*.csv"):
        with table.open(encoding="utf-8") as source:
            for row in csv.DictReader(source):
                serials.add(row["serial"])
                rows += 1
        size += table.stat().st_size
    for path in folder.glob("*/part-*.zip"):
        with zipfile.ZipFile(path) as archive:
            files += len(archive.namelist())
        size += path.stat().st_size
    assert rows == len(serials) == made, (rows, len(serials), made)
    assert files in (0, made), (files, made)
    read = -(-made // 1000)  # the job itself reads the first of each thousand back, and fails otherwise
    print(f"{rows:,} rows in the tables, {files:,} files in archives, {size / 1e6:,.0f} MB; {read:,} symbols read back")


def bare_rate(cores: int) -> float:
    """Symbols a second and core of bare segno, with all cores at work."""
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        list(pool.map(bare, [5] * cores))  # imported
        begun = time.perf_counter()
        list(pool.map(bare, [_BARE] * cores))
        return _BARE / (time.perf_counter() - begun)


def memory() -> str:
    """Peaks of this process and of its largest child."""
    own, children = (
        resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return f"peak {own:,.0f} MiB, largest child {children:,.0f} MiB"


if __name__ == "__main__":
    main()
