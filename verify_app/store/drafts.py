"""Drafts: the last version of a product or lot, whatever its status, and a new one behind it."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from verify_app.domain.passport import LotPart, ModelPart, Review
from verify_app.domain.registry import Enterprise, LotRecord

from .bulk_items import Written
from .documents import read_lot, read_model, write_part
from .registry import write_lots, write_models
from .rows import read_enterprise
from .tables import enterprise, lot, passport_version
from .versions import Signature

NEW, CHANGED, SAME = Written(fresh=1), Written(changed=1), Written(same=1)


def last_model(connection: sa.Connection, gtin: str) -> ModelPart | None:
    """The last version of a model, None for an unknown GTIN."""
    row = connection.execute(_last(gtin, "")).first()
    if row is None:
        return None
    return replace(read_model(row.body), version=row.version, review=Review(row.status), published_at=row.published_at)


def last_lot(connection: sa.Connection, gtin: str, number: str) -> LotPart | None:
    """The last version of a lot with its counts, None for an unknown one."""
    row = connection.execute(_last(gtin, number)).first()
    if row is None:
        return None
    counts = connection.execute(
        sa.select(lot.c.declared, lot.c.uploaded).where(lot.c.gtin == gtin, lot.c.lot == number)
    ).one()
    part = replace(read_lot(row.body), version=row.version, review=Review(row.status), published_at=row.published_at)
    return replace(part, declared=counts.declared, uploaded=counts.uploaded)


def save_model(connection: sa.Connection, old: ModelPart | None, part: ModelPart, author: str, when: int) -> Written:
    """Write a model as a new version, unless it says what the last version `old` says."""
    if old is not None and write_part(old) == write_part(part):
        return SAME
    write_models(connection, [part], Signature(author, _reviewer(part.review), when))
    return CHANGED if old else NEW


def save_lot(
    connection: sa.Connection, gtin: str, step: tuple[LotPart | None, LotPart], author: str, when: int
) -> Written:
    """Write a lot as a new version, `step` being its last version and the new one, unless they say the same."""
    old, part = step
    if old is not None and write_part(old) == write_part(part):
        if old.declared == part.declared:
            return SAME
        part = replace(old, declared=part.declared)  # a count is no content: no version for it
    write_lots(connection, [LotRecord(gtin, part)], Signature(author, _reviewer(part.review), when))
    return CHANGED if old else NEW


def find_enterprise(connection: sa.Connection, enterprise_id: str) -> Enterprise | None:
    """The enterprise of an id, None for none."""
    row = connection.execute(sa.select(enterprise).where(enterprise.c.id == enterprise_id)).first()
    return None if row is None else read_enterprise(row)


def _reviewer(review: Review) -> str:
    """A critical event behind a published lot is shown at once; the version says that nobody reviewed it."""
    return "event" if review is Review.PUBLISHED else ""


def _last(gtin: str, number: str) -> sa.Select[tuple[str, int, str, int]]:
    table = passport_version
    query = sa.select(table.c.body, table.c.version, table.c.status, table.c.published_at)
    return query.where(table.c.gtin == gtin, table.c.lot == number).order_by(table.c.version.desc()).limit(1)
