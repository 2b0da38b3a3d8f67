"""The SQL engine: SQLite as the embedded default, PostgreSQL in production; and the one error of both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeVar

import sqlalchemy as sa
from prometheus_client import Counter
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError, InterfaceError, InternalError, OperationalError, TimeoutError

BUSY_MS = 5_000  # how long a SQLite writer waits for another one
CONNECT_SECONDS = 2  # libpq's least: a dead database host costs a scan two seconds, once per connection
STATEMENT_MS = 5_000
POOL_SIZE = 8  # per process; with the overflow one connection for each of 16 threads
POOL_SECONDS = 3

Engine = sa.Engine  # so that services can name what they hand on without knowing SQL
Connection = sa.Connection
Upsert = sqlite.Insert | postgresql.Insert
_Answer = TypeVar("_Answer")

questions = Counter("verify_app_registry_questions", "Questions that the database was asked.", registry=None)


class StoreUnavailable(Exception):  # noqa: N818 - reads as a state, like HISTORY_UNAVAILABLE
    """The database cannot answer now. Whoever asked may try again; nothing was half written."""


class UnfitValueError(ValueError):
    """A value that no database takes, such as a text with NUL or a number of more than 64 bits; nothing was written."""


def open_engine(url: str) -> sa.Engine:
    """Engine for a SQLAlchemy URL ("sqlite:///…" or "postgresql+psycopg://…"); connects at first use.

    Raises `ValueError` for any other database.
    """
    address = sa.make_url(url)
    if address.get_backend_name() == "sqlite":
        return _open_sqlite(address)
    if address.get_backend_name() == "postgresql":
        return _open_postgresql(address)
    raise ValueError(f"Expected a sqlite or postgresql URL, got {address.get_backend_name()!r}.")


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Connection for reading, each statement by itself: one round trip, with no BEGIN and ROLLBACK around it.

    Raises `StoreUnavailable` if the database cannot answer.
    """
    with _edge(), _reader(engine).connect() as connection:
        yield connection


def ask(engine: sa.Engine, question: Callable[[sa.Connection], _Answer]) -> _Answer:
    """Answer of a question that only reads. A pooled connection that died while it lay idle (the database was
    restarted) is replaced once, so that a restart costs no scan. Raises `StoreUnavailable`."""
    questions.inc()
    try:
        with reading(engine) as connection:
            return question(connection)
    except StoreUnavailable as error:
        if not getattr(error.__cause__, "connection_invalidated", False):
            raise
    with reading(engine) as connection:
        return question(connection)


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Connection in one transaction: committed at the end, rolled back on an error.

    SQLite takes its write lock at the start (BEGIN IMMEDIATE): a transaction that read first and wanted to write
    later would fail at once, without waiting, if another writer came between. Raises `StoreUnavailable`.
    """
    with _edge(), engine.connect() as connection, connection.begin():
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection


def insert(connection: sa.Connection, table: sa.Table) -> Upsert:
    """INSERT that knows ON CONFLICT, in the connection's dialect."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def upsert(connection: sa.Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> int:
    """Insert rows, or update those whose primary key is there; returns how many were new or differed.

    Of several rows with one key the last one counts.
    """
    keys = [column.name for column in table.primary_key.columns]
    distinct = list({tuple(row[key] for key in keys): row for row in rows}.values())
    if not distinct:
        return 0
    statement = insert(connection, table)
    new = {name: statement.excluded[name] for name in distinct[0] if name not in keys}
    differs = sa.or_(*(table.c[name].is_distinct_from(value) for name, value in new.items()))
    statement = statement.on_conflict_do_update(index_elements=keys, set_=new, where=differs)
    return execute_rows(connection, statement, distinct)


def execute_rows(connection: sa.Connection, statement: Upsert, rows: Sequence[dict[str, Any]]) -> int:
    """Run an INSERT … ON CONFLICT for many rows (all with the same columns) and return how many were inserted or
    updated. No two rows may have one key where the statement updates.

    SQLite runs it once a row. On PostgreSQL the rows travel as one array per column, in one statement: one round
    trip and one plan, ten times as fast as a statement a row.
    """
    if not rows:
        return 0
    if connection.dialect.name == "sqlite":
        return connection.execute(statement, rows).rowcount
    names = list(rows[0])
    arrays = [
        sa.bindparam(f"all_{name}", [row[name] for row in rows], type_=postgresql.ARRAY(statement.table.c[name].type))
        for name in names
    ]
    values = sa.func.unnest(*arrays).table_valued(*names).render_derived()
    selected = sa.select(*(values.c[name] for name in names))
    return connection.execute(
        statement.from_select(names, selected), execution_options={"preserve_rowcount": True}
    ).rowcount


@lru_cache(maxsize=4)
def _reader(engine: sa.Engine) -> sa.Engine:
    """Engine on the same connections that opens no transaction, kept: making one costs as much as asking.
    SQLite's driver opens none before a write."""
    return engine if engine.dialect.name == "sqlite" else engine.execution_options(isolation_level="AUTOCOMMIT")


@contextmanager
def _edge() -> Iterator[None]:
    """Turn the drivers' ways to say "cannot answer" into one error, and those to refuse a value into another. Mistakes
    of ours (constraints, bad SQL) pass."""
    try:
        yield
    except (DataError, OverflowError) as error:
        reason = getattr(error, "orig", None) or error
        raise UnfitValueError(f"Expected values that the database takes, got {type(reason).__name__}.") from error
    except (OperationalError, InterfaceError, InternalError, TimeoutError) as error:
        reason = getattr(error, "orig", None) or error  # without the statement: its values are no log's business
        raise StoreUnavailable(f"Expected an answer of the database, got {type(reason).__name__}: {reason}") from error


def _open_sqlite(address: sa.URL) -> sa.Engine:
    engine = sa.create_engine(address, pool_size=POOL_SIZE, max_overflow=POOL_SIZE, pool_timeout=POOL_SECONDS)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        for pragma in (
            f"busy_timeout = {BUSY_MS}",
            "journal_mode = WAL",  # readers and the one writer do not wait for each other
            # FULL, not NORMAL: the worker forgets the stream's entry once the ledger has it, so a commit must
            # outlive a power cut. Price: one fsync per commit, and the ledger commits whole batches.
            "synchronous = FULL",
            "foreign_keys = ON",
            "cache_size = -16384",  # 16 MiB per connection
            "temp_store = MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _open_postgresql(address: sa.URL) -> sa.Engine:
    return sa.create_engine(
        address.set(drivername="postgresql+psycopg"),
        pool_size=POOL_SIZE,
        max_overflow=POOL_SIZE,
        pool_timeout=POOL_SECONDS,
        pool_recycle=1800,  # before firewalls forget idle connections
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "verify-app",
            "options": f"-c statement_timeout={STATEMENT_MS} -c timezone=UTC",
        },
    )
