"""Versions of published documents: a change is a new version, and the old one stays readable.

The decree asks for the change history of a label until a year after expiry (Decree 37/2026 Art. 53(3)) and a new
version of a passport at each change of a field; here a version is never overwritten or deleted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from verify_app.domain.passport import LotPart, ModelPart, Review

from .documents import digest, read_lot, read_model, write_part
from .tables import passport_version

Key = tuple[str, str]  # (gtin, lot), lot "" for the model
_CHUNK = 400  # keys asked at once; SQLite takes 32,766 bound values, PostgreSQL 65,535


@dataclass(frozen=True, slots=True)
class Signature:
    """Who wrote and who reviewed what is being written, and when (UTC milliseconds)."""

    author: str
    reviewer: str
    when: int


@dataclass(frozen=True, slots=True)
class VersionNote:
    """One version of a document, without its content. `reviewer` and `published_at` are empty until publication."""

    number: int
    status: Review
    author: str
    reviewer: str
    written_at: int
    published_at: int


@dataclass(frozen=True, slots=True)
class Change:
    """What writing a sequence of versions does to one key. `shown` is None if the public page stays as it is."""

    key: Key
    shown_version: int
    shown: ModelPart | LotPart | None
    rows: tuple[dict[str, Any], ...]  # new versions
    settled: dict[str, Any] | None = None  # the last version's new status, if that alone changed


@dataclass(frozen=True, slots=True)
class _Stored:
    version: int
    status: str
    digest: str


def versions(connection: sa.Connection, gtin: str, lot: str = "") -> tuple[VersionNote, ...]:
    """All versions of a model, or of a lot, oldest first."""
    table = passport_version
    columns = (table.c.version, table.c.status, table.c.author, table.c.reviewer, table.c.written_at)
    rows = connection.execute(
        sa.select(*columns, table.c.published_at)
        .where(table.c.gtin == gtin, table.c.lot == lot)
        .order_by(table.c.version)
    )
    return tuple(
        VersionNote(row.version, Review(row.status), row.author, row.reviewer, row.written_at, row.published_at)
        for row in rows
    )


def version(connection: sa.Connection, gtin: str, lot: str, number: int) -> ModelPart | LotPart | None:
    """Content of one version of a model (lot "") or of a lot, without acts and counts; None if there is none."""
    table = passport_version
    row = connection.execute(
        sa.select(table.c.body, table.c.status, table.c.published_at).where(
            table.c.gtin == gtin, table.c.lot == lot, table.c.version == number
        )
    ).first()
    if row is None:
        return None
    part = read_lot(row.body) if lot else read_model(row.body)
    return replace(part, version=number, published_at=row.published_at, review=Review(row.status))


def plan_changes(
    connection: sa.Connection, parts: Iterable[tuple[Key, ModelPart | LotPart]], signature: Signature
) -> Iterable[Change]:
    """What has to be written so that each key's last version is the last of its parts.

    Several parts of one key are a sequence of versions, oldest first. The part of the sequence that is already
    stored at the end is not written again, so that the same registry twice changes nothing.
    """
    sequences: dict[Key, list[ModelPart | LotPart]] = defaultdict(list)
    for key, part in parts:
        sequences[key].append(part)
    keys = list(sequences)
    for start in range(0, len(keys), _CHUNK):
        chunk = keys[start : start + _CHUNK]
        stored = _stored(connection, chunk)
        for key in chunk:
            yield _change(key, sequences[key], stored[key], signature)


def write_changes(connection: sa.Connection, changes: Sequence[Change]) -> None:
    """Write the planned versions; the rows of `model` and `lot` are the caller's."""
    rows = [row for change in changes for row in change.rows]
    if rows:
        connection.execute(sa.insert(passport_version), rows)
    table = passport_version
    for change in changes:
        if change.settled:
            last = (
                table.c.gtin == change.key[0],
                table.c.lot == change.key[1],
                table.c.version == change.settled["version"],
            )
            connection.execute(sa.update(table).where(*last).values(change.settled))


def _stored(connection: sa.Connection, keys: Sequence[Key]) -> dict[Key, list[_Stored]]:
    table = passport_version
    rows = connection.execute(
        sa.select(table.c.gtin, table.c.lot, table.c.version, table.c.status, table.c.digest)
        .where(sa.tuple_(table.c.gtin, table.c.lot).in_(keys))
        .order_by(table.c.gtin, table.c.lot, table.c.version)
    )
    stored: dict[Key, list[_Stored]] = defaultdict(list)
    for gtin, lot, number, status, mark in rows:
        stored[gtin, lot].append(_Stored(number, status, mark))
    return stored


def _change(key: Key, parts: list[ModelPart | LotPart], stored: list[_Stored], signature: Signature) -> Change:
    bodies = [write_part(part) for part in parts]
    marks = [digest(body) for body in bodies]
    known = _overlap([old.digest for old in stored], marks)
    last = stored[-1].version if stored else 0
    rows = tuple(
        _row(key, last + offset, (part, body, mark), signature)
        for offset, (part, body, mark) in enumerate(
            zip(parts[known:], bodies[known:], marks[known:], strict=True), start=1
        )
    )
    settled = None if rows else _settled(stored[-1], parts[-1], signature)
    history = [(old.version, old.status) for old in stored] + [(row["version"], row["status"]) for row in rows]
    if settled:
        history[-1] = (last, settled["status"])
    public = [number for number, status in history if status == Review.PUBLISHED.value]
    shown_version = public[-1] if public else history[-1][0]
    moved = bool(rows or settled)
    held = {row["version"]: part for row, part in zip(rows, parts[known:], strict=True)} | (
        {last: parts[-1]} if settled else {}
    )
    return Change(key, shown_version, held.get(shown_version) if moved else None, rows, settled)


def _overlap(stored: list[str], wanted: list[str]) -> int:
    """How many of the wanted versions are the stored ones at the end already."""
    for length in range(min(len(stored), len(wanted)), 0, -1):
        if stored[-length:] == wanted[:length]:
            return length
    return 0


def _row(key: Key, number: int, content: tuple[ModelPart | LotPart, str, str], signature: Signature) -> dict[str, Any]:
    part, body, mark = content
    row = {"gtin": key[0], "lot": key[1], "version": number, "body": body, "digest": mark}
    return row | {"author": signature.author, "written_at": signature.when} | _review(part, signature)


def _review(part: ModelPart | LotPart, signature: Signature) -> dict[str, Any]:
    public = part.review is Review.PUBLISHED
    return {
        "status": part.review.value,
        "reviewer": signature.reviewer if public else "",
        "published_at": (part.published_at or signature.when) if public else 0,
    }


def _settled(old: _Stored, part: ModelPart | LotPart, signature: Signature) -> dict[str, Any] | None:
    # a published version stays published: it is taken off the page by an act, with reason and actor, not by an import
    if old.status in (part.review.value, Review.PUBLISHED.value):
        return None
    return {"version": old.version} | _review(part, signature)
