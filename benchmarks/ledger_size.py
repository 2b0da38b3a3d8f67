"""How long the inspectors' search takes on a large ledger: `python -m benchmarks.ledger_size --rows 10000000`.

Starts a PostgreSQL of its own in a temporary folder, fills a month at a time (rows first, indexes when the month is
attached) until all rows are there or the time for filling is over, and asks each question of `store/search.py` with
different values. Prints milliseconds (median and longest) and bytes per row. The search needs no more of the registry
than which products an enterprise has.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from benchmarks.own_postgres import own_postgres
from verify_app.store import ledger
from verify_app.store.engine import open_engine, reading, writing
from verify_app.store.ledger import LedgerRow
from verify_app.store.migrate import migrate
from verify_app.store.partitions import Month
from verify_app.store.search import Page, Wanted, count, search

MONTHS, PRODUCTS, LARGE = 24, 20_000, 1_000  # a large enterprise has a thousand products, each other one ten
_ASK = 30
_FILE = 200_000  # rows of one file
_FILL = """
INSERT INTO {table} (scan_id, when_ms, identity, gtin, lot, serial, kind, entry, actor, tag, country, region, cell_lat,
  cell_lon, prior_scans, prior_others, province)
SELECT lpad(to_hex(w), 12, '0') || md5(n::text || '{table}')::char(20), w, '01/' || g || '/21/S' || i, g,
  'L' || i % 20, 'S' || i, 'scan', 'link', 'public', (n * 2654435761) % 4294967296, 'VN',
  (ARRAY['N', 'C', 'S'])[1 + n % 3], CASE WHEN n % 5 = 0 THEN 421 END, CASE WHEN n % 5 = 0 THEN 2117 END, 1, 0,
  CASE WHEN n % 5 = 0 THEN (power(random(), 2) * 33)::int END
FROM (SELECT n, {begin} + (n * {step})::bigint AS w, (random() * 200)::int AS i,
  '0952' || lpad((floor(power(random(), 2) * {products}))::int::text, 10, '0') AS g
  FROM generate_series(1, {rows}) AS n) AS made
"""


def fill(engine: sa.Engine, rows: int, seconds: float, now: int) -> int:
    """Fill months of the past, the last one first; returns how many rows there are."""
    began, done, each = time.perf_counter(), 0, rows // MONTHS
    for number in range(MONTHS):
        month = Month(Month.of(now).number - 1 - number)
        with engine.begin() as connection:
            run = partial(_run, connection)
            run("SET LOCAL statement_timeout = 0")
            run("SET LOCAL maintenance_work_mem = '512MB'")
            run(f"CREATE TABLE {month.table} (LIKE scan INCLUDING DEFAULTS)")
            step = (month.end - month.begin) / (each + 1)
            facts = {"table": month.table, "begin": month.begin, "step": step, "rows": each, "products": PRODUCTS}
            run(_FILL.format(**facts))
            run(f"ALTER TABLE scan ATTACH PARTITION {month.table} FOR VALUES FROM ({month.begin}) TO ({month.end})")
        done += each
        print(f"{done:,} rows after {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
        if time.perf_counter() - began > seconds:
            break
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.exec_driver_sql("VACUUM ANALYZE scan")
    return done


def own(engine: sa.Engine) -> None:
    """Enterprises with their products: one large, the others with ten each."""
    with engine.begin() as connection:
        run = partial(_run, connection)
        run("INSERT INTO tenant (id, name) VALUES ('t', '{}')")
        run(
            "INSERT INTO enterprise (id, tenant_id, kind, name, address) "
            f"SELECT 'e' || n, 't', 'x', '{{}}', '{{}}' FROM generate_series(0, {PRODUCTS // 10}) AS n"
        )
        run(
            "INSERT INTO model (gtin, enterprise_id, shown_version) SELECT '0952' || lpad(n::text, 10, '0'), "
            f"CASE WHEN n % {PRODUCTS // LARGE} = 0 THEN 'e0' ELSE 'e' || (1 + n / 10) END, 1 "
            f"FROM generate_series(0, {PRODUCTS - 1}) AS n"
        )
        run("ANALYZE model")


def _run(connection: sa.Connection, statement: str) -> None:
    connection.execute(sa.text(statement))


def questions(now: int) -> dict[str, Callable[[], Wanted]]:
    """What inspectors ask, with other values each time."""
    chance, month = random.Random(1), 31 * 86_400_000

    def gtin() -> str:
        return f"0952{int(chance.random() ** 2 * PRODUCTS):010d}"

    return {
        "code": lambda: Wanted(identity=f"01/{gtin()}/21/S{chance.randrange(200)}"),
        "code, one month": lambda: Wanted(identity=f"01/{gtin()}/21/S{chance.randrange(200)}", since=now - 2 * month),
        "code that was never scanned": lambda: Wanted(identity=f"01/{gtin()}/21/NONE"),
        "product": lambda: Wanted(gtin=gtin()),
        "rarest products": lambda: Wanted(gtin=f"0952{PRODUCTS - 1 - chance.randrange(50):010d}"),
        "lot": lambda: Wanted(gtin=gtin(), lot=f"L{chance.randrange(20)}"),
        "enterprise, 10 products": lambda: Wanted(enterprise=f"e{1 + chance.randrange(PRODUCTS // 10 - 1)}"),
        "enterprise, 1,000 products": lambda: Wanted(enterprise="e0"),
        "province": lambda: Wanted(province=chance.randrange(34)),
        "province and product": lambda: Wanted(province=chance.randrange(34), gtin=gtin()),
        "period of an hour": lambda: Wanted(since=now - 5 * month, until=now - 5 * month + 3_600_000),
        "a page far back": lambda: Wanted(gtin=gtin(), after=(now - chance.randrange(1, 18) * month, "")),
    }


def ask(engine: sa.Engine, now: int) -> dict[str, dict[str, float]]:
    """Milliseconds of each question: the first time, then median and longest of the others."""
    told = {}
    for name, question in questions(now).items():
        times, rows = [], 0
        for _ in range(_ASK):
            wanted = question()
            began = time.perf_counter()
            with reading(engine) as connection:
                page: Page = search(connection, wanted, now)
            times.append(1000 * (time.perf_counter() - began))
            rows += len(page.rows)
        times.sort()
        told[name] = {"median_ms": round(median(times), 1), "longest_ms": round(times[-1], 1), "rows": rows / _ASK}
    return told


def counts(engine: sa.Engine, now: int) -> dict[str, dict[str, float]]:
    """Milliseconds for counting what a file would hold, no further than to its bound."""
    told = {}
    for name, wanted in {"province": Wanted(province=3), "enterprise, 1,000 products": Wanted(enterprise="e0")}.items():
        began = time.perf_counter()
        with reading(engine) as connection:
            found = count(connection, wanted, now, _FILE)
        told[name] = {"ms": round(1000 * (time.perf_counter() - began), 1), "rows": found}
    return told


def append(engine: sa.Engine, now: int, batches: int = 10, batch: int = 4_000) -> int:
    """Rows a second that one worker's batches reach, each in a transaction of its own."""
    began = time.perf_counter()
    for number in range(batches):
        rows = [
            LedgerRow(
                f"{uuid4().hex}", now + n, f"01/0952{n:010d}/21/NEW{number}", f"0952{n:010d}", "L1", f"NEW{number}"
            )
            for n in range(batch)
        ]
        with writing(engine) as connection:
            ledger.append(connection, rows)
    return round(batches * batch / (time.perf_counter() - began))


def measure(rows: int, seconds: float) -> dict[str, Any]:
    """Start, fill, ask, stop."""
    with own_postgres() as url:
        now = time.time_ns() // 1_000_000
        migrate(url)
        engine = open_engine(url)
        own(engine)
        done = fill(engine, rows, seconds, now)
        with reading(engine) as connection:
            size = "SELECT sum(pg_{}_size(inhrelid)) FROM pg_inherits WHERE inhparent = 'scan'::regclass"
            heap, indexes = (
                int(connection.exec_driver_sql(size.format(k)).scalar() or 0) for k in ("table", "indexes")
            )
        return {
            "rows": done,
            "bytes_per_row": {"table": round(heap / done), "indexes": round(indexes / done)},
            "appended_per_second": append(engine, now),
            "counted": counts(engine, Month.of(now).begin - 1),
            "search": ask(engine, Month.of(now).begin - 1),  # the last moment that was filled
        }


def main() -> int:
    """Print one JSON object."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.ledger_size", description=__doc__.partition("\n")[0])
    asked.add_argument("--rows", type=int, default=10_000_000)
    asked.add_argument("--seconds", type=float, default=240.0, help="time for filling")
    options = asked.parse_args()
    print(json.dumps(measure(options.rows, options.seconds), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
