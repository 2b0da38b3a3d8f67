"""Issuing serials: schemes of products, batches that go on where they stopped, carriers withdrawn and replaced.

The service that pages, API and command share. Every act is one or more short transactions; a batch that was killed is
taken up by `run` again, and `serials` gives any part of it at any time without asking the registry.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ..domain.guessability import Guessability, guessability
from ..domain.serial_scheme import SerialKeys, SerialKind, SerialScheme, fingerprint
from ..store.code_batches import (
    Batch,
    BatchError,
    CarrierChange,
    find_batch,
    issue_part,
    list_batches,
    lot_of_item,
    withdraw,
    write_batch,
)
from ..store.engine import Connection, Engine, reading, writing
from ..store.listing import list_items
from ..store.schemes import SchemeError, find_owner, find_scheme, take_counters, write_scheme
from .batch_serials import batch_serials
from .label_job import LabelOrder, LabelWork, Progress
from .label_job import run as run_labels

__all__ = ["Batch", "BatchError", "CodeDesk", "Order", "SchemeError"]

PART = 20_000  # serials of one transaction: other writers wait for about a quarter of a second
MOST = 10_000_000  # serials of one order


@dataclass(frozen=True, slots=True)
class Order:
    """Serials to issue: how many for which product and lot ("" for none), and who asks; `queued`: by the background."""

    gtin: str
    lot: str
    count: int
    author: str
    queued: bool = False


class CodeDesk:
    """Where serials are issued. `master` is the installation's secret."""

    def __init__(self, engine: Engine, master: bytes) -> None:
        self._engine, self._master = engine, master

    def scheme(self, gtin: str) -> SerialScheme | None:
        """How the serials of a product are made, None where nobody has said."""
        with reading(self._engine) as connection:
            return find_scheme(connection, gtin)

    def set_scheme(self, gtin: str, kind: SerialKind = SerialKind.SIGNED, *, alone: bool = True) -> SerialScheme:
        """Choose the scheme of a product. `alone` False where it has serials of other making. Raises `SchemeError`."""
        with writing(self._engine) as connection:
            held = find_scheme(connection, gtin) or SerialScheme(kind)
            made = replace(held, kind=kind, alone=alone, fingerprint=fingerprint(self._master))
            self._check_master(held)
            write_scheme(connection, gtin, made)
        return made

    def new_key(self, gtin: str, *, withdraw_before: int | None = None) -> SerialScheme:
        """Make serials with the next key from now on; those of keys before `withdraw_before` are refused from now on,
        none if it is None. Raises `SchemeError`."""
        with writing(self._engine) as connection:
            held = self._held(connection, gtin)
            oldest = held.oldest_key if withdraw_before is None else withdraw_before
            made = replace(held, key=held.key + 1, oldest_key=oldest)
            write_scheme(connection, gtin, made)
        return made

    def order(self, order: Order) -> Batch:
        """Accept an order; `run` then issues it. A product without a scheme gets the signed one, beside serials that it
        has. Raises `SchemeError`, `BatchError`."""
        if not 1 <= order.count <= MOST:
            raise BatchError(f"Expected 1 to {MOST:,} serials, got {order.count:,}.")
        if self.scheme(order.gtin) is None:
            self.set_scheme(order.gtin, alone=not self._has_items(order.gtin))
        with writing(self._engine) as connection:
            held = self._held(connection, order.gtin)
            first = take_counters(connection, order.gtin, order.count)
            now = time.time_ns() // 1_000_000
            made = Batch(
                uuid.uuid4().hex,
                order.gtin,
                order.lot,
                held.kind,
                held.key,
                first,
                order.count,
                order.author,
                now,
                queued=order.queued,
            )
            write_batch(connection, made)
        return made

    def run(self, batch_id: str, progress: Callable[[Batch], None] = lambda _batch: None) -> Batch:
        """Issue what is left of a batch, part by part. Killed and called again, it goes on. Raises `BatchError`."""
        batch = self.batch(batch_id)
        while not batch.done:
            batch = self.run_part(batch)
            progress(batch)
        return batch

    def run_part(self, batch: Batch) -> Batch:
        """Issue the next part of a batch. Raises `BatchError`, also where another worker was first."""
        part = list(self.serials(batch, batch.issued, min(batch.issued + PART, batch.wanted)))
        with writing(self._engine) as connection:
            return issue_part(connection, batch, part)

    def batch(self, batch_id: str) -> Batch:
        """A batch by its id. Raises `BatchError`."""
        with reading(self._engine) as connection:
            return find_batch(connection, batch_id)

    def batches(self, gtins: list[str]) -> tuple[Batch, ...]:
        """The latest batches of products."""
        with reading(self._engine) as connection:
            return list_batches(connection, gtins)

    def serials(self, batch: Batch, start: int = 0, stop: int | None = None) -> Iterator[str]:
        """The serials of a batch from place `start` to before `stop`, as they were or will be issued."""
        with reading(self._engine) as connection:
            owner = find_owner(connection, batch.gtin)
        return batch_serials(batch, SerialKeys(self._master, owner, batch.gtin), start, stop)

    def print_labels(
        self, batch_id: str, order: LabelOrder, folder: Path, told: Callable[[Progress], None] = lambda _now: None
    ) -> list[Path]:
        """Write the labels of a batch into a folder and return its files; killed and called again, what is missing.
        Raises `BatchError`, `LabelJobError`, `TemplateError`, `OSError`. `label_job.progress` tells how far it is."""
        return run_labels(self.work(self.batch(batch_id), order, folder), told)

    def work(self, batch: Batch, order: LabelOrder, folder: Path) -> LabelWork:
        """All that making the labels of a batch needs."""
        with reading(self._engine) as connection:
            owner = find_owner(connection, batch.gtin)
        return LabelWork(batch, SerialKeys(self._master, owner, batch.gtin), order, folder)

    def withdraw(self, gtin: str, serial: str, reason: str, author: str) -> None:
        """Take a carrier out of use for good: lost, misprinted or stolen labels. Raises `BatchError`."""
        with writing(self._engine) as connection:
            withdraw(connection, CarrierChange(gtin, serial, reason, author, time.time_ns() // 1_000_000))

    def reissue(self, gtin: str, serial: str, reason: str, author: str) -> str:
        """Replace a carrier: the old one is taken out of use, and the new serial, of the same lot, is returned. Raises
        `BatchError`, `SchemeError`."""
        with reading(self._engine) as connection:
            number = lot_of_item(connection, gtin, serial)
        batch = self.order(Order(gtin, number, 1, author))
        (fresh,) = self.serials(batch)
        now = time.time_ns() // 1_000_000
        with writing(self._engine) as connection:
            withdraw(connection, CarrierChange(gtin, serial, reason, author, now, fresh))
            issue_part(connection, batch, [fresh])
        return fresh

    def report(self, gtin: str) -> Guessability:
        """How easily the serials of a product are guessed, from all that the registry holds."""
        with reading(self._engine) as connection:
            return guessability(_serials(connection, gtin))

    def _has_items(self, gtin: str) -> bool:
        with reading(self._engine) as connection:
            return bool(list_items(connection, gtin, limit=1))

    def _held(self, connection: Connection, gtin: str) -> SerialScheme:
        held = find_scheme(connection, gtin)
        if held is None:
            raise SchemeError(f"Expected a product with a scheme of serials, got {gtin!r}.")
        self._check_master(held)
        return held

    def _check_master(self, held: SerialScheme) -> None:
        if held.fingerprint and held.fingerprint != fingerprint(self._master):
            raise SchemeError(
                f"Expected the secret {held.fingerprint} that this product's codes were made with, got "
                f"{fingerprint(self._master)}: SECRET_KEY or DATA_DIR/secret.key was changed."
            )


def _serials(connection: Connection, gtin: str) -> Iterator[str]:
    after = ""
    while page := list_items(connection, gtin, limit=PART, after=after):
        after = page[-1].serial
        yield from (part.serial for part in page)
