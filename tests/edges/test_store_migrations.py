"""Migrations: the schema they build is the one in `store/tables.py`."""

from __future__ import annotations

import re
import threading
from dataclasses import replace

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError

from verify_app.domain.provinces import PROVINCES
from verify_app.store.engine import StoreUnavailable, open_engine, reading, writing
from verify_app.store.ledger import LedgerRow, append
from verify_app.store.migrate import check, downgrade, migrate
from verify_app.store.tables import metadata, scan

pytest_plugins = ("tests.fixtures_postgres",)


def _tables(url: str) -> set[str]:
    """All tables but the months of the ledger, which are made as time goes on."""
    engine = open_engine(url)
    try:
        return {name for name in sa.inspect(engine).get_table_names() if not re.match(r"scan_(\d{4}_|other)", name)}
    finally:
        engine.dispose()


def test_migrated_schema_is_the_declared_one(database_url: str) -> None:
    migrate(database_url)
    check(database_url)
    assert _tables(database_url) == set(metadata.tables) | {"alembic_version"}


def test_check_sees_a_missing_index(database_url: str) -> None:
    migrate(database_url)
    engine = open_engine(database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP INDEX ix_scan_identity_when_ms")
    engine.dispose()
    with pytest.raises(CommandError):
        check(database_url)


def test_downgrade_and_upgrade_give_the_same_schema(database_url: str) -> None:
    migrate(database_url)
    _place_a_scan(database_url, "Hưng Yên")
    downgrade(database_url, "0020")
    migrate(database_url)
    assert _province_of_the_scan(database_url) == "Hà Nội", "as the nearest commune tells, not the nearest town"
    downgrade(database_url, "base")
    assert _tables(database_url) == {"alembic_version"}
    migrate(database_url)
    check(database_url)


def _place_a_scan(url: str, province: str) -> None:
    """A scan at Phú Xuyên, as an older release put it into a province."""
    row = LedgerRow("1" * 32, 0, "01/09521234543213/21/S1", country="VN", cell=(415, 2118))
    engine, number = open_engine(url), next(n for n, one in enumerate(PROVINCES) if one.name == province)
    with writing(engine) as connection:
        append(connection, [row, replace(row, scan_id="2" * 32, cell=None)])
        connection.execute(sa.update(scan).where(scan.c.cell_lat == 415).values(province=number))
    engine.dispose()


def _province_of_the_scan(url: str) -> str:
    engine = open_engine(url)
    with reading(engine) as connection:
        (number,) = connection.execute(sa.select(scan.c.province).where(scan.c.cell_lat.is_not(None))).scalars()
    engine.dispose()
    return PROVINCES[number].name


def test_six_starts_at_once_migrate_once(database_url: str) -> None:
    failures: list[BaseException] = []
    together = threading.Barrier(6)

    def start() -> None:
        together.wait()
        try:
            migrate(database_url)
        except BaseException as error:  # noqa: BLE001 - reported below
            failures.append(error)

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    check(database_url)


def test_migration_that_fails_leaves_nothing_behind(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail_after_the_last_step(config: Config, revision: str) -> None:
        upgrade(config, revision)
        raise RuntimeError("the power went out here")

    upgrade = command.upgrade
    monkeypatch.setattr(command, "upgrade", fail_after_the_last_step)
    with pytest.raises(RuntimeError, match="power"):
        migrate(database_url)
    assert _tables(database_url) == set()
    monkeypatch.undo()
    migrate(database_url)
    check(database_url)


def test_database_that_was_never_migrated_says_that_it_cannot_answer(tmp_path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    with pytest.raises(StoreUnavailable), reading(engine) as connection:
        connection.exec_driver_sql("SELECT * FROM model")
    engine.dispose()


def test_sqlite_is_opened_for_durable_concurrent_use(tmp_path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'one.sqlite3'}")
    with reading(engine) as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    engine.dispose()
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}


def test_other_databases_are_refused() -> None:
    with pytest.raises(ValueError, match="Expected a sqlite or postgresql URL, got 'mysql'"):
        open_engine("mysql://somewhere/else")
