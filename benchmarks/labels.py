"""Labels a second of one core, beside bare segno on the same core at the same time.

.venv/bin/python -m benchmarks.labels
"""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import segno

from verify_app.domain.serial_scheme import SerialKeys, SerialKind
from verify_app.enterprise.label_job import FORMATS, PART, LabelOrder, LabelWork, run
from verify_app.store.code_batches import Batch

BASE = "https://tra-cuu.example"
GTIN = "09521234543213"


def rate(count: int, act: Callable[[], object]) -> float:
    """How many a second of processor time."""
    began = time.process_time()
    act()
    return count / (time.process_time() - began)


def bare(count: int) -> None:
    """Make and save so many symbols with segno alone."""
    for number in range(count):
        made = segno.make_qr(f"{BASE}/01/{GTIN}/10/L1/21/0K7F3Q2ABCDE{number:05}", error="m", boost_error=False)
        made.save(io.BytesIO(), kind="svg")


def main() -> None:
    """Print a line for each format; one part is made in this process, so that its time is counted."""
    keys = SerialKeys(b"m" * 32, "e1", GTIN)
    batch = Batch("b1", GTIN, "L1", SerialKind.SIGNED, 0, 0, PART, "benchmark", 0)
    for name in FORMATS:
        with tempfile.TemporaryDirectory() as folder:
            order = LabelOrder("qr", name, BASE)
            few = Batch("b0", GTIN, "L1", SerialKind.SIGNED, 0, 0, 10, "benchmark", 0)
            run(LabelWork(few, keys, order, Path(folder) / "warm"))
            work = LabelWork(batch, keys, order, Path(folder) / "part")
            print(f"{name}: {rate(PART, lambda: run(work)):.0f} labels a second")  # noqa: B023
    print(f"bare segno, SVG: {rate(100, lambda: bare(100)):.0f} symbols a second")


if __name__ == "__main__":
    main()
