"""One recorded scan on its way: the same bytes in the stream and in the journal, and one row in the ledger."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from verify_app.domain.code import Code
from verify_app.domain.scan import Actor, Entry, Visit, VisitKind

_VERSION = 1


class EventError(ValueError):
    """The bytes are no event; the message says why."""


@dataclass(frozen=True, slots=True)
class ScanEvent:
    """One scan. `tag` is the visitor's 32-bit tag for this code alone; `prior_scans` and `prior_others` are what the
    history held before it (0 where it was not available)."""

    id: str
    when: int  # UTC milliseconds
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
    prior_scans: int = 0
    prior_others: int = 0

    @classmethod
    def of(cls, code: Code, visit: Visit) -> ScanEvent:
        """The event of one visit to a code."""
        identity = code.identity
        return cls(
            visit.id,
            visit.when,
            identity,
            code.gtin,
            code.lot,
            code.serial,
            visit.kind,
            visit.entry,
            visit.actor,
            visit.tag(identity),
            visit.country,
            visit.region,
            visit.cell,
        )


class _Wire(msgspec.Struct, array_like=True, gc=False):
    version: int
    id: str
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


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Wire)


def encode(event: ScanEvent) -> bytes:
    """The event as one line of JSON, without what the history held before."""
    e = event
    seen = (e.entry, e.actor, e.tag, e.country, e.region, e.cell)
    return _encoder.encode((_VERSION, e.id, e.when, e.identity, e.gtin, e.lot, e.serial, e.kind, *seen))


def decode(line: bytes, prior_scans: int = 0, prior_others: int = 0) -> ScanEvent:
    """The event of a line, of this or an older version. Raises `EventError`."""
    try:
        w = _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise EventError(f"Expected a scan event, got {len(line)} bytes that are none: {error}.") from error
    if not 1 <= w.version <= _VERSION:
        raise EventError(f"Expected a scan event of version 1 to {_VERSION}, got {w.version}.")
    return ScanEvent(
        w.id, w.when, w.identity, w.gtin, w.lot, w.serial, w.kind, w.entry, w.actor, w.tag,
        w.country, w.region, w.cell, prior_scans, prior_others,
    )  # fmt: skip
