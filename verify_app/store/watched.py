"""What the detectors of lots remember, in the database: a restart, a killed worker or two of them lose and double
nothing, for it changes in the transaction that stores the alerts. The states are JSON that the detectors read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from .engine import upsert
from .watch_tables import watched_lot, watched_serials, watched_shipment

LotKey = tuple[str, str]  # GTIN, lot
ShipmentKey = tuple[str, str, str]  # GTIN, lot, shipment
KEPT_MS = 400 * 86_400_000  # after the last scan that changed anything
_TABLES = (watched_lot, watched_shipment, watched_serials)
_SOME = 2_000  # lots that tell what is usual: those that changed last


@dataclass(frozen=True, slots=True)
class ShipmentState:
    """What is remembered of a shipment. `could` and `were` stand beside the state to be summed."""

    abroad: bool
    could: float
    were: float
    state: str


def lots(connection: sa.Connection, gtins: Collection[str]) -> dict[LotKey, str]:
    """States of all lots of these products."""
    c = watched_lot.c
    rows = connection.execute(sa.select(c.gtin, c.lot, c.state).where(c.gtin.in_(gtins)))
    return {(row.gtin, row.lot): row.state for row in rows}


def other_lots(connection: sa.Connection) -> dict[LotKey, str]:
    """States of the lots that changed last."""
    c = watched_lot.c
    rows = connection.execute(sa.select(c.gtin, c.lot, c.state).order_by(c.changed.desc()).limit(_SOME))
    return {(row.gtin, row.lot): row.state for row in rows}


def put_lots(connection: sa.Connection, states: Mapping[LotKey, str], now: int) -> None:
    """Keep states of lots."""
    rows = [{"gtin": gtin, "lot": lot, "state": state, "changed": now} for (gtin, lot), state in states.items()]
    upsert(connection, watched_lot, rows)


def shipments(connection: sa.Connection, keys: Collection[ShipmentKey]) -> dict[ShipmentKey, str]:
    """States of these shipments."""
    c = watched_shipment.c
    wanted = sa.tuple_(c.gtin, c.lot, c.shipment).in_(keys)
    rows = connection.execute(sa.select(c.gtin, c.lot, c.shipment, c.state).where(wanted))
    return {(row.gtin, row.lot, row.shipment): row.state for row in rows}


def strays(connection: sa.Connection) -> tuple[tuple[float, float], tuple[float, float]]:
    """Sums of `could` and `were` over the shipments sent within the country, and over those sent abroad."""
    c = watched_shipment.c
    query = sa.select(c.abroad, sa.func.sum(c.could), sa.func.sum(c.were)).group_by(c.abroad)
    found = {bool(abroad): (float(could), float(were)) for abroad, could, were in connection.execute(query)}
    return found.get(False, (0.0, 0.0)), found.get(True, (0.0, 0.0))


def put_shipments(connection: sa.Connection, states: Mapping[ShipmentKey, ShipmentState], now: int) -> None:
    """Keep states of shipments."""
    rows = [
        {"gtin": gtin, "lot": lot, "shipment": name, "abroad": s.abroad, "could": s.could, "were": s.were,
         "state": s.state, "changed": now}
        for (gtin, lot, name), s in states.items()
    ]  # fmt: skip
    upsert(connection, watched_shipment, rows)


def serials(connection: sa.Connection, keys: Collection[LotKey]) -> dict[LotKey, str]:
    """States of the strange serials of these lots."""
    c = watched_serials.c
    rows = connection.execute(sa.select(c.gtin, c.lot, c.state).where(sa.tuple_(c.gtin, c.lot).in_(keys)))
    return {(row.gtin, row.lot): row.state for row in rows}


def put_serials(connection: sa.Connection, states: Mapping[LotKey, str], now: int) -> None:
    """Keep states of the strange serials of lots."""
    rows = [{"gtin": gtin, "lot": lot, "state": state, "changed": now} for (gtin, lot), state in states.items()]
    upsert(connection, watched_serials, rows)


def forget_watched(connection: sa.Connection, before: int) -> int:
    """Forget what has not changed since (UTC milliseconds); returns how many states."""
    return sum(connection.execute(sa.delete(table).where(table.c.changed < before)).rowcount for table in _TABLES)
