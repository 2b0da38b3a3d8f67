"""The scan ledger: every scan once, on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import fields, replace

import pytest
import sqlalchemy as sa

from verify_app.store import ledger
from verify_app.store.engine import StoreUnavailable, open_engine, reading, writing
from verify_app.store.ledger import LedgerRow
from verify_app.store.tables import scan

pytest_plugins = ("tests.fixtures_postgres",)

IDENTITY = "01/09521234543213/21/S1"
ROW = LedgerRow(
    scan_id="0199aa00000070008000000000000001",
    when=1_790_000_000_000,
    identity=IDENTITY,
    gtin="09521234543213",
    lot="L1",
    serial="S1",
    kind="scan",
    entry="photo",
    actor="inspector",
    tag=2**32 - 1,
    country="VN",
    region="S",
    cell=(-216, 2133),
    prior_scans=4,
    prior_others=2,
)


@pytest.fixture
def engine(registry_url: str) -> Iterator[sa.Engine]:
    engine = open_engine(registry_url)
    yield engine
    engine.dispose()


def _rows(number: int, start: int = 0) -> list[LedgerRow]:
    return [
        replace(ROW, scan_id=f"{index:032x}", when=1_000 + index // 3, identity=f"id-{index % 7}")
        for index in range(start, start + number)
    ]


def _append(engine: sa.Engine, rows: list[LedgerRow]) -> int:
    with writing(engine) as connection:
        return ledger.append(connection, rows)


def test_scan_is_read_as_it_was_written(engine: sa.Engine) -> None:
    bare = LedgerRow("f" * 32, ROW.when + 1, IDENTITY)
    assert _append(engine, [ROW, bare]) == 2
    with reading(engine) as connection:
        assert ledger.scans_of(connection, IDENTITY) == (bare, ROW)
        assert ledger.first_checked(connection, IDENTITY) == ROW.when
        assert ledger.first_checked(connection, "never") == 0


def test_scan_that_comes_twice_is_one_scan(engine: sa.Engine) -> None:
    assert _append(engine, _rows(50)) == 50
    assert _append(engine, _rows(60)) == 10
    assert _append(engine, [ROW, ROW]) == 1
    assert _append(engine, []) == 0
    with reading(engine) as connection:
        assert ledger.count(connection) == 61


def test_scan_that_comes_again_with_other_facts_keeps_the_first_ones(engine: sa.Engine) -> None:
    _append(engine, [ROW])
    _append(engine, [replace(ROW, country="LA")])
    with reading(engine) as connection:
        assert ledger.scans_of(connection, IDENTITY) == (ROW,)


def test_two_workers_with_the_same_batch_write_it_once(engine: sa.Engine) -> None:
    new: list[int] = []
    together = threading.Barrier(4)

    def work() -> None:
        together.wait()
        new.append(_append(engine, _rows(300)))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(new) == 300
    assert len(new) == 4
    with reading(engine) as connection:
        assert ledger.count(connection) == 300


def test_batch_that_fails_leaves_nothing(engine: sa.Engine) -> None:
    def die_after_writing() -> None:
        with writing(engine) as connection:
            ledger.append(connection, _rows(5))
            raise RuntimeError("the worker died here")

    with pytest.raises(RuntimeError, match="died here"):
        die_after_writing()
    with reading(engine) as connection:
        assert ledger.count(connection) == 0


def test_replay_gives_every_scan_once_in_the_order_of_time(engine: sa.Engine, monkeypatch) -> None:
    monkeypatch.setattr(ledger, "_BATCH", 64)  # page borders fall between scans of one millisecond
    _append(engine, _rows(500)[::-1])
    with reading(engine) as connection:
        replayed = list(ledger.replayable(connection))
        assert replayed == sorted(_rows(500), key=lambda row: (row.when, row.scan_id))
        assert [row.when for row in ledger.replayable(connection, since=1_150)] == [
            row.when for row in replayed if row.when >= 1_150
        ]


def test_ledger_has_no_column_for_an_address_or_a_user_agent(engine: sa.Engine) -> None:
    of_place = {"cell_lat", "cell_lon", "province"}  # the province follows from the cell
    names = {spec.name for spec in fields(LedgerRow)} - {"cell", "when", "watch"} | {"when_ms"} | of_place
    assert {column["name"] for column in sa.inspect(engine).get_columns("scan")} == names == set(scan.columns.keys())


def test_database_that_went_away_is_one_error(tmp_path, postgres_server) -> None:
    url = postgres_server.database()
    engine = open_engine(url)
    with reading(engine) as connection:
        connection.exec_driver_sql("SELECT 1")
    postgres_server.drop(url)
    with pytest.raises(StoreUnavailable, match="Expected an answer of the database"), reading(engine) as connection:
        connection.exec_driver_sql("SELECT 1")
    engine.dispose()


def test_statement_that_takes_too_long_is_given_up(postgres_url: str) -> None:
    engine = open_engine(postgres_url)
    with reading(engine) as connection:
        limit = connection.exec_driver_sql("SHOW statement_timeout").scalar()
        assert limit == "5s"
        connection.exec_driver_sql("SET statement_timeout = 20")
        with pytest.raises(sa.exc.OperationalError):
            connection.exec_driver_sql("SELECT pg_sleep(5)")
    engine.dispose()
