"""How often an enterprise's codes were scanned: counts by day, province and result, and nothing of any person."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import sqlalchemy as sa

from verify_app.domain.provinces import PROVINCES
from verify_app.domain.scan import VisitKind

from .engine import Engine, ask
from .tables import item, model, scan

_VIETNAM_MS, _DAY_MS = 7 * 3_600_000, 86_400_000
LEAST = 5
"""Scans of a province within the time asked for, below which it is not named: a village must not point at a person."""
RESULTS = ("first", "again", "others", "not_issued", "class")


@dataclass(frozen=True, slots=True)
class ScanCount:
    """Scans of one local day ("2026-11-22"), province ("" for unknown or too few) and result (one of `RESULTS`)."""

    day: str
    province: str
    result: str
    count: int


def scan_counts(engine: Engine, enterprise_id: str, since: int, until: int, gtin: str = "") -> tuple[ScanCount, ...]:
    """Counts from `since` to before `until` (UTC milliseconds), of all products of an enterprise or of one.

    `first` is the first check of an item, `again` and `others` later ones by the same visitor or after others,
    `not_issued` a serial that nobody issued, `class` a code without a serial. Raises `StoreUnavailable`.
    """
    own = sa.select(model.c.gtin).where(model.c.enterprise_id == enterprise_id)
    own = own.where(model.c.gtin == gtin) if gtin else own
    issued = sa.exists().where(item.c.gtin == scan.c.gtin, item.c.serial == scan.c.serial)
    result = sa.case(
        (scan.c.serial == "", "class"),
        (~issued, "not_issued"),
        (scan.c.prior_scans == 0, "first"),
        (scan.c.prior_others == 0, "again"),
        else_="others",
    )
    day = (scan.c.when_ms + _VIETNAM_MS) // _DAY_MS
    query = (
        sa.select(day.label("day"), scan.c.province, result.label("result"), sa.func.count().label("n"))
        .where(scan.c.gtin.in_(own), scan.c.when_ms >= since, scan.c.when_ms < until)
        .where(scan.c.kind == VisitKind.SCAN.value)
        .group_by("day", scan.c.province, "result")
        .order_by("day", "result")
    )
    rows = ask(engine, lambda connection: connection.execute(query).all())
    return _without_few(
        [
            ScanCount(
                datetime.fromtimestamp(int(row.day) * _DAY_MS / 1000, UTC).date().isoformat(),
                "" if row.province is None else PROVINCES[row.province].name,
                row.result,
                row.n,
            )
            for row in rows
        ]
    )


def _without_few(rows: list[ScanCount]) -> tuple[ScanCount, ...]:
    """The counts with provinces of too few scans put to those of unknown place."""
    sums: Counter[str] = Counter()
    for row in rows:
        sums[row.province] += row.count
    merged: Counter[ScanCount] = Counter()
    for row in rows:
        province = row.province if sums[row.province] >= LEAST else ""
        merged[replace(row, province=province, count=0)] += row.count
    found = [replace(row, count=count) for row, count in merged.items()]
    return tuple(sorted(found, key=lambda row: (row.day, row.province, RESULTS.index(row.result))))
