"""What an enterprise's data looks like from outside: counts for its readiness and for the monitor of data quality."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from verify_app.domain.case import Finding, State

from .inspection_tables import case_file
from .issue_tables import code_batch
from .portal_tables import print_job
from .tables import certificate, critical_event, enterprise, item, lot, model, passport_version, scan
from .tables_enterprise import api_key

_EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class ReadinessCounts:
    """Numbers behind the readiness score."""

    has_gln: bool
    products: int
    published: int
    lots: int
    items: int
    labels: int
    events: int
    keys: int
    conformity: int


@dataclass(frozen=True, slots=True)
class QualityCounts:
    """Findings of the monitor, each with up to twenty examples (GTIN, lot or serial)."""

    never_scanned: int
    scanned_not_issued: tuple[tuple[str, str], ...]
    missing_items: tuple[tuple[str, str], ...]
    data_errors: tuple[tuple[str, str], ...]  # lots or items of which inspectors found that the data were late or wrong
    stale_lots: tuple[tuple[str, str], ...]
    future_events: tuple[tuple[str, str], ...]


def readiness_counts(connection: sa.Connection, enterprise_id: str) -> ReadinessCounts:
    """Counts of an enterprise; items are counted as the lots' uploads, for counting rows would take seconds."""
    own = sa.select(model.c.gtin).where(model.c.enterprise_id == enterprise_id)
    version = passport_version

    def number(table: sa.Table, *where: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
        return sa.select(sa.func.count()).select_from(table).where(*where).scalar_subquery()

    row = connection.execute(
        sa.select(
            sa.select(enterprise.c.gln).where(enterprise.c.id == enterprise_id).scalar_subquery(),
            number(model, model.c.enterprise_id == enterprise_id),
            number(version, version.c.gtin.in_(own), version.c.lot == "", version.c.status == "published"),
            number(lot, lot.c.gtin.in_(own)),
            sa.select(sa.func.coalesce(sa.func.sum(lot.c.uploaded), 0)).where(lot.c.gtin.in_(own)).scalar_subquery(),
            sa.select(sa.func.coalesce(sa.func.sum(print_job.c.done), 0))
            .where(print_job.c.batch_id.in_(sa.select(code_batch.c.id).where(code_batch.c.gtin.in_(own))))
            .scalar_subquery(),
            number(critical_event, critical_event.c.gtin.in_(own)),
            number(api_key, api_key.c.enterprise_id == enterprise_id, api_key.c.revoked_at == 0),
            number(certificate, certificate.c.gtin.in_(own), certificate.c.kind.like("conformity%")),
        )
    ).one()
    return ReadinessCounts(bool(row[0]), *(int(value) for value in row[1:]))


def quality_counts(connection: sa.Connection, enterprise_id: str, now: int, stale_before: int) -> QualityCounts:
    """Findings of an enterprise's monitor: counts and codes only, nothing of who scanned."""
    own = sa.select(model.c.gtin).where(model.c.enterprise_id == enterprise_id)
    # by the identity, which has an index: by GTIN and serial each item would walk through all scans of its product
    identity = sa.literal("01/") + item.c.gtin + sa.literal("/21/") + item.c.serial
    scanned = sa.exists().where(scan.c.identity == identity)
    issued = sa.exists().where(item.c.gtin == scan.c.gtin, item.c.serial == scan.c.serial)
    unused = (  # a sample: counting all of ten million would take seconds
        sa.select(sa.literal(1)).select_from(item).where(item.c.gtin.in_(own), ~scanned).limit(10_000).subquery()
    )
    strange = sa.select(scan.c.gtin, scan.c.serial).where(scan.c.gtin.in_(own), scan.c.serial != "", ~issued).distinct()
    missing = sa.select(lot.c.gtin, lot.c.lot).where(lot.c.gtin.in_(own), lot.c.uploaded < lot.c.declared)
    named = sa.case((case_file.c.serial != "", case_file.c.serial), else_=case_file.c.lot)
    wrong = sa.select(case_file.c.gtin, named).where(
        case_file.c.gtin.in_(own),
        case_file.c.state == State.CLOSED.value,
        case_file.c.finding == Finding.DATA_ERROR.value,
    )
    last = (
        sa.select(sa.func.max(critical_event.c.when_ms))
        .where(critical_event.c.gtin == lot.c.gtin, critical_event.c.lot == lot.c.lot)
        .scalar_subquery()
    )
    stale = sa.select(lot.c.gtin, lot.c.lot).where(lot.c.gtin.in_(own), last < stale_before)
    event = critical_event
    future = sa.select(event.c.gtin, event.c.lot).where(event.c.gtin.in_(own), event.c.when_ms > now).distinct()

    def examples(query: sa.Select[Any]) -> tuple[tuple[str, str], ...]:
        return tuple((row[0], row[1]) for row in connection.execute(query.limit(_EXAMPLES)))

    return QualityCounts(
        never_scanned=connection.execute(sa.select(sa.func.count()).select_from(unused)).scalar_one(),
        scanned_not_issued=examples(strange),
        missing_items=examples(missing),
        data_errors=examples(wrong),
        stale_lots=examples(stale),
        future_events=examples(future),
    )
