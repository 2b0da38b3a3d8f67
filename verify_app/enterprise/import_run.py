"""One import from its file to its end: in steps, each a transaction that also moves the job on.

A runner may be killed at any moment: what a transaction wrote and how far the job is change together, so the next
runner reads on behind the last finished step. The rows before it are read past, not written again.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import dropwhile, islice
from pathlib import Path
from typing import IO

from ..store import import_jobs
from ..store.bulk_items import Written, count_uploaded, prepare_bulk, takes_rows_beside_us
from ..store.drafts import find_enterprise
from ..store.engine import Connection, Engine, reading, writing
from ..store.import_jobs import BadRow, ImportJob, Step
from ..store.whole_file import whole_file
from . import item_rows, record_rows
from .columns import KINDS, HeaderError, columns_at
from .item_rows import ItemRows
from .record_rows import Author, RecordRows
from .row_problems import Row
from .table_files import Table, TableError, form_of, open_table

__all__ = ["ImportJob", "ImportRefusedError", "Imports", "Order"]

MOST_BAD = 100_000  # refused rows after which a file is taken for one of another kind
_BLOCK = 1024 * 1024

Progress = Callable[[ImportJob], None]
_Chunk = tuple[list[Row], int]


class ImportRefusedError(ValueError):
    """The import cannot be begun; the message says what was expected and what came."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be imported: `kind` is one of `columns.KINDS`; a dry run writes nothing but its report."""

    enterprise_id: str
    kind: str
    author: str
    file_name: str
    dry_run: bool = False


class Imports:
    """Imports of one installation: their files lie in `folder`, their state in the database; `purge` shows what
    changed for a GTIN; `secret` is the installation's."""

    def __init__(
        self, engine: Engine, folder: Path, purge: Callable[[str, str], object] = lambda *_: None, secret: bytes = b""
    ) -> None:
        self._engine, self._folder, self._purge, self._secret = engine, folder, purge, secret
        self._runner = f"{os.getpid()}-{secrets.token_hex(4)}"

    def accept(self, order: Order, source: IO[bytes]) -> ImportJob:
        """Keep a file on the disk and make its job, or give the unfinished job of the same file.

        Raises `ImportRefusedError`, `TableError` for a file of no known form, and `OSError` for a full disk.
        """
        form = form_of(order.file_name)
        if order.kind not in KINDS:
            raise ImportRefusedError(f"Expected one of {', '.join(KINDS)}, got {order.kind[:40]!r}.")
        with reading(self._engine) as connection:
            if find_enterprise(connection, order.enterprise_id) is None:
                raise ImportRefusedError(f"Expected a registered enterprise, got {order.enterprise_id[:60]!r}.")
        self._folder.mkdir(parents=True, exist_ok=True)
        number = f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(8)}"
        digest, size = _keep(source, self._path(number))
        job = ImportJob(
            id=number,
            enterprise_id=order.enterprise_id,
            kind=order.kind,
            form=form,
            file_name=Path(order.file_name).name[-120:],
            digest=digest,
            author=order.author,
            size=size,
            created_at=_now(),
            dry_run=order.dry_run,
        )
        known = import_jobs.same_file(self._engine, job)
        if known is not None:
            self._path(number).unlink(missing_ok=True)
            return known
        import_jobs.add_job(self._engine, job)
        return job

    def find(self, enterprise_id: str, job_id: str) -> ImportJob | None:
        """A job of an enterprise, None for none."""
        job = import_jobs.find_job(self._engine, job_id)
        return job if job and job.enterprise_id == enterprise_id else None

    def all(self, enterprise_id: str) -> tuple[ImportJob, ...]:
        """Jobs of an enterprise, the latest first."""
        return import_jobs.list_jobs(self._engine, enterprise_id)

    def run_next(self) -> ImportJob | None:
        """Bring the oldest waiting job to its end; None if none waits."""
        for job_id in import_jobs.waiting_jobs(self._engine, _now()):
            if done := self.run(job_id):
                return done
        return None

    def run(self, job_id: str, progress: Progress | None = None) -> ImportJob | None:
        """Bring a job to its end, from where it stands; None if another runner holds it or it has ended.

        Raises `StoreUnavailable`; the job then waits for the next runner.
        """
        job = import_jobs.claim_job(self._engine, job_id, self._runner, _now())
        if job is None:
            return None
        try:
            with open_table(self._path(job_id), job.form, job.kind) as table:
                job = self._rows(job, table, progress or (lambda _: None))
        except (TableError, HeaderError) as error:
            import_jobs.end_job(self._engine, job_id, import_jobs.FAILED, _now(), str(error))
        except import_jobs.LeaseLostError:
            return None
        except FileNotFoundError:
            import_jobs.end_job(self._engine, job_id, import_jobs.FAILED, _now(), "Expected the file on the disk.")
        except BaseException:
            import_jobs.release_job(self._engine, job_id)
            raise
        return import_jobs.find_job(self._engine, job_id)

    def _rows(self, job: ImportJob, table: Table, progress: Progress) -> ImportJob:
        taker, size = self._taker(job, table)
        import_jobs.note_header(self._engine, job.id, table.header)
        gtins = frozenset(job.gtins)
        read = _chunks(table, job.position, size)
        with closing(_ahead(read) if takes_rows_beside_us(self._engine) else read) as chunks:
            for chunk, read_bytes in chunks:
                with writing(self._engine) as connection:
                    written, bad = _taken(connection, taker, chunk, dry=job.dry_run)
                    gtins |= taker.gtins
                    step = Step(chunk[-1][0], min(read_bytes, job.size), written, bad, gtins)
                    import_jobs.note_step(connection, job, self._runner, step, _now())
                job = _moved(job, step)
                progress(job)
                if job.bad > MOST_BAD:
                    said = f"Expected at most {MOST_BAD:,} refused rows, got more; is it a file of {job.kind}?"
                    raise TableError(said)
        if gtins and not job.dry_run:
            with writing(self._engine) as connection:
                prepare_bulk(connection)
                count_uploaded(connection, sorted(gtins))
            for gtin in sorted(gtins):
                self._purge(gtin, "")
        import_jobs.end_job(self._engine, job.id, import_jobs.DONE, _now())
        if isinstance(taker, ItemRows) and taker.hides:
            self._path(job.id).unlink(missing_ok=True)
        return job

    def _taker(self, job: ImportJob, table: Table) -> tuple[ItemRows | RecordRows, int]:
        places = columns_at(job.kind, table.header)
        if job.kind == "items":
            return ItemRows(places, job.enterprise_id, self._secret), item_rows.CHUNK
        with reading(self._engine) as connection:
            enterprise = find_enterprise(connection, job.enterprise_id)
        if enterprise is None:
            raise TableError(f"Expected a registered enterprise, got {job.enterprise_id!r}.")
        return RecordRows(job.kind, places, Author(enterprise, job.author, _now())), record_rows.CHUNK

    def _path(self, job_id: str) -> Path:
        return self._folder / job_id


def _taken(
    connection: Connection, taker: ItemRows | RecordRows, chunk: Sequence[Row], *, dry: bool
) -> tuple[Written, list[BadRow]]:
    """Write a chunk; in a dry run everything is written and taken back, so that the report is what would happen."""
    prepare_bulk(connection, followed=True)  # by the end of the job
    if not dry:
        return taker.take(connection, chunk)
    trial = connection.begin_nested()
    try:
        return taker.take(connection, chunk)
    finally:
        trial.rollback()


def _chunks(table: Table, position: int, size: int) -> Generator[_Chunk, None, None]:
    """The rows behind a position, `size` at a time, with the bytes of the file that were read until then."""
    rows = _behind(table.rows, position)
    while chunk := list(islice(rows, size)):
        yield chunk, table.read_bytes


def _ahead(chunks: Iterator[_Chunk]) -> Generator[_Chunk, None, None]:
    """The same, the next one read by a thread while the last one is written: the two would have waited in turn."""
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, chunks, None)
        while chunk := coming.result():
            coming = reader.submit(next, chunks, None)
            yield chunk


def _behind(rows: Iterator[Row], position: int) -> Iterator[Row]:
    """Rows behind a position; those before it were written by an earlier run."""
    return dropwhile(lambda row: row[0] <= position, rows) if position else rows


def _moved(job: ImportJob, step: Step) -> ImportJob:
    return replace(
        job,
        position=step.position,
        done_bytes=step.done_bytes,
        fresh=job.fresh + step.written.fresh,
        changed=job.changed + step.written.changed,
        same=job.same + step.written.same,
        bad=job.bad + len(step.bad),
    )


def _keep(source: IO[bytes], path: Path) -> tuple[str, int]:
    """Write a stream to the disk for good; returns its SHA-256 and size. Nothing stays of a stream that broke off."""
    mark, size = hashlib.sha256(), 0
    with whole_file(path) as file:
        while block := source.read(_BLOCK):
            mark.update(block)
            size += len(block)
            file.write(block)
    return mark.hexdigest(), size


def _now() -> int:
    return time.time_ns() // 1_000_000
