"""Codes and labels from the enterprise's pages: ordered there, made in the background, in turns, so that nothing else
waits long; a killed worker goes on where it was."""

from __future__ import annotations

import csv
import io
import json
import os
import secrets
import shutil
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from ..domain.code import Code
from ..domain.label_template import TEMPLATES, LabelTemplate, TemplateError
from ..images.symbols import digital_link, quick_modules
from ..store import print_jobs
from ..store.code_batches import BatchError, fail_batch, waiting_batch
from ..store.engine import Engine, ask, reading, writing
from ..store.owners import gtin_owners, known_lots
from ..store.print_jobs import PrintJob
from .codes import Batch, CodeDesk, Order
from .label_job import FORMATS, LabelJobError, LabelOrder, step

__all__ = ["KEPT_DAYS", "Batch", "BatchError", "CodeOffice", "LabelJobError", "Order", "PrintJob", "TemplateError"]

_TURN = 12 * (os.cpu_count() or 1)  # parts of a thousand labels before other work has its turn: some twenty seconds
_HOLD_MS = 900_000
_DAY_MS = 86_400_000
KEPT_DAYS = 30  # a million labels are gigabytes; they can be made again from the batch, the same to the last bit
_CHUNK = 64 * 1024

Show = Callable[[str, str], object]


class CodeOffice:
    """Codes of the enterprises of one installation. Labels lie in folders below `folder`; `purge` shows what changed
    for a GTIN and lot, `purge_item` for an item."""

    def __init__(self, desk: CodeDesk, engine: Engine, folder: Path, *, purge: Show, purge_item: Show) -> None:
        self._desk, self._engine, self._folder = desk, engine, folder
        self._purge, self._purge_item = purge, purge_item
        self._runner = f"{os.getpid()}-{secrets.token_hex(4)}"

    def order(self, enterprise_id: str, order: Order) -> Batch:
        """Accept an order of serials for the background. Raises `BatchError`, `SchemeError`."""
        self._check_own(enterprise_id, order.gtin)
        if order.lot and not ask(self._engine, lambda connection: known_lots(connection, [(order.gtin, order.lot)])):
            raise BatchError(f"Expected a known lot of {order.gtin}, got {order.lot!r}.")
        return self._desk.order(replace(order, queued=True))

    def batches(self, gtins: list[str]) -> tuple[Batch, ...]:
        """The latest batches of products."""
        return self._desk.batches(gtins)

    def batch(self, enterprise_id: str, batch_id: str) -> Batch:
        """A batch of an enterprise. Raises `BatchError`."""
        found = self._desk.batch(batch_id)
        self._check_own(enterprise_id, found.gtin)
        return found

    def issue_next(self) -> Batch | None:
        """Issue the next part of the oldest order; None if none waits. An order that cannot go on says why."""
        with reading(self._engine) as connection:
            batch = waiting_batch(connection)
        if batch is None:
            return None
        try:
            made = self._desk.run_part(batch)
        except BatchError as error:
            if self._desk.batch(batch.id).issued == batch.issued:  # else another worker was first
                with writing(self._engine) as connection:
                    fail_batch(connection, batch.id, str(error))
            return batch
        if made.done:
            self._purge(made.gtin, made.lot)
        return made

    def serial_rows(self, batch: Batch, base_url: str) -> Iterator[str]:
        """The serials of a batch as lines of CSV, with the link of each."""
        lot = (("10", batch.lot),) if batch.lot else ()
        yield "gtin,lot,serial,link\r\n"
        for serial in self._desk.serials(batch):
            link = digital_link(Code("01", batch.gtin, (*lot, ("21", serial))), base_url)
            yield f'{batch.gtin},"{batch.lot}",{serial},{link}\r\n'

    def print(self, batch: Batch, wish: Mapping[str, Any], author: str) -> PrintJob:
        """Accept an order of labels. Refuses at once what could never be printed. Raises `LabelJobError`,
        `TemplateError`."""
        order, now = label_order(wish), time.time_ns() // 1_000_000
        first = next(self._desk.serials(batch, 0, 1))
        if order.format == "pdf":
            order.template.check()
            lot = (("10", batch.lot),) if batch.lot else ()
            code = Code("01", batch.gtin, (*lot, ("21", first)))
            made = quick_modules(code, order.base_url, order.kind)
            order.template.module(len(made.rows) + 2 * made.quiet)
        job = PrintJob(f"{now:012x}{secrets.token_hex(6)}", batch.id, json.dumps(wish), author, now, batch.wanted)
        print_jobs.add_print(self._engine, job)
        return job

    def prints(self, batch: Batch) -> tuple[PrintJob, ...]:
        """Orders of labels for a batch, the latest first."""
        return print_jobs.prints_of(self._engine, batch.id)

    def print_next(self) -> PrintJob | None:
        """Make the next labels of the oldest order, for one turn; None if none waits."""
        now = time.time_ns() // 1_000_000
        job = print_jobs.claim_print(self._engine, self._runner, now, now + _HOLD_MS)
        if job is None:
            return None
        try:
            order = label_order(json.loads(job.wish))
            at = step(self._desk.work(self._desk.batch(job.batch_id), order, self._folder / job.id), _TURN)
        except (LabelJobError, TemplateError, BatchError) as error:
            print_jobs.note_print(self._engine, job.id, status=print_jobs.FAILED, failure=str(error), held_by="")
            return job
        status = print_jobs.DONE if at.done >= at.total else print_jobs.WAITING
        print_jobs.note_print(self._engine, job.id, status=status, done=at.done, held_by="", held_until=0)
        return job

    def print_again(self, job: PrintJob, author: str) -> PrintJob:
        """Order the same labels once more. Raises what `print` raises."""
        return self.print(self._desk.batch(job.batch_id), json.loads(job.wish), author)

    def forget_next(self) -> PrintJob | None:
        """Take away the files of the oldest order that is older than `KEPT_DAYS`; None if there is none. Raises
        `OSError`. Stopped in between, the next call goes on."""
        now = time.time_ns() // 1_000_000
        job = print_jobs.old_print(self._engine, now - KEPT_DAYS * _DAY_MS)
        if job is None:
            return None
        folder = self._folder / job.id
        if folder.exists():
            shutil.rmtree(folder)
        print_jobs.note_print(self._engine, job.id, status=print_jobs.GONE)
        return job

    def find_print(self, enterprise_id: str, job_id: str) -> PrintJob | None:
        """An order of labels of an enterprise, None for none."""
        return print_jobs.find_print(self._engine, enterprise_id, job_id)

    def files(self, job: PrintJob) -> list[Path]:
        """The whole files of an order, in their order."""
        return [path for path in sorted((self._folder / job.id).glob("part-*")) if path.suffix != ".tmp"]

    def withdraw(self, enterprise_id: str, code: Code, reason: str, author: str) -> None:
        """Take a carrier out of use. Raises `BatchError`."""
        self._check_own(enterprise_id, code.gtin)
        self._desk.withdraw(code.gtin, code.serial, reason, author)
        self._purge_item(code.gtin, code.serial)

    def reissue(self, enterprise_id: str, code: Code, reason: str, author: str) -> Batch:
        """Replace a carrier by a new one of the same lot; returns its batch of one. Raises `BatchError`."""
        self._check_own(enterprise_id, code.gtin)
        fresh = self._desk.reissue(code.gtin, code.serial, reason, author)
        self._purge_item(code.gtin, code.serial)
        self._purge_item(code.gtin, fresh)
        return self._desk.batches([code.gtin])[0]

    def _check_own(self, enterprise_id: str, gtin: str) -> None:
        owner = ask(self._engine, lambda connection: gtin_owners(connection, [gtin])).get(gtin)
        if not owner or owner != enterprise_id:
            raise BatchError(f"Expected a product of {enterprise_id}, got {gtin!r}.")


def label_order(wish: Mapping[str, Any]) -> LabelOrder:
    """The look of labels from what a form says. Raises `LabelJobError`, `TemplateError`."""
    kind, form, template = wish.get("kind", "qr"), wish.get("format", "pdf"), wish.get("template", "a4-24")
    if kind not in ("qr", "datamatrix") or form not in FORMATS:
        raise LabelJobError(f"Expected qr or datamatrix as {', '.join(FORMATS)}, got {kind!r} as {form!r}.")
    if isinstance(template, str) and template not in TEMPLATES:
        raise TemplateError(f"Expected one of {', '.join(TEMPLATES)}, got {template[:40]!r}.")
    sheet = TEMPLATES[template] if isinstance(template, str) else _own_template(template)
    lines = tuple(str(line)[:60] for line in wish.get("lines", ()) if str(line).strip())[:3]
    return LabelOrder(kind, form, wish["base_url"], template=sheet, lines=lines)


def _own_template(sizes: Mapping[str, Any]) -> LabelTemplate:
    known = asdict(LabelTemplate())
    values: dict[str, Any] = {
        name: tuple(v) if isinstance(v, list) else v for name, v in sizes.items() if name in known
    }
    return LabelTemplate(**values)


def whole_table(files: list[Path]) -> Iterator[bytes]:
    """The tables of all parts as one, with one header."""
    for number, path in enumerate(path for path in files if path.suffix == ".csv"):
        rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8")))
        out = io.StringIO()
        csv.writer(out).writerows(row for place, row in enumerate(rows) if place or not number)
        yield out.getvalue().encode()


def whole_archive(files: list[Path]) -> Iterator[bytes]:
    """All files in one ZIP, written while it is sent: memory holds one piece of it."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        for path in files:
            with path.open("rb") as source, archive.open(path.name, "w", force_zip64=True) as target:
                while block := source.read(_CHUNK):
                    target.write(block)
                    yield pipe.taken()
    yield pipe.taken()


class _Pipe(io.RawIOBase):
    """Where a ZIP is written to that nobody can go back in."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, piece: Any) -> int:
        """Keep a piece until it is taken."""
        self._pieces.append(bytes(piece))
        return len(piece)

    def taken(self) -> bytes:
        """What was written since the last time."""
        made, self._pieces = b"".join(self._pieces), []
        return made
