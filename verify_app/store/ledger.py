"""The scan ledger: every scan once, for ever the same. Holds no address, user agent or coordinates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from verify_app.domain.communes import province_of_cell

from .engine import execute_rows, insert
from .tables import scan

_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One scan. `tag` is the visitor's 32-bit tag for this one code; `cell` a place in steps of 0.05 degrees, only
    from visitors who gave it; `prior_*` what was known of the code before this scan."""

    scan_id: str  # 32 hex digits, UUIDv7
    when: int  # UTC milliseconds
    identity: str  # Code.identity
    gtin: str = ""
    lot: str = ""
    serial: str = ""
    kind: str = "scan"  # VisitKind
    entry: str = "link"  # Entry
    actor: str = "public"  # Actor
    tag: int = 0
    country: str = ""
    region: str = ""
    cell: tuple[int, int] | None = None
    prior_scans: int = 0
    prior_others: int = 0
    circumstances: bytes = b""  # packed, see evidence.py: what a rebuild needs to gather the same evidence again
    watch: tuple[int, int, int] | None = None  # tags of client, block and crew on their way; never in the ledger


def append(connection: sa.Connection, rows: Sequence[LedgerRow]) -> int:
    """Add scans; those whose `scan_id` is there already are left alone. Returns how many were new.

    The caller's transaction decides: the stream's entries may be forgotten only after its commit.
    """
    if not rows:
        return 0
    # a table in partitions is unique only together with what it is partitioned by; a scan never changes its time
    unique = ["scan_id"] if connection.dialect.name == "sqlite" else ["scan_id", "when_ms"]
    statement = insert(connection, scan).on_conflict_do_nothing(index_elements=unique)
    return execute_rows(connection, statement, [_values(row) for row in rows])


def scans_of(connection: sa.Connection, identity: str, limit: int = 100) -> tuple[LedgerRow, ...]:
    """The last scans of one code, newest first."""
    query = sa.select(scan).where(scan.c.identity == identity)
    rows = connection.execute(query.order_by(scan.c.when_ms.desc(), scan.c.scan_id.desc()).limit(limit))
    return tuple(read_row(row) for row in rows)


def first_checked(connection: sa.Connection, identity: str) -> int:
    """Time of the first known scan of a code in UTC milliseconds, 0 if there is none."""
    query = sa.select(sa.func.min(scan.c.when_ms)).where(scan.c.identity == identity)
    return connection.execute(query).scalar() or 0


def count(connection: sa.Connection, before: int = 0) -> int:
    """How many scans the ledger holds; those before a time (UTC milliseconds), if one is given."""
    query = sa.select(sa.func.count()).select_from(scan)
    return connection.execute(query.where(scan.c.when_ms < before) if before else query).scalar_one()


def replayable(connection: sa.Connection, since: int = 0) -> Iterator[LedgerRow]:
    """All scans from a time (UTC milliseconds) on, oldest first, for rebuilding histories; read in batches, so
    that neither memory nor one long statement grows with the ledger."""
    after = (since, "")
    while True:
        late = scan.c.when_ms >= after[0]  # so that earlier partitions are not looked into
        query = sa.select(scan).where(late, sa.tuple_(scan.c.when_ms, scan.c.scan_id) > after)
        rows = connection.execute(query.order_by(scan.c.when_ms, scan.c.scan_id).limit(_BATCH)).all()
        yield from (read_row(row) for row in rows)
        if len(rows) < _BATCH:
            return
        after = (rows[-1].when_ms, rows[-1].scan_id)


def _values(row: LedgerRow) -> dict[str, Any]:
    return {
        "scan_id": row.scan_id,
        "when_ms": row.when,
        "identity": row.identity,
        "gtin": row.gtin,
        "lot": row.lot,
        "serial": row.serial,
        "kind": row.kind,
        "entry": row.entry,
        "actor": row.actor,
        "tag": row.tag,
        "country": row.country,
        "region": row.region,
        "cell_lat": row.cell[0] if row.cell else None,
        "cell_lon": row.cell[1] if row.cell else None,
        "province": province_of_cell(*row.cell) if row.cell and row.country == "VN" else None,
        "prior_scans": row.prior_scans,
        "prior_others": row.prior_others,
        "circumstances": row.circumstances or None,
    }


def read_row(row: Any) -> LedgerRow:
    """The ledger's row of a row of SQL."""
    return LedgerRow(
        scan_id=row.scan_id,
        when=row.when_ms,
        identity=row.identity,
        gtin=row.gtin,
        lot=row.lot,
        serial=row.serial,
        kind=row.kind,
        entry=row.entry,
        actor=row.actor,
        tag=row.tag,
        country=row.country,
        region=row.region,
        cell=None if row.cell_lat is None else (row.cell_lat, row.cell_lon),
        prior_scans=row.prior_scans,
        prior_others=row.prior_others,
        circumstances=row.circumstances or b"",
    )
