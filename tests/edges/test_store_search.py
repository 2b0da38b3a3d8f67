"""The inspectors' search in the ledger, on SQLite and on PostgreSQL: right rows, newest first, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from verify_app.store import ledger
from verify_app.store.engine import open_engine, reading, writing
from verify_app.store.ledger import LedgerRow
from verify_app.store.partitions import ensure_months
from verify_app.store.search import MOST_PRODUCTS, Page, SearchTooWide, Wanted, begin, count, search
from verify_app.store.tables import enterprise, lot, model, tenant

pytest_plugins = ("tests.fixtures_postgres",)

DAY = 86_400_000
NOW = int(datetime(2026, 11, 22, tzinfo=UTC).timestamp() * 1000)
HANOI, SAIGON = (421, 2117), (216, 2134)
GTINS = [f"0952000000{number:03d}0" for number in range(6)]


def make(number: int) -> LedgerRow:
    """Scan of one of 24 items of 6 products, each a third of a day before the last one; 600 of them: 200 days."""
    item = number % 24
    gtin, lot_name = GTINS[item % 6], f"L{item % 4}"
    return LedgerRow(
        scan_id=f"{number:032x}",
        when=NOW - number * DAY // 3,
        identity=f"01/{gtin}/21/S{item}",
        gtin=gtin,
        lot=lot_name,
        serial=f"S{item}",
        country="VN",
        cell=(HANOI, SAIGON, None)[number % 3],
    )


ROWS = [make(number) for number in range(600)]


@pytest.fixture
def engine(registry_url: str) -> Iterator[sa.Engine]:
    made = open_engine(registry_url)
    with writing(made) as connection:
        ensure_months(connection, NOW)
        ledger.append(connection, ROWS)
        connection.execute(sa.insert(tenant).values(id="t", name="{}"))
        for name in ("one", "other"):
            connection.execute(sa.insert(enterprise).values(id=name, tenant_id="t", kind="x", name="{}", address="{}"))
        for number, gtin in enumerate(GTINS):
            owner = "one" if number < 2 else "other"
            connection.execute(sa.insert(model).values(gtin=gtin, enterprise_id=owner, shown_version=1))
            connection.execute(sa.insert(lot).values(gtin=gtin, lot=f"L{number % 2}", shown_version=1))
    with writing(made) as connection:
        ensure_months(connection, NOW)  # the months of the past
    yield made
    made.dispose()


def found(engine: sa.Engine, **wanted: object) -> Page:
    with reading(engine) as connection:
        return search(connection, Wanted(**wanted), NOW)  # type: ignore[arg-type]


def every(engine: sa.Engine, **wanted: object) -> list[LedgerRow]:
    """All pages, one after the other."""
    rows: list[LedgerRow] = []
    after = None
    while True:
        page = found(engine, after=after, **wanted)
        rows += page.rows
        if page.next is None:
            return rows
        after = page.next


def test_a_code_a_product_and_a_lot_are_found_newest_first(engine: sa.Engine) -> None:
    code = ROWS[5].identity
    assert every(engine, identity=code, limit=7) == [row for row in ROWS if row.identity == code]
    assert every(engine, gtin=GTINS[3], limit=33) == [row for row in ROWS if row.gtin == GTINS[3]]
    wanted = [row for row in ROWS if (row.gtin, row.lot) == (GTINS[1], "L1")]
    assert every(engine, gtin=GTINS[1], lot="L1", limit=10) == wanted
    assert wanted


def test_an_enterprise_is_found_by_its_products_and_a_lot_without_product_by_the_registry(engine: sa.Engine) -> None:
    assert every(engine, enterprise="one", limit=9) == [row for row in ROWS if row.gtin in GTINS[:2]]
    by_lot = [row for row in ROWS if row.lot == "L1" and row.gtin in GTINS[1::2]]
    assert every(engine, lot="L1", limit=50) == by_lot
    assert every(engine, enterprise="one", lot="L1") == [row for row in by_lot if row.gtin in GTINS[:2]]
    assert found(engine, enterprise="nobody").rows == ()


def test_a_province_and_a_period_narrow_the_search(engine: sa.Engine) -> None:
    hanoi = [row for row in ROWS if row.cell == HANOI]
    assert every(engine, province=11, limit=40) == hanoi
    since, until = NOW - 100 * DAY, NOW - 40 * DAY
    within = [row for row in ROWS if since <= row.when < until]
    assert every(engine, since=since, until=until, limit=17) == within
    assert every(engine, province=11, gtin=GTINS[0], since=since) == [
        row for row in hanoi if row.gtin == GTINS[0] and row.when >= since
    ]


def test_scans_of_one_instant_are_neither_lost_nor_doubled_between_pages(engine: sa.Engine) -> None:
    twins = [replace(ROWS[0], scan_id=f"{number:032x}", identity="01/x", when=NOW) for number in range(900, 911)]
    with writing(engine) as connection:
        ledger.append(connection, twins)
    assert [row.scan_id for row in every(engine, identity="01/x", limit=4)] == [row.scan_id for row in reversed(twins)]


def test_all_is_found_also_what_lies_ahead_of_now(engine: sa.Engine) -> None:
    early = replace(ROWS[0], scan_id="f" * 32, when=NOW + 300 * DAY)
    with writing(engine) as connection:
        ledger.append(connection, [early])
    assert every(engine, limit=250) == [early, *ROWS]


def test_scans_are_counted_no_further_than_asked(engine: sa.Engine) -> None:
    def counted(most: int, **wanted: object) -> int:
        with reading(engine) as connection:
            return count(connection, Wanted(**wanted), NOW, most)  # type: ignore[arg-type]

    assert counted(1_000) == len(ROWS)
    assert counted(1_000, enterprise="one", since=NOW - 100 * DAY) == len(
        [row for row in ROWS if row.gtin in GTINS[:2] and row.when >= NOW - 100 * DAY]
    )
    assert (counted(40, gtin=GTINS[0]), counted(40, enterprise="nobody")) == (41, 0)
    with reading(engine) as connection:
        assert begin(connection) == ROWS[-1].when


def test_a_question_over_too_many_products_is_refused_with_the_number(engine: sa.Engine) -> None:
    many = [{"gtin": f"{n:014d}", "enterprise_id": "one", "shown_version": 1} for n in range(MOST_PRODUCTS + 1)]
    with writing(engine) as connection:
        connection.execute(sa.insert(model), many)
    with pytest.raises(SearchTooWide, match=str(MOST_PRODUCTS)):
        found(engine, enterprise="one")
