"""The registry: written as a whole or in part, and listed. `find` and the versions are offered here too."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import sqlalchemy as sa

from verify_app.domain.passport import ModelPart
from verify_app.domain.registry import ItemRecord, LotRecord, Registry

from .acts import record_acts
from .documents import write_text
from .engine import execute_rows, insert, upsert, writing
from .listing import list_enterprises, list_items, list_lots, list_models, list_places, list_tenants
from .passports import find
from .rows import certificate_rows, enterprise_row, event_rows, item_row, lot_row, model_row, place_row
from .tables import act, certificate, critical_event, enterprise, item, lot, model, place, short_code, tenant
from .versions import Change, Signature, VersionNote, plan_changes, version, versions, write_changes

__all__ = [
    "Counts",
    "RegistryError",
    "VersionNote",
    "counts",
    "find",
    "list_enterprises",
    "list_items",
    "list_lots",
    "list_models",
    "list_places",
    "list_tenants",
    "version",
    "versions",
    "write_lots",
    "write_models",
    "write_registry",
]

BATCH = 5_000  # items of one transaction: other writers wait at most for one batch


class RegistryError(ValueError):
    """The registry to write contradicts itself or what is stored; the message names the first offender."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of records: as stored (`counts`), or new and changed ones (`write_registry`)."""

    tenants: int = 0
    enterprises: int = 0
    places: int = 0
    models: int = 0
    lots: int = 0
    items: int = 0
    acts: int = 0


def write_registry(engine: sa.Engine, registry: Registry, author: str = "import", reviewer: str = "import") -> Counts:
    """Write a registry and return how many records were new or changed; the same registry twice changes nothing.

    Everything but the items is one transaction; items follow in batches of `BATCH`, each its own transaction, and
    an interrupted import is completed by repeating it. A changed model or lot becomes a new version. An item's
    state is replaced only by one that is at least as late. Raises `RegistryError` and `StoreUnavailable`. The
    caller then calls `resolve.purge_published` for what changed.
    """
    signature = Signature(author, reviewer, time.time_ns() // 1_000_000)
    try:
        with writing(engine) as connection:
            heads = (
                upsert(connection, tenant, [{"id": t.id, "name": write_text(t.name)} for t in registry.tenants]),
                upsert(connection, enterprise, [enterprise_row(e) for e in registry.enterprises]),
                upsert(connection, place, [place_row(p) for p in registry.places]),
                write_models(connection, registry.models, signature),
                write_lots(connection, registry.lots, signature),
            )
            acts = record_acts(connection, registry.acts)
    except sa.exc.IntegrityError as error:
        raise RegistryError(f"Expected references to stored records, got {error.orig}.") from error
    return Counts(*heads, items=_write_items(engine, registry.items), acts=acts)


def counts(connection: sa.Connection) -> Counts:
    """How many records of each kind are stored."""
    tables = (tenant, enterprise, place, model, lot, item, act)
    numbers = [sa.select(sa.func.count()).select_from(table).scalar_subquery() for table in tables]
    return Counts(*connection.execute(sa.select(*numbers)).one())


def write_models(connection: sa.Connection, parts: Sequence[ModelPart], signature: Signature) -> int:
    """Write models as versions and return how many were new or changed. Raises `RegistryError`."""
    for part in parts:
        _check_gtin(part.gtin, "model")
    changes = list(plan_changes(connection, (((part.gtin, ""), part) for part in parts), signature))
    shown = [change for change in changes if isinstance(change.shown, ModelPart)]
    upsert(connection, model, [model_row(change.shown_version, change.shown) for change in shown])  # type: ignore[arg-type]
    write_changes(connection, changes)
    write_facts(connection, shown)
    return sum(bool(change.rows or change.settled) for change in changes)


def write_lots(connection: sa.Connection, records: Sequence[LotRecord], signature: Signature) -> int:
    """Write lots as versions and return how many were new or changed. Raises `RegistryError`."""
    for record in records:
        _check_gtin(record.gtin, f"lot {record.part.lot!r}")
        if not record.part.lot:
            raise RegistryError(f"Expected a lot number for the lot of {record.gtin}, got none.")
    pairs = (((record.gtin, record.part.lot), record.part) for record in records)
    changes = list(plan_changes(connection, pairs, signature))
    last = {(record.gtin, record.part.lot): record.part for record in records}
    rows = [lot_row(change, last[change.key]) for change in changes]
    moved = {change.key for change in changes if change.rows or change.settled}
    moved |= _upsert_lots(connection, rows)
    write_changes(connection, changes)
    write_facts(connection, [change for change in changes if change.shown])
    return len(moved)


def _upsert_lots(connection: sa.Connection, rows: Sequence[dict[str, Any]]) -> set[tuple[str, str]]:
    if not rows:
        return set()
    statement = insert(connection, lot)
    new = statement.excluded
    more = sa.case((new.uploaded > lot.c.uploaded, new.uploaded), else_=lot.c.uploaded)
    statement = statement.on_conflict_do_update(
        index_elements=["gtin", "lot"],
        set_={"declared": new.declared, "uploaded": more, "shown_version": new.shown_version},
        where=(new.declared != lot.c.declared)
        | (new.uploaded > lot.c.uploaded)
        | (new.shown_version != lot.c.shown_version),
    )
    moved = connection.execute(statement.returning(lot.c.gtin, lot.c.lot), rows)
    return {(gtin, number) for gtin, number in moved}


def write_facts(connection: sa.Connection, changes: Sequence[Change]) -> None:
    """Replace the searchable rows of events and certificates of each changed public page."""
    events, papers = [], []
    for change in changes:
        gtin, number = change.key
        for table in (critical_event, certificate):
            connection.execute(sa.delete(table).where(table.c.gtin == gtin, table.c.lot == number))
        head = {"gtin": gtin, "lot": number}
        events += [head | row for row in event_rows(change.shown)]
        papers += [head | row for row in certificate_rows(change.shown)]
    if events:
        connection.execute(sa.insert(critical_event), events)
    if papers:
        connection.execute(sa.insert(certificate), papers)


def _write_items(engine: sa.Engine, records: Iterable[ItemRecord]) -> int:
    changed = 0
    touched: set[tuple[str, str]] = set()
    known: set[str] = set()
    for batch in _batches(records):
        with writing(engine) as connection:
            _check_models(connection, batch, known)
            changed += _upsert_items(connection, batch)
            shorts = [r for r in batch if r.short]
            upsert(
                connection,
                short_code,
                [{"short": r.short, "gtin": r.gtin, "serial": r.part.serial} for r in shorts],
            )
        touched.update((record.gtin, record.part.lot) for record in batch if record.part.lot)
    _count_uploaded(engine, sorted(touched))
    return changed


def _upsert_items(connection: sa.Connection, batch: Sequence[ItemRecord]) -> int:
    statement = insert(connection, item)
    new = statement.excluded
    shipment = sa.func.coalesce(sa.func.nullif(new.shipment, ""), item.c.shipment)  # "" says nothing of it
    statement = statement.on_conflict_do_update(
        index_elements=["gtin", "serial"],
        set_={"lot": new.lot, "state": new.state, "state_at": new.state_at, "shipment": shipment},
        where=(new.state_at >= item.c.state_at)
        & (
            (new.lot != item.c.lot)
            | (new.state != item.c.state)
            | (new.state_at != item.c.state_at)
            | (shipment != item.c.shipment)
        ),
    )
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for record in batch:
        row = item_row(record)
        known = rows.setdefault((record.gtin, record.part.serial), row)
        if row["state_at"] >= known["state_at"]:
            rows[record.gtin, record.part.serial] = row
    return execute_rows(connection, statement, list(rows.values()))


def _count_uploaded(engine: sa.Engine, keys: Sequence[tuple[str, str]]) -> None:
    # an enterprise may have uploaded elsewhere before: its own number stands if it is the greater one
    held = sa.select(sa.func.count()).where(item.c.gtin == lot.c.gtin, item.c.lot == lot.c.lot).scalar_subquery()
    statement = (
        sa.update(lot)
        .where(lot.c.gtin == sa.bindparam("of_gtin"), lot.c.lot == sa.bindparam("of_lot"), lot.c.uploaded < held)
        .values(uploaded=held)
    )
    for start in range(0, len(keys), BATCH):
        with writing(engine) as connection:
            batch = keys[start : start + BATCH]
            connection.execute(statement, [{"of_gtin": gtin, "of_lot": number} for gtin, number in batch])


def _check_models(connection: sa.Connection, batch: Sequence[ItemRecord], known: set[str]) -> None:
    wanted = {record.gtin for record in batch} - known
    if wanted:
        known.update(connection.execute(sa.select(model.c.gtin).where(model.c.gtin.in_(wanted))).scalars())
    for record in batch:
        if record.gtin not in known:
            raise RegistryError(f"Expected a model for the item {record.part.serial!r}, got none for {record.gtin!r}.")
        if not record.part.serial:
            raise RegistryError(f"Expected a serial number for an item of {record.gtin}, got none.")


def _batches(records: Iterable[ItemRecord]) -> Iterator[list[ItemRecord]]:
    source = iter(records)
    while batch := list(islice(source, BATCH)):
        yield batch


def _check_gtin(gtin: str, what: str) -> None:
    if not (len(gtin) == 14 and gtin.isascii() and gtin.isdigit()):
        raise RegistryError(f"Expected a GTIN of 14 digits for the {what}, got {gtin!r}.")
