"""The scans of one code, lot or product, as an officer may see them: times, communes nearby, opaque device numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from verify_app.domain.communes import place_of_cell

from .engine import Engine, ask
from .tables import scan


@dataclass(frozen=True, slots=True)
class SeenScan:
    """One scan. `province` is "" where no place is known; `device` is a number that means nothing for another code.
    `near`: the commune nearest to the middle of the cell of some 5 km that is kept of a place, "" where none is."""

    when: int
    kind: str
    device: str
    province: str
    country: str
    serial: str
    lot: str
    prior: int
    near: str = ""


def scans_of(engine: Engine, gtin: str, lot: str, serial: str, limit: int) -> tuple[SeenScan, ...]:
    """The newest scans of an item, of a lot, or of a product. Raises `StoreUnavailable`."""
    query = sa.select(scan).where(scan.c.gtin == gtin).order_by(scan.c.when_ms.desc()).limit(limit)
    if serial:
        query = query.where(scan.c.serial == serial)
    elif lot:
        query = query.where(scan.c.lot == lot)
    return ask(engine, lambda connection: tuple(_read(row) for row in connection.execute(query)))


def _read(row: Any) -> SeenScan:
    place = place_of_cell(None if row.cell_lat is None else (row.cell_lat, row.cell_lon), row.country)
    return SeenScan(row.when_ms, row.kind, f"{row.tag:08x}", place.province, row.country, row.serial, row.lot,
                    row.prior_scans, place.commune)  # fmt: skip
