"""The ledger in partitions by month on a real PostgreSQL: made ahead, pruned, and made of a ledger that was there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from verify_app.store import ledger
from verify_app.store.engine import open_engine, reading, writing
from verify_app.store.ledger import LedgerRow
from verify_app.store.migrate import check, downgrade, migrate
from verify_app.store.partitions import AHEAD, Month, ensure_months
from verify_app.store.tables import scan

pytest_plugins = ("tests.fixtures_postgres",)
pytestmark = pytest.mark.postgres

ROW = LedgerRow("0" * 32, 0, "01/09521234543213/21/S1", "09521234543213", "L1", "S1", country="VN")


def at(year: int, month: int, day: int = 15) -> int:
    return int(datetime(year, month, day, tzinfo=UTC).timestamp() * 1000)


def scans(*times: int) -> list[LedgerRow]:
    return [replace(ROW, scan_id=f"{number:032x}", when=when) for number, when in enumerate(times)]


@pytest.fixture
def engine(postgres_url: str) -> Iterator[sa.Engine]:
    migrate(postgres_url)
    made = open_engine(postgres_url)
    yield made
    made.dispose()


def partitions(engine: sa.Engine) -> set[str]:
    query = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'scan'::regclass"
    with reading(engine) as connection:
        return set(connection.exec_driver_sql(query).scalars())


def rows_of(engine: sa.Engine, table: str) -> int:
    with reading(engine) as connection:
        return int(connection.exec_driver_sql(f'SELECT count(*) FROM "{table}"').scalar() or 0)


def append(engine: sa.Engine, rows: list[LedgerRow]) -> int:
    with writing(engine) as connection:
        return ledger.append(connection, rows)


def ensure(engine: sa.Engine, now: int) -> list[str]:
    with writing(engine) as connection:
        return ensure_months(connection, now)


def read_tables(engine: sa.Engine, query: sa.Select) -> set[str]:
    """Which partitions a query looks into."""
    with reading(engine) as connection:
        words = query.compile(connection, compile_kwargs={"literal_binds": True})
        plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {words}").scalar()
    found: set[str] = set()

    def walk(node: object) -> None:
        if isinstance(node, dict):
            if "Relation Name" in node:
                found.add(node["Relation Name"])
            for part in node.values():
                walk(part)
        elif isinstance(node, list):
            for part in node:
                walk(part)

    walk(plan if isinstance(plan, list) else json.loads(plan))
    return found


def test_months_are_made_ahead_and_only_once(engine: sa.Engine) -> None:
    now = at(2031, 11)
    assert ensure(engine, now) == ["scan_2031_11", "scan_2031_12", "scan_2032_01", "scan_2032_02"]
    assert ensure(engine, now) == []
    assert AHEAD == 3
    check(str(engine.url.render_as_string(hide_password=False)))


def test_a_scan_lies_in_its_month_and_is_there_once(engine: sa.Engine) -> None:
    ensure(engine, at(2031, 11))
    rows = scans(at(2031, 11), at(2031, 12, 1), at(2031, 12, 31))
    assert append(engine, rows) == 3
    assert append(engine, rows) == 0
    assert (rows_of(engine, "scan_2031_11"), rows_of(engine, "scan_2031_12")) == (1, 2)


def test_looking_up_a_code_within_a_time_reads_the_months_of_that_time_only(engine: sa.Engine) -> None:
    ensure(engine, at(2031, 11))
    append(engine, scans(*(at(2031, 11, day) for day in range(1, 29))))
    within = scan.c.when_ms >= at(2031, 12, 3), scan.c.when_ms < at(2032, 1, 5)
    query = sa.select(scan).where(scan.c.identity == ROW.identity, *within)
    assert read_tables(engine, query) == {"scan_2031_12", "scan_2032_01"}
    assert len(read_tables(engine, sa.select(scan).where(scan.c.identity == ROW.identity))) >= 5


def test_scans_that_came_before_their_month_was_made_move_into_it(engine: sa.Engine) -> None:
    odd = at(2070, 1)
    append(engine, scans(at(2019, 5), at(2024, 3), at(2024, 3, 20), at(2031, 10), odd))
    assert rows_of(engine, "scan_other") == 5
    made = ensure(engine, at(2031, 11))
    assert {"scan_2024_03", "scan_2031_10"} <= set(made)
    assert rows_of(engine, "scan_2024_03") == 2
    assert rows_of(engine, "scan_other") == 2  # of a time that nobody believes
    with reading(engine) as connection:
        assert ledger.count(connection) == 5
        assert [row.when for row in ledger.replayable(connection)][-1] == odd


def test_an_upgrade_keeps_every_row_of_the_ledger_and_can_be_undone(postgres_url: str) -> None:
    migrate(postgres_url)
    downgrade(postgres_url, "0006")
    engine = open_engine(postgres_url)
    now = int(datetime.now(UTC).timestamp() * 1000)
    times = (at(2023, 1), at(2026, 2), now, now + 400 * 86_400_000)
    with writing(engine) as connection:
        for row in scans(*times):
            values = {"scan_id": row.scan_id, "when_ms": row.when, "identity": row.identity, "kind": "scan"}
            values |= {"entry": "link", "actor": "public", "tag": 1, "country": "VN", "cell_lat": 216, "cell_lon": 2134}
            names = ", ".join(values)
            places = ", ".join(f"%({name})s" for name in values)
            connection.exec_driver_sql(f"INSERT INTO scan ({names}) VALUES ({places})", values)
    migrate(postgres_url)
    check(postgres_url)
    assert partitions(engine) == {
        "scan_before",
        "scan_other",
        *(Month(Month.of(now).number + n).table for n in (1, 2, 3)),
    }
    assert (rows_of(engine, "scan_before"), rows_of(engine, "scan_other")) == (3, 1)
    assert ensure(engine, now) == []  # this month lies in the table that was there
    with reading(engine) as connection:
        assert [row.when for row in ledger.replayable(connection)] == list(times)
        provinces = connection.execute(sa.select(scan.c.province).distinct()).scalars().all()
    assert provinces == [14]  # Hồ Chí Minh
    assert append(engine, scans(*times)) == 0
    downgrade(postgres_url, "0006")
    with reading(engine) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM scan").scalar() == 4
    engine.dispose()


def test_two_workers_do_not_make_a_month_twice(engine: sa.Engine) -> None:
    with writing(engine) as one:
        assert ensure_months(one, at(2031, 11))
        assert ensure(engine, at(2031, 11)) == []
    assert "scan_2031_11" in partitions(engine)


def test_months_have_names_and_bounds() -> None:
    month = Month.of(at(2026, 12, 31))
    assert (month.table, month.begin, month.end) == ("scan_2026_12", at(2026, 12, 1), at(2027, 1, 1))
