"""Batches of issued serials, and carriers that were taken out of use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from verify_app.domain.passport import ItemState
from verify_app.domain.serial_scheme import SerialKind

from .bulk_items import prepare_bulk, write_items
from .issue_tables import carrier_change, code_batch
from .tables import item, lot


class BatchError(ValueError):
    """A batch or carrier that cannot be; the message says what was expected and what came."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One order of serials: the counters from `first` on. The first `issued` of `wanted` are items of the registry."""

    id: str
    gtin: str
    lot: str
    kind: SerialKind
    key_number: int
    first: int
    wanted: int
    author: str
    made_at: int  # UTC milliseconds
    issued: int = 0
    queued: bool = False  # the background issues it
    failure: str = ""

    @property
    def done(self) -> bool:
        """Whether all serials are items of the registry."""
        return self.issued >= self.wanted


@dataclass(frozen=True, slots=True)
class CarrierChange:
    """A carrier taken out of use; `replaced_by` is the serial of the new one, "" for none."""

    gtin: str
    serial: str
    reason: str
    author: str
    when: int  # UTC milliseconds
    replaced_by: str = ""


def write_batch(connection: sa.Connection, batch: Batch) -> None:
    """Keep a new batch."""
    row = {name: getattr(batch, name) for name in Batch.__slots__} | {"kind": batch.kind.value}
    connection.execute(sa.insert(code_batch), row)


def find_batch(connection: sa.Connection, batch_id: str) -> Batch:
    """The batch of an id. Raises `BatchError` for an unknown one."""
    row = connection.execute(sa.select(code_batch).where(code_batch.c.id == batch_id)).first()
    if row is None:
        raise BatchError(f"Expected the id of a batch, got {batch_id!r}.")
    return _batch(row)


def list_batches(connection: sa.Connection, gtins: Sequence[str], *, limit: int = 100) -> tuple[Batch, ...]:
    """Batches of products, the latest first."""
    chosen = (
        sa.select(code_batch).where(code_batch.c.gtin.in_(gtins)).order_by(code_batch.c.made_at.desc()).limit(limit)
    )
    return tuple(_batch(row) for row in connection.execute(chosen))


def waiting_batch(connection: sa.Connection) -> Batch | None:
    """The oldest batch that the background has to go on with, None for none."""
    table = code_batch
    waits = sa.select(table).where(table.c.queued, table.c.failure == "", table.c.issued < table.c.wanted)
    row = connection.execute(waits.order_by(table.c.made_at, table.c.id).limit(1)).first()
    return None if row is None else _batch(row)


def fail_batch(connection: sa.Connection, batch_id: str, failure: str) -> None:
    """Note why a batch cannot go on."""
    connection.execute(sa.update(code_batch).where(code_batch.c.id == batch_id).values(failure=failure[:300]))


def issue_part(connection: sa.Connection, batch: Batch, serials: Sequence[str]) -> Batch:
    """Write the next serials of a batch as items and move its progress on, both or neither; of two workers at once one
    does it. Raises `BatchError` if the batch has moved meanwhile, or if one of the serials is an item already: then
    somebody else's serial would get two carriers."""
    after = batch.issued + len(serials)
    moved = connection.execute(
        sa.update(code_batch)
        .where(code_batch.c.id == batch.id, code_batch.c.issued == batch.issued)
        .values(issued=after)
    ).rowcount
    if moved != 1:
        raise BatchError(f"Expected batch {batch.id} at {batch.issued} of {batch.wanted}, got it elsewhere.")
    prepare_bulk(connection)
    rows = [(batch.gtin, serial, batch.lot, ItemState.ACTIVE.value, 0) for serial in serials]
    fresh = write_items(connection, rows).fresh
    if fresh != len(rows):
        raise BatchError(f"Expected {len(rows)} new serials of {batch.gtin}, got {len(rows) - fresh} that are there.")
    if after >= batch.wanted and batch.lot:
        _count_lot(connection, batch.gtin, batch.lot)
    return find_batch(connection, batch.id)


def withdraw(connection: sa.Connection, change: CarrierChange) -> None:
    """Take a carrier out of use: for every later scan its item is destroyed. Raises `BatchError` for an unknown one."""
    moved = connection.execute(
        sa.update(item)
        .where(item.c.gtin == change.gtin, item.c.serial == change.serial)
        .values(state=ItemState.DESTROYED.value, state_at=change.when)
    ).rowcount
    if moved != 1:
        raise BatchError(f"Expected an item of {change.gtin}, got serial {change.serial!r}.")
    held = sa.select(carrier_change.c.serial).where(
        carrier_change.c.gtin == change.gtin, carrier_change.c.serial == change.serial
    )
    if connection.execute(held).first():
        raise BatchError(f"Expected a carrier in use, got {change.serial!r}, which was withdrawn before.")
    connection.execute(
        sa.insert(carrier_change),
        {
            "gtin": change.gtin,
            "serial": change.serial,
            "replaced_by": change.replaced_by,
            "reason": change.reason,
            "author": change.author,
            "when_ms": change.when,
        },
    )


def lot_of_item(connection: sa.Connection, gtin: str, serial: str) -> str:
    """Lot of an item. Raises `BatchError` for an unknown one."""
    row = connection.execute(sa.select(item.c.lot).where(item.c.gtin == gtin, item.c.serial == serial)).first()
    if row is None:
        raise BatchError(f"Expected an item of {gtin}, got serial {serial!r}.")
    return str(row.lot)


def _count_lot(connection: sa.Connection, gtin: str, number: str) -> None:
    held = sa.select(sa.func.count()).where(item.c.gtin == gtin, item.c.lot == number).scalar_subquery()
    more = sa.case((lot.c.declared > held, lot.c.declared), else_=held)
    statement = sa.update(lot).where(lot.c.gtin == gtin, lot.c.lot == number)
    connection.execute(statement.values(uploaded=held, declared=more))


def _batch(row: sa.Row[tuple[object, ...]]) -> Batch:
    values = dict(row._mapping)
    return Batch(**values | {"kind": SerialKind(str(values["kind"]))})
