"""How fast items come in, into SQLite if no other database is named:

python -m benchmarks.imports [--rows 1000000] [--once] [--database URL | --postgresql ["-c NAME=VALUE …"]]

`--postgresql` starts a server of its own with the defaults of a new installation (durable writes, 128 MB of buffers),
but for what it is given.

Writes a CSV file of one enterprise with random serial numbers, imports it twice (all new, then all known) and prints
rows per second, wall time included from the opening of the file to the end of the job, and the peak of memory; with
`--once` only all new. Each million rows on the way is told with its own rate and the memory held at that moment.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from benchmarks.own_postgres import own_postgres
from verify_app.domain.passport import LotPart, ModelPart
from verify_app.domain.registry import Enterprise, EnterpriseKind, LotRecord, Registry, Tenant
from verify_app.domain.text import Text
from verify_app.enterprise.import_run import ImportJob, Imports, Order
from verify_app.store.engine import open_engine
from verify_app.store.migrate import migrate
from verify_app.store.registry import write_registry

GTIN = "09521234543213"
ROWS_OF_A_LOT = 100_000
TOLD_ROWS = 1_000_000


def main() -> None:
    """Run the benchmark and print one line for each of the two imports."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=1_000_000)
    arguments.add_argument("--database", default="")
    arguments.add_argument("--postgresql", nargs="?", const="-c shared_buffers=128MB", default="")
    arguments.add_argument("--once", action="store_true")
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        own = stack.enter_context(own_postgres(asked.postgresql)) if asked.postgresql else ""
        url = asked.database or own or f"sqlite:///{folder}/registry.sqlite3"
        lots = [f"L{number:04}" for number in range(-(-asked.rows // ROWS_OF_A_LOT))]
        prepare(url, lots)
        file = write_file(Path(folder) / "items.csv", asked.rows, lots)
        print(f"{url.split(':')[0]}, {asked.rows:,} rows, {file.stat().st_size / 1e6:,.0f} MB of CSV")
        for round_ in ("all new", "all known")[: 1 if asked.once else 2]:
            measure(url, Path(folder), file, round_)


def prepare(url: str, lots: list[str]) -> None:
    """An empty registry with one product and its lots."""
    migrate(url)
    name = Text.of("Ví Dụ")
    write_registry(
        open_engine(url),
        Registry(
            tenants=(Tenant("gia-lai", name),),
            enterprises=(Enterprise("e1", "gia-lai", EnterpriseKind.COMPANY, name, name),),
            models=(ModelPart(GTIN, name, "e1", ()),),
            lots=tuple(LotRecord(GTIN, LotPart(lot)) for lot in lots),
        ),
    )


def write_file(path: Path, rows: int, lots: list[str]) -> Path:
    """CSV of items with twelve random digits and letters each, lot after lot."""
    bits = random.Random(952).getrandbits
    with path.open("w", encoding="utf-8") as file:
        file.write("gtin,serial,lot\n")
        for number in range(rows):
            file.write(f"{GTIN},{bits(48):012X},{lots[number // ROWS_OF_A_LOT]}\n")
    return path


class Told:
    """Tells of each million rows: how fast they came, and how much memory this process holds."""

    def __init__(self) -> None:
        self._rows, self._since = 0, time.perf_counter()

    def __call__(self, job: ImportJob) -> None:
        """See how far an import is."""
        if job.position - self._rows < TOLD_ROWS:
            return
        now, pages = time.perf_counter(), int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        rate = (job.position - self._rows) / (now - self._since)
        print(f"  {job.position:,} rows: {rate:,.0f} rows/s, {pages * resource.getpagesize() / 2**20:,.0f} MiB held")
        self._rows, self._since = job.position, now


def measure(url: str, folder: Path, file: Path, round_: str) -> None:
    """Import the file once and print what it took; the file's copy into the service is told apart."""
    imports = Imports(open_engine(url), folder / "imports")
    begun = time.perf_counter()
    with file.open("rb") as source:
        job = imports.accept(Order("e1", "items", "bench", file.name), source)
    kept, busy = time.perf_counter(), time.process_time()
    done = imports.run(job.id, Told())
    spent, busy = time.perf_counter() - kept, time.process_time() - busy
    assert done is not None
    assert done.status == "done", done.failure
    rows = done.fresh + done.changed + done.same + done.bad
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{round_}: {rows / spent:,.0f} rows/s ({done.fresh:,} new, {done.same:,} as they were), {spent:.1f} s "
        f"({busy:.1f} s of this process's CPU), "
        f"keeping the file {kept - begun:.1f} s, peak {peak:,.0f} MiB"
    )


if __name__ == "__main__":
    main()
