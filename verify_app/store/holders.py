"""What holders of items showed: hidden numbers of items, and how often a proof of an item was shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from hmac import compare_digest

import sqlalchemy as sa

from .engine import Connection, Engine, ask, execute_rows, insert, writing
from .holder_tables import holder_evidence, item_seal

SPENT_MS = 24 * 3_600_000  # so long after it was first typed right, a hidden number proves nothing to another browser
_AGAIN_MS = 30 * 60_000  # a slip that a browser shows again within this is not counted again
_NO_DIGEST = bytes(16)


class Kind(StrEnum):
    """What was shown of an item."""

    RECEIPT = "receipt"  # the slip of the device that checked it first
    SEAL = "seal"  # the hidden number, right
    SEAL_LATE = "seal_late"  # right, but known to somebody for more than a day
    SEAL_WRONG = "seal_wrong"


@dataclass(frozen=True, slots=True)
class Shown:
    """One kind of proof of an item: how often it was shown, first and last in UTC milliseconds."""

    kind: Kind
    times: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a typed number: `kind` is one of the three of a seal, `since` when it was first typed right (UTC
    milliseconds, 0 for a wrong one)."""

    kind: Kind
    since: int = 0


def write_seals(connection: Connection, rows: Sequence[tuple[str, str, bytes]]) -> int:
    """Keep digests of hidden numbers by (GTIN, serial); a new number of an item takes the place of the old one. Returns
    how many were new or changed."""
    statement = insert(connection, item_seal)
    new = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=["gtin", "serial"],
        set_={"digest": new.digest, "proven_ms": 0},
        where=item_seal.c.digest != new.digest,
    )
    distinct = {(gtin, serial): digest for gtin, serial, digest in rows}
    named = [{"gtin": gtin, "serial": serial, "digest": digest} for (gtin, serial), digest in distinct.items()]
    return execute_rows(connection, statement, named)


def try_number(engine: Engine, gtin: str, serial: str, digest: bytes, now: int) -> Tried:
    """Compare a typed number's digest with an item's, and keep what came of it. The same two statements and the same
    comparison for a right one, a wrong one and an item without a number. Raises `StoreUnavailable`."""
    found = sa.select(item_seal.c.digest, item_seal.c.proven_ms).where(*_item(item_seal, gtin, serial))
    with writing(engine) as connection:
        row = connection.execute(found).first()
        right = compare_digest(bytes(row.digest) if row else _NO_DIGEST, digest)
        since = ((row.proven_ms if row else 0) or now) if right else 0
        late = right and now - since > SPENT_MS
        kind = Kind.SEAL_LATE if late else Kind.SEAL if right else Kind.SEAL_WRONG
        connection.execute(sa.update(item_seal).where(*_item(item_seal, gtin, serial)).values(
            proven_ms=since if right else item_seal.c.proven_ms))  # fmt: skip
        _count(connection, (gtin, serial, kind), now, 0)
    return Tried(kind, since)


def note_shown(engine: Engine, gtin: str, serial: str, kind: Kind, now: int) -> None:
    """Count that a proof was shown, once in half an hour. Raises `StoreUnavailable`."""
    with writing(engine) as connection:
        _count(connection, (gtin, serial, kind), now, _AGAIN_MS)


def shown_of(engine: Engine, gtin: str, serial: str) -> tuple[Shown, ...]:
    """What was shown of an item, the latest first. Raises `StoreUnavailable`."""
    table = holder_evidence
    query = sa.select(table).where(*_item(table, gtin, serial)).order_by(table.c.last_ms.desc(), table.c.kind)
    return ask(engine, lambda connection: tuple(
        Shown(Kind(row.kind), row.times, row.first_ms, row.last_ms) for row in connection.execute(query)
    ))  # fmt: skip


def _count(connection: Connection, key: tuple[str, str, Kind], now: int, again: int) -> None:
    table, (gtin, serial, kind) = holder_evidence, key
    statement = insert(connection, table).values(
        gtin=gtin, serial=serial, kind=kind.value, first_ms=now, last_ms=now, times=1
    )
    connection.execute(statement.on_conflict_do_update(
        index_elements=["gtin", "serial", "kind"],
        set_={"last_ms": now, "times": table.c.times + 1},
        where=table.c.last_ms <= now - again,
    ))  # fmt: skip


def _item(table: sa.Table, gtin: str, serial: str) -> tuple[sa.ColumnElement[bool], ...]:
    return table.c.gtin == gtin, table.c.serial == serial
