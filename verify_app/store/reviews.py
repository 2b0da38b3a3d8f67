"""Versions on their way to the public page: the queue, the acts upon them, and what is shown in the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from verify_app.domain.passport import LotPart, ModelPart, Review
from verify_app.domain.text import Text

from .documents import read_lot, read_model, read_text
from .registry import write_facts
from .rows import model_row
from .tables import enterprise, lot, model, passport_version
from .tables_enterprise import review_note
from .versions import Change, version


@dataclass(frozen=True, slots=True)
class Queued:
    """A version on its way; lot "" for a product. Times are UTC milliseconds."""

    gtin: str
    lot: str
    version: int
    status: Review
    author: str
    written_at: int
    enterprise_id: str
    tenant_id: str
    enterprise: Text
    name: str


@dataclass(frozen=True, slots=True)
class ReviewNote:
    """One act upon a version."""

    version: int
    act: str
    actor: str
    reason: str
    when: int


class NoVersionError(LookupError):
    """There is no such version."""


def queue(connection: sa.Connection, statuses: tuple[Review, ...], tenant: str, limit: int = 200) -> tuple[Queued, ...]:
    """The last versions that stand in one of some states, the oldest first; tenant "" for all provinces."""
    table = passport_version.c
    condition: sa.ColumnElement[bool] = table.status.in_([status.value for status in statuses])
    if tenant:
        condition &= model.c.tenant_id == tenant
    return _queued(connection, condition, (table.written_at, table.gtin, table.lot), limit)


def own_versions(connection: sa.Connection, enterprise_id: str, limit: int = 5_000) -> tuple[Queued, ...]:
    """The last version of each product and lot of an enterprise, whatever its state: each product before its lots."""
    table = passport_version.c
    return _queued(connection, model.c.enterprise_id == enterprise_id, (table.gtin, table.lot), limit)


def move_version(
    connection: sa.Connection, key: tuple[str, str, int], decide: Callable[[Review, str], Review], note: ReviewNote
) -> Review:
    """Move a version on: `decide` is given its status and author and answers the new status; the note is kept.

    Publishing makes it the shown version, unless a later one is shown already. Raises `NoVersionError`.
    """
    gtin, number, found = key[0], key[2], _where(key)
    row = connection.execute(
        sa.select(passport_version.c.status, passport_version.c.author).where(*found).with_for_update()
    ).first()
    if row is None:
        raise NoVersionError(f"Expected a version of {gtin}, got {number}.")
    status = decide(Review(row.status), row.author)
    values: dict[str, object] = {"status": status.value}
    if note.act == "approve":
        values["reviewer"] = note.actor
    if status is Review.PUBLISHED:
        values["published_at"] = note.when
    connection.execute(sa.update(passport_version).where(*found).values(values))
    connection.execute(
        sa.insert(review_note).values(
            gtin=gtin, lot=key[1], version=number, act=note.act, actor=note.actor, reason=note.reason, when_ms=note.when
        )
    )
    if status is Review.PUBLISHED:
        _show(connection, key)
    return status


def notes(connection: sa.Connection, gtin: str, number: str) -> tuple[ReviewNote, ...]:
    """All acts upon the versions of a product or lot, the latest first."""
    query = sa.select(review_note).where(review_note.c.gtin == gtin, review_note.c.lot == number)
    rows = connection.execute(query.order_by(review_note.c.id.desc()).limit(100))
    return tuple(ReviewNote(row.version, row.act, row.actor, row.reason, row.when_ms) for row in rows)


def shown_number(connection: sa.Connection, gtin: str, number: str) -> int:
    """Number of the published version that the public sees, 0 for none."""
    query = sa.select(sa.func.max(passport_version.c.version)).where(
        passport_version.c.gtin == gtin,
        passport_version.c.lot == number,
        passport_version.c.status == Review.PUBLISHED.value,
    )
    return connection.execute(query).scalar() or 0


def _show(connection: sa.Connection, key: tuple[str, str, int]) -> None:
    gtin, number, wanted = key
    shown = shown_number(connection, gtin, number)
    if shown != wanted:
        return  # a later version is public already
    part = version(connection, gtin, number, wanted)
    if isinstance(part, ModelPart):
        row = model_row(wanted, part)
        connection.execute(sa.update(model).where(model.c.gtin == gtin).values(row))
    elif isinstance(part, LotPart):
        connection.execute(sa.update(lot).where(lot.c.gtin == gtin, lot.c.lot == number).values(shown_version=wanted))
    write_facts(connection, [Change((gtin, number), wanted, part, ())])


def _where(key: tuple[str, str, int]) -> tuple[sa.ColumnElement[bool], ...]:
    table = passport_version
    return (table.c.gtin == key[0], table.c.lot == key[1], table.c.version == key[2])


def _queued(
    connection: sa.Connection, condition: sa.ColumnElement[bool], order: tuple[sa.Column[Any], ...], limit: int
) -> tuple[Queued, ...]:
    table, later = passport_version, passport_version.alias("later")
    newer = sa.exists().where(
        later.c.gtin == table.c.gtin, later.c.lot == table.c.lot, later.c.version > table.c.version
    )
    query = (
        sa.select(table, model.c.enterprise_id, model.c.tenant_id, enterprise.c.name.label("enterprise"))
        .join(model, model.c.gtin == table.c.gtin)
        .join(enterprise, enterprise.c.id == model.c.enterprise_id)
        .where(condition, ~newer)
        .order_by(*order)
        .limit(limit)
    )
    return tuple(
        Queued(
            gtin=row.gtin,
            lot=row.lot,
            version=row.version,
            status=Review(row.status),
            author=row.author,
            written_at=row.written_at,
            enterprise_id=row.enterprise_id,
            tenant_id=row.tenant_id or "",
            enterprise=read_text(row.enterprise),
            name=read_lot(row.body).lot if row.lot else read_model(row.body).name.text("vi"),
        )
        for row in connection.execute(query)
    )
