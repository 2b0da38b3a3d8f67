"""The files of a replay: scans, and what the registry held at any moment of them.

A fact counts only from its own time on: an item not yet commissioned is not listed, a shipment not yet booked has
not left, a use booked later has not happened.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import msgspec

DAY_S = 86_400.0


class TraceError(ValueError):
    """A line of a file is not what it should be; the message says where and why."""


class Geo(msgspec.Struct, frozen=True, gc=False):
    """Place by the phone, in degrees."""

    lat: float
    lon: float
    accuracy_m: float = 0.0


class Client(msgspec.Struct, frozen=True, gc=False):
    """Who asked."""

    ip: str | None = None
    ua: str | None = None
    device_id: str | None = None
    geo: Geo | None = None
    entry: str | None = None

    @property
    def address(self) -> str:
        """The address, "" where none is given."""
        return self.ip or ""

    @property
    def agent(self) -> str:
        """The user agent, "" where none is given."""
        return self.ua or ""


class CodeRow(msgspec.Struct, frozen=True, gc=False):
    """The code that was scanned."""

    gtin: str
    lot: str | None = None
    serial: str | None = None


class Scan(msgspec.Struct, frozen=True, gc=False):
    """One line of the scans. `ts` in seconds since 1970, UTC."""

    id: int
    ts: float
    code: CodeRow
    client: Client
    actor: str = "public"
    sig: bool | None = None


class GtinRow(msgspec.Struct, frozen=True, tag_field="type", tag="gtin"):
    """A model."""

    gtin: str
    level: str = "unit"
    use_days: float = 0.0
    refillable: bool = False
    signed: bool = False
    scheme: str = "rand"


class LotRow(msgspec.Struct, frozen=True, tag_field="type", tag="lot"):
    """A lot."""

    gtin: str
    lot: str
    size: float = 0
    uploaded: float = 0
    campaign: tuple[float, float] | None = None
    commission_ts: float = 0.0


class ShipmentRow(msgspec.Struct, frozen=True, tag_field="type", tag="shipment"):
    """A shipment; `market` is a province (0-33) or a country (100 and above)."""

    id: str
    gtin: str = ""
    lot: str = ""
    known: bool = True
    market: int | None = None
    ship_ts: float | None = None


class UnitRow(msgspec.Struct, frozen=True, tag_field="type", tag="unit"):
    """An item."""

    gtin: str
    serial: str
    lot: str | None = None
    commission_ts: float | None = None
    ship_ts: float | None = None
    shipment: str | None = None
    decom_ts: float | None = None
    decom: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the registry held of a scanned code at one moment."""

    model: GtinRow | None
    lot: LotRow | None
    unit: UnitRow | None
    shipment: ShipmentRow | None
    complete: bool = False  # every serial of the lot has been sent
    markets: tuple[int, ...] = ()  # where the lot's shipments went, -1 where that is not known


class TraceRegistry:
    """The registry of a trace, asked as of a time."""

    def __init__(self, rows: Iterator[Any]) -> None:
        self.models: dict[str, GtinRow] = {}
        self.lots: dict[tuple[str, str], LotRow] = {}
        self.shipments: dict[str, ShipmentRow] = {}
        self.units: dict[tuple[str, str], UnitRow] = {}
        self._markets: dict[tuple[str, str], tuple[int, ...]] = {}
        self._begun: dict[tuple[str, str], float] = {}  # lot -> when its first serial was sent
        for row in rows:
            if isinstance(row, UnitRow):
                self.units[row.gtin, row.serial] = row
                lot = (row.gtin, row.lot or "")
                self._begun[lot] = min(self._begun.get(lot, float("inf")), row.commission_ts or 0.0)
            elif isinstance(row, LotRow):
                self.lots[row.gtin, row.lot] = row
            elif isinstance(row, ShipmentRow):
                self.shipments[row.id] = row
                self._went(row)
            else:
                self.models[row.gtin] = row

    def at(self, code: CodeRow, ts: float) -> Known:
        """What is known of a code at a time in seconds."""
        unit = self.units.get((code.gtin, code.serial)) if code.serial else None
        if unit is not None and unit.commission_ts is not None and unit.commission_ts > ts:
            unit = None
        name = (unit.lot if unit else None) or code.lot
        lot = self.lots.get((code.gtin, name)) if name else None
        if lot is not None and lot.commission_ts > ts:
            lot = None
        shipment = self.shipments.get(unit.shipment) if unit and unit.shipment else None
        complete = lot is not None and 0 < lot.size <= lot.uploaded
        complete = complete and self._begun.get((code.gtin, name or ""), float("inf")) <= ts
        markets = self._markets.get((code.gtin, name or ""), ())
        return Known(self.models.get(code.gtin), lot, unit, shipment, complete, markets)

    def _went(self, row: ShipmentRow) -> None:
        market = row.market if row.known and row.market is not None else -1
        key = (row.gtin, row.lot)
        self._markets[key] = (*self._markets.get(key, ()), market)


def read_registry(path: Path) -> TraceRegistry:
    """The registry of a file, plain or gzipped. Raises `TraceError`."""
    return TraceRegistry(_rows(path, msgspec.json.Decoder(GtinRow | LotRow | ShipmentRow | UnitRow)))


def read_scans(path: Path, bad: list[str] | None = None) -> Iterator[Scan]:
    """Scans of a file, one after the other. A line that is none is told in `bad`; without that, raises `TraceError`."""
    return _rows(path, msgspec.json.Decoder(Scan), bad)


def open_lines(path: Path, mode: str) -> IO[bytes]:
    """A file of lines, gzipped if its name ends in .gz."""
    opened = gzip.open(path, mode, compresslevel=3) if path.suffix == ".gz" else path.open(mode)  # noqa: SIM115 - the caller closes it
    return cast(IO[bytes], opened)


def _rows(path: Path, decoder: msgspec.json.Decoder[Any], bad: list[str] | None = None) -> Iterator[Any]:
    with open_lines(path, "rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                yield decoder.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                message = f"Expected a record in line {number} of {path.name}, got {error}."
                if bad is None:
                    raise TraceError(message) from error
                bad.append(message)
