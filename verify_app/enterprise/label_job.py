"""Printing a whole batch of serials: symbols or sheets in parts, by all cores, resumable, each thousandth read back.

A job is a folder: `job.json` says what was ordered, `part-00001.zip` (or `.pdf`) and `part-00001.csv` hold 1,000 labels
each. A part appears under its name only when it is whole and on the disk, so that a killed job goes on with the parts
that are missing, and memory never holds more than two parts a core.
"""

from __future__ import annotations

import csv
import io
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import asdict, dataclass, replace
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from ..domain.code import Code
from ..domain.label_template import TEMPLATES, LabelTemplate
from ..domain.serial_scheme import SerialKeys
from ..images.print_files import eps, sheets
from ..images.symbols import Modules, digital_link, draw, element_string, quick_modules, read_back
from ..store.code_batches import Batch
from ..store.whole_file import keep_whole
from .batch_serials import batch_serials
from .label_text import text_for_people

PART = 1_000
"""Labels of one part; the first of each is read back by the service's own decoder."""
FORMATS = ("svg", "png", "eps", "pdf")
_COLUMNS = ("number", "gtin", "lot", "serial", "content", "text", "file")


class LabelJobError(ValueError):
    """A job that cannot be done; the message says what was expected and what came."""


@dataclass(frozen=True, slots=True)
class LabelOrder:
    """What to print of a batch: `kind` "qr" or "datamatrix"; `format` one of `FORMATS`; `scale` pixels a module of a
    PNG; `module_mm` a module's width in an EPS; `template` the sheet of a PDF; `lines` more lines for people (NSX)."""

    kind: str = "qr"
    format: str = "svg"
    base_url: str = "https://id.gs1.org"
    scale: int = 8
    module_mm: float = 0.5
    template: LabelTemplate = TEMPLATES["a4-24"]
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: labels that are whole files, of all."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class LabelWork:
    """All that a job needs, and with `part` all that a process needs for one part of it."""

    batch: Batch
    keys: SerialKeys
    order: LabelOrder
    folder: Path
    part: int = 0


def progress(folder: Path, batch: Batch) -> Progress:
    """How far the job of a folder is."""
    return Progress(sum(_size(batch, part) for part in range(_parts(batch)) if _is_whole(folder, part)), batch.wanted)


def run(work: LabelWork, told: Callable[[Progress], None] = lambda _now: None) -> list[Path]:
    """Write the parts that are missing and return all files of the job, CSV files too. Raises `LabelJobError` for a
    folder that holds another job, for an impossible order, and for a symbol that does not read back; `OSError`."""
    for now in _made(work, None):
        told(now)
    return sorted(work.folder.glob("part-*"))


def step(work: LabelWork, most: int) -> Progress:
    """Write at most so many of the parts that are missing; returns how far the job is. Raises what `run` raises."""
    *_, at = _made(work, most)
    return at


def _made(work: LabelWork, most: int | None) -> Iterator[Progress]:
    """Progress at the beginning and behind each part."""
    batch = work.batch
    _begin(batch, work.order, work.folder)
    missing = [part for part in range(_parts(batch)) if not _is_whole(work.folder, part)][:most]
    done = progress(work.folder, batch).done
    yield Progress(done, batch.wanted)
    for part in _all_done((replace(work, part=part) for part in missing), len(missing)):
        done += _size(batch, part)
        yield Progress(done, batch.wanted)


def _all_done(works: Iterator[LabelWork], count: int) -> Iterator[int]:
    """Numbers of parts as they become whole. One process for each core; never more than two parts a core at once."""
    cores = min(len(os.sched_getaffinity(0)), count)
    if cores <= 1:
        yield from map(_write_part, works)
        return
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        running: set[Future[int]] = {pool.submit(_write_part, work) for work in islice(works, 2 * cores)}
        while running:
            ready, running = wait(running, return_when=FIRST_COMPLETED)
            running |= {pool.submit(_write_part, work) for work in islice(works, len(ready))}
            for future in ready:
                yield future.result()


def _begin(batch: Batch, order: LabelOrder, folder: Path) -> None:
    if order.format not in FORMATS or order.kind not in ("qr", "datamatrix"):
        raise LabelJobError(f"Expected qr or datamatrix as {', '.join(FORMATS)}, got {order.kind} as {order.format}.")
    wanted = json.dumps({"batch": batch.id, "order": asdict(order)}, indent=1, sort_keys=True)
    folder.mkdir(parents=True, exist_ok=True)
    head = folder / "job.json"
    if not head.exists():
        keep_whole(head, wanted.encode())
    elif head.read_text(encoding="utf-8") != wanted:
        raise LabelJobError(f"Expected the job of {folder} to be the same as before, got another order.")


def _write_part(work: LabelWork) -> int:
    """One part: its labels and its table, the table last, for it says that the part is whole."""
    start = work.part * PART
    serials = batch_serials(work.batch, work.keys, start, start + PART)
    labels = [_label(work, place, serial) for place, serial in enumerate(serials, start + 1)]
    made = [(number, code, quick_modules(code, work.order.base_url, work.order.kind)) for number, code in labels]
    _check_readable(work, *made[0][1:])
    extension = "pdf" if work.order.format == "pdf" else "zip"
    name = f"part-{work.part + 1:05}"
    if extension == "pdf":
        pairs = ((symbol, _text(code, work.order)) for _, code, symbol in made)
        keep_whole(work.folder / f"{name}.pdf", sheets(pairs, work.order.template))
    else:
        keep_whole(work.folder / f"{name}.zip", _zipped(made, work.order))
    keep_whole(work.folder / f"{name}.csv", _table(made, work, f"{name}.{extension}"))
    return work.part


def _label(work: LabelWork, number: int, serial: str) -> tuple[int, Code]:
    lot = (("10", work.batch.lot),) if work.batch.lot else ()
    return number, Code("01", work.batch.gtin, (*lot, ("21", serial)))


def _text(code: Code, order: LabelOrder) -> tuple[str, ...]:
    return (*text_for_people(code), *order.lines)


def _zipped(made: list[tuple[int, Code, Modules]], order: LabelOrder) -> bytes:
    out = io.BytesIO()
    packing = zipfile.ZIP_STORED if order.format == "png" else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(out, "w", packing, compresslevel=1) as archive:
        for number, code, symbol in made:
            archive.writestr(_file(number, code, order), _drawn(symbol, code, order))
    return out.getvalue()


def _drawn(symbol: Modules, code: Code, order: LabelOrder) -> bytes:
    text = _text(code, order)
    return (
        eps(symbol, order.module_mm, text) if order.format == "eps" else draw(symbol, order.format, order.scale, text)
    )


def _file(number: int, code: Code, order: LabelOrder) -> str:
    return f"{number:08}_{code.serial}.{order.format}"


def _table(made: list[tuple[int, Code, Modules]], work: LabelWork, part: str) -> bytes:
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(_COLUMNS)
    order = work.order
    for number, code, _ in made:
        content = digital_link(code, order.base_url) if order.kind == "qr" else element_string(code)
        where = part if order.format == "pdf" else f"{part}/{_file(number, code, order)}"
        rows.writerow((number, code.value, code.lot, code.serial, content, " ".join(_text(code, order)), where))
    return out.getvalue().encode()


def _check_readable(work: LabelWork, code: Code, symbol: Modules) -> None:
    order = work.order
    expected = digital_link(code, order.base_url) if order.kind == "qr" else element_string(code)
    found = read_back(symbol)
    if found != expected:
        raise LabelJobError(f"Expected a symbol that reads {expected!r}, got one that reads {found!r}.")


def _parts(batch: Batch) -> int:
    return -(-batch.wanted // PART)


def _size(batch: Batch, part: int) -> int:
    return min(PART, batch.wanted - part * PART)


def _is_whole(folder: Path, part: int) -> bool:
    return (folder / f"part-{part + 1:05}.csv").exists()
