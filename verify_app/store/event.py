"""One recorded scan on its way to the ledger: the same bytes in the stream and in the journal."""

from __future__ import annotations

import msgspec

from verify_app.domain.code import Code
from verify_app.domain.scan import Actor, Entry, Visit, VisitKind

from .evidence import pack
from .ledger import LedgerRow

_VERSION = 1
_MOST_LAT, _MOST_LON = 1800, 3600  # steps of 0.05 degrees


class EventError(ValueError):
    """The bytes are no event; the message says why."""


class _Wire(msgspec.Struct, array_like=True, gc=False):
    version: int
    scan_id: str
    when: int
    identity: str
    gtin: str
    lot: str
    serial: str
    kind: VisitKind
    entry: Entry
    actor: Actor
    tag: int
    country: str = ""
    region: str = ""
    cell: tuple[int, int] | None = None
    # added later, at the end: an older release passes over what it does not know
    circumstances: bytes = b""
    watch: tuple[int, int, int] | None = None


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Wire)


def row_of(code: Code, visit: Visit) -> LedgerRow:
    """The ledger's row of one visit to a code; what the history held before is not known yet. A place that is not on
    the earth is left out."""
    identity, cell = code.identity, visit.cell
    if cell and not (-_MOST_LAT <= cell[0] <= _MOST_LAT and -_MOST_LON <= cell[1] <= _MOST_LON):
        cell = None
    return LedgerRow(
        visit.id,
        visit.when,
        identity,
        code.gtin,
        code.lot,
        code.serial,
        visit.kind.value,
        visit.entry.value,
        visit.actor.value,
        visit.tag(identity),
        visit.country,
        visit.region,
        cell,
        circumstances=b"" if visit.circumstances is None else pack(visit.circumstances),
        watch=visit.watch,
    )


def encode(row: LedgerRow) -> bytes:
    """The row as one line of JSON, without what the history held before."""
    r = row
    seen = (r.entry, r.actor, r.tag, r.country, r.region, r.cell, r.circumstances, r.watch)
    return _encoder.encode((_VERSION, r.scan_id, r.when, r.identity, r.gtin, r.lot, r.serial, r.kind, *seen))


def decode(line: bytes, prior_scans: int = 0, prior_others: int = 0) -> LedgerRow:
    """The row of a line, of this or an older version. Raises `EventError`."""
    try:
        w = _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise EventError(f"Expected a scan event, got {len(line)} bytes that are none: {error}.") from error
    if not 1 <= w.version <= _VERSION:
        raise EventError(f"Expected a scan event of version 1 to {_VERSION}, got {w.version}.")
    seen = (w.kind.value, w.entry.value, w.actor.value, w.tag, w.country, w.region, w.cell)
    rest = (prior_scans, prior_others, w.circumstances, w.watch)
    return LedgerRow(w.scan_id, w.when, w.identity, w.gtin, w.lot, w.serial, *seen, *rest)
