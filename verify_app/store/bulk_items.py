"""Items by the ten thousand: COPY into PostgreSQL, one prepared statement into SQLite.

`registry.write_registry` writes a registry of values; here rows go straight from a file to the table, for at a
million items the objects in between cost more than the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from psycopg.errors import UniqueViolation

ItemRow = tuple[str, str, str, str, int]  # gtin, serial, lot, state, state_at (UTC milliseconds, 0: not told)

_SAME_STATE = "(excluded.state_at = 0 OR excluded.state_at < item.state_at OR excluded.state = item.state)"
_DIFFERS = f"(excluded.lot <> item.lot OR NOT {_SAME_STATE})"
_UPSERT = f"""ON CONFLICT (gtin, serial) DO UPDATE SET lot = excluded.lot,
 state = CASE WHEN {_SAME_STATE} THEN item.state ELSE excluded.state END,
 state_at = CASE WHEN {_SAME_STATE} THEN item.state_at ELSE excluded.state_at END WHERE {_DIFFERS}"""
_STAGE = """CREATE TEMPORARY TABLE IF NOT EXISTS item_stage
 (gtin text COLLATE "C", serial text COLLATE "C", lot text COLLATE "C", state text COLLATE "C", state_at bigint)
 ON COMMIT DELETE ROWS"""
_COPY = "COPY {table} (gtin, serial, lot, state, state_at) FROM STDIN"
# A staged row is looked up by its key first, whatever the planner thinks of a table without statistics (OFFSET 0 keeps
# it from turning the join round): one that is as it was costs no lock and no write.
_FROM_STAGE = f"""WITH written AS (
 INSERT INTO item (gtin, serial, lot, state, state_at)
 SELECT excluded.gtin, excluded.serial, excluded.lot, excluded.state, excluded.state_at FROM item_stage AS excluded
 LEFT JOIN LATERAL (SELECT lot, state, state_at FROM item
 WHERE item.gtin = excluded.gtin AND item.serial = excluded.serial OFFSET 0) AS item ON true
 WHERE item.lot IS NULL OR {_DIFFERS} {_UPSERT} RETURNING (xmax = 0) AS is_new)
 SELECT count(*) FILTER (WHERE is_new), count(*) FROM written"""  # noqa: S608
_SQLITE = "INSERT INTO item (gtin, serial, lot, state, state_at) VALUES (?, ?, ?, ?, ?) "
_LINE = "%s\t%s\t%s\t%s\t%d\n"


@dataclass(frozen=True, slots=True)
class Written:
    """How many records of a batch were new, changed, or there already as they are."""

    fresh: int = 0
    changed: int = 0
    same: int = 0

    def __add__(self, other: Written) -> Written:
        return Written(self.fresh + other.fresh, self.changed + other.changed, self.same + other.same)


def takes_rows_beside_us(engine: sa.Engine) -> bool:
    """Whether the database is a process of its own, so that the next rows can be read while it takes in the last."""
    return engine.dialect.name == "postgresql"


def prepare_bulk(connection: sa.Connection, *, followed: bool = False) -> None:
    """Make the transaction fit for long statements; call it first in each bulk transaction. Of one that is `followed`
    by an ordinary one before anybody relies on it the commit does not wait for the disk: a power cut may take back
    the last of them whole, and the ordinary commit makes all of them last."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        if followed:
            connection.exec_driver_sql("SET LOCAL synchronous_commit = off")


def write_items(connection: sa.Connection, rows: Sequence[ItemRow]) -> Written:
    """Write items whose texts hold only characters of GS1 set 82 (so none needs escaping), no two of one key.

    The lot of a known item is replaced; its state only by one that was told with a time at least as late.
    """
    if not rows:
        return Written()
    if connection.dialect.name == "postgresql":
        return _copy(connection, rows)
    rows = sorted(rows)  # in the order of the table's own tree
    fresh = connection.exec_driver_sql(_SQLITE + "ON CONFLICT DO NOTHING", rows).rowcount
    changed = connection.exec_driver_sql(_SQLITE + _UPSERT, rows).rowcount if fresh < len(rows) else 0
    return Written(fresh, changed, len(rows) - fresh - changed)


def _copy(connection: sa.Connection, rows: Sequence[ItemRow]) -> Written:
    """Straight into the table, as most files are new; where one of the rows is there already, again over the stage."""
    raw: Any = connection.connection  # psycopg's own connection: SQLAlchemy has no COPY
    lines = "".join(sorted(map(_LINE.__mod__, rows))).encode()  # in the order of the key: a tab is below set 82
    with raw.cursor() as cursor:
        cursor.execute("SAVEPOINT bulk")
        try:
            with cursor.copy(_COPY.format(table="item")) as copy:
                copy.write(lines)
            return Written(fresh=len(rows))
        except UniqueViolation:
            cursor.execute("ROLLBACK TO SAVEPOINT bulk")
        cursor.execute(_STAGE)
        with cursor.copy(_COPY.format(table="item_stage")) as copy:
            copy.write(lines)
        fresh, touched = cursor.execute(_FROM_STAGE).fetchone() or (0, 0)
        cursor.execute("TRUNCATE item_stage")
    return Written(fresh, touched - fresh, len(rows) - touched)


def count_uploaded(connection: sa.Connection, gtins: Iterable[str]) -> None:
    """Bring the numbers of uploaded items of all lots of these GTINs up to what is stored.

    An enterprise may have uploaded elsewhere before: its own number stands if it is the greater one.
    """
    statement = sa.text(
        "UPDATE lot SET uploaded = held.n FROM (SELECT lot AS number, count(*) AS n FROM item WHERE gtin = :gtin"
        " GROUP BY lot) AS held WHERE lot.gtin = :gtin AND lot.lot = held.number AND lot.uploaded < held.n"
    )
    for gtin in gtins:
        connection.execute(statement, {"gtin": gtin})
