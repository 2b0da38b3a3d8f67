"""The ledger's partitions on PostgreSQL: one for each month, made ahead. SQLite keeps one table, and nothing is done.

A month is a UTC month of `when_ms`. What belongs to no month that was made (a phone whose clock is years off) lies in
`scan_other`, from where it moves when its month is made. Looking up a code within a time touches only the months of
that time.
"""

from __future__ import annotations

from calendar import timegm
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

AHEAD = 3  # months that are ready beforehand
OTHER = "scan_other"
_EARLIEST, _LATEST = 2020 * 12, 2100 * 12  # months beyond which a time is a mistake; those rows stay in OTHER
_LOCK = 0x7665_7270_6172  # number of the advisory lock: one worker at a time
_MONTHS = sa.text(
    f"SELECT DISTINCT to_char(to_timestamp(when_ms / 1000) AT TIME ZONE 'UTC', 'YYYY-MM') FROM {OTHER} "  # noqa: S608
    "WHERE when_ms >= :low AND when_ms < :high LIMIT 600"
)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month, counted from the year 0."""

    number: int

    @classmethod
    def of(cls, when: int) -> Month:
        """Month of an instant (UTC milliseconds)."""
        moment = datetime.fromtimestamp(when / 1000, UTC)
        return cls(moment.year * 12 + moment.month - 1)

    @property
    def begin(self) -> int:
        """First instant of the month, in UTC milliseconds."""
        return timegm((self.number // 12, self.number % 12 + 1, 1, 0, 0, 0)) * 1000

    @property
    def end(self) -> int:
        """First instant of the next month."""
        return Month(self.number + 1).begin

    @property
    def table(self) -> str:
        """Name of its partition."""
        return f"scan_{self.number // 12:04d}_{self.number % 12 + 1:02d}"


def ensure_months(connection: sa.Connection, now: int) -> list[str]:
    """Make the partitions of this month and the next three (`now` in UTC milliseconds), and of the months that lie in
    `scan_other`; returns the names of new ones. The caller's transaction decides. Does nothing on SQLite, on a ledger
    that is not partitioned, and while another worker does it."""
    if connection.dialect.name != "postgresql" or not _partitioned(connection):
        return []
    if not connection.execute(sa.select(sa.func.pg_try_advisory_xact_lock(_LOCK))).scalar():
        return []
    connection.exec_driver_sql("SET LOCAL lock_timeout = '2s'")  # rather later than hold up the ledger
    this = Month.of(now)
    wanted = {Month(this.number + ahead) for ahead in range(AHEAD + 1)} | _strays(connection, this)
    missing = sorted(month for month in wanted if not _covered(connection, month))
    for month in missing:
        attach(connection, month)
    return [month.table for month in missing]


def attach(connection: sa.Connection, month: Month) -> None:
    """Make one partition and move its rows out of `scan_other`, which may not hold what belongs to a partition."""
    run = connection.exec_driver_sql
    run(f"CREATE TABLE {month.table} (LIKE scan INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
    within = f"when_ms >= {month.begin} AND when_ms < {month.end}"
    run(
        f"WITH moved AS (DELETE FROM {OTHER} WHERE {within} RETURNING *) "  # noqa: S608 - names and numbers of ours
        f"INSERT INTO {month.table} SELECT * FROM moved"
    )
    run(f"ALTER TABLE scan ATTACH PARTITION {month.table} FOR VALUES FROM ({month.begin}) TO ({month.end})")


def _partitioned(connection: sa.Connection) -> bool:
    kind = sa.text("SELECT relkind FROM pg_class WHERE oid = to_regclass('scan')")
    found = connection.execute(kind).scalar()
    return found in ("p", b"p")


def _strays(connection: sa.Connection, this: Month) -> set[Month]:
    """Months of the past, and of the near future, whose rows lie in `scan_other`."""
    latest = min(this.number + AHEAD + 1, _LATEST)
    bounds = {"low": Month(_EARLIEST).begin, "high": Month(latest).begin}
    return {
        Month(int(text[:4]) * 12 + int(text[5:]) - 1) for text in connection.execute(_MONTHS, bounds).scalars().all()
    }


def _covered(connection: sa.Connection, month: Month) -> bool:
    """Whether the month has its partition, or lies in the one that holds everything before the first."""
    if connection.execute(sa.select(sa.func.to_regclass(month.table))).scalar() is not None:
        return True
    bound = sa.text("SELECT obj_description(to_regclass('scan_before'))")
    before = connection.execute(bound).scalar()  # its end, in UTC milliseconds
    return before is not None and month.begin < int(before)
