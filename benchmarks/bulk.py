"""Large registries and many live histories, written in bulk: what the service's own way would write, faster."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from itertools import islice

import psycopg
import redis
import sqlalchemy as sa

from benchmarks.goods import Goods
from verify_app.domain.code import Code
from verify_app.domain.evidence import Circumstances, Network
from verify_app.domain.scan import Visit
from verify_app.store import keys
from verify_app.store.event import row_of
from verify_app.store.history import Mode, Script
from verify_app.store.rebuild import complete

_BATCH = 20_000
_PIPELINE, _STREAM = 500, 50_000  # calls at once; events until the streams are emptied
_SHARDS, _RELOAD, _DAY = 16, 1_800_000, 86_400_000
_ITEM = "INSERT OR IGNORE INTO item (gtin, serial, lot, state, state_at) VALUES (?, ?, ?, 'active', 0)"


def fill_items(url: str, goods: Goods, present: int) -> float:
    """Write all products, lots and items of these goods but the first `present` items, which are there already with
    everything that belongs to them; returns the seconds it took. Every further product is a copy of one of those."""
    began = time.perf_counter()
    address = sa.make_url(url)
    if address.get_backend_name() == "sqlite":
        _fill_sqlite(str(address.database), goods, present)
    else:
        _fill_postgresql(address, goods, present)
    return time.perf_counter() - began


def _copies(goods: Goods, present: int) -> Iterator[tuple[str, str, str, str]]:
    """(new GTIN, its lot, GTIN that it is like, that one's lot) of each further product."""
    like = present // goods.per_model
    for model in range(like, goods.models):
        other = model % like
        yield goods.gtin(model), f"B{model % 7:04d}", goods.gtin(other), f"B{other % 7:04d}"


def _items(goods: Goods, present: int) -> Iterator[tuple[str, str, str]]:
    for model in range(present // goods.per_model, goods.models):
        yield from goods.keys(model)


def _fill_sqlite(path: str, goods: Goods, present: int) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("CREATE TEMP TABLE copy (gtin TEXT, lot TEXT, like_gtin TEXT, like_lot TEXT)")
        connection.executemany("INSERT INTO copy VALUES (?, ?, ?, ?)", _copies(goods, present))
        for statement in _STATEMENTS:
            connection.execute(statement)
        connection.commit()
        rows = _items(goods, present)
        while batch := list(islice(rows, _BATCH)):
            connection.executemany(_ITEM, batch)
            connection.commit()  # whoever is stopped finds what was written, and passes over it
    with sqlite3.connect(path) as connection:
        connection.execute("ANALYZE")


def _fill_postgresql(address: sa.URL, goods: Goods, present: int) -> None:
    where = {"host": address.query.get("host") or address.host, "user": address.username, "dbname": address.database}
    with psycopg.connect(**where) as connection:  # type: ignore[arg-type]
        cursor = connection.cursor()
        cursor.execute("CREATE TEMP TABLE copy (gtin TEXT, lot TEXT, like_gtin TEXT, like_lot TEXT)")
        with cursor.copy("COPY copy FROM STDIN") as copy:
            for row in _copies(goods, present):
                copy.write_row(row)
        for statement in _STATEMENTS:
            cursor.execute(statement)  # type: ignore[arg-type]
        with cursor.copy("COPY item (gtin, serial, lot, state, state_at) FROM STDIN") as copy:
            for row in _items(goods, present):
                copy.write_row((*row, "active", 0))
        connection.commit()
        cursor.execute("ANALYZE")


_BODY = (  # the documents name their own GTIN and lot
    "replace(replace(v.body, c.like_gtin, c.gtin), '\"' || c.like_lot || '\"', '\"' || c.lot || '\"')"
)
_AGAIN = "WHERE true ON CONFLICT DO NOTHING"  # in the same words for both kinds of database
_STATEMENTS = (
    "INSERT INTO model (gtin, enterprise_id, tenant_id, sector, shown_version) SELECT c.gtin, m.enterprise_id, "
    f"m.tenant_id, m.sector, m.shown_version FROM copy c JOIN model m ON m.gtin = c.like_gtin {_AGAIN}",
    "INSERT INTO lot (gtin, lot, declared, uploaded, shown_version) SELECT c.gtin, c.lot, l.declared, l.uploaded, "
    f"l.shown_version FROM copy c JOIN lot l ON l.gtin = c.like_gtin AND l.lot = c.like_lot {_AGAIN}",
    "INSERT INTO passport_version (gtin, lot, version, status, body, digest, author, reviewer, written_at, "
    "published_at) SELECT c.gtin, CASE WHEN v.lot = '' THEN '' ELSE c.lot END, v.version, v.status, "
    f"{_BODY}, v.digest, v.author, v.reviewer, v.written_at, v.published_at "
    f"FROM copy c JOIN passport_version v ON v.gtin = c.like_gtin AND v.lot IN ('', c.like_lot) {_AGAIN}",
)


def fill_histories(client: redis.Redis, goods: Goods, count: int, begin: int = 0) -> Iterator[int]:
    """Give so many items, spread over the goods, a history of one buyer at one place with its evidence, through the
    script that scans use (so the streams take their events too, and are emptied again: they were no scans). Yields how
    many there are, `begin` at first, after each 50,000: who is stopped may begin there again."""
    if begin == count:
        return
    script = Script(client, shards=_SHARDS, reload_ms=_RELOAD)
    if len(complete(client, _SHARDS)) != _SHARDS:
        raise RuntimeError("Expected complete histories before filling them.")
    script.load()
    now, step = time.time_ns() // 1_000_000 - _DAY, max(1, goods.items // count)
    for done in range(begin, count, _PIPELINE):
        if done % _STREAM == 0:
            _empty_streams(client)
            yield done
        with client.pipeline(transaction=False) as pipeline:
            for number in range(done, min(count, done + _PIPELINE)):
                _, _, gtin, _, lot, _, serial = goods.path(number * step).split("/")
                code, visitor = Code("01", gtin, (("10", lot), ("21", serial))), number.to_bytes(16, "big")
                seen = Circumstances(network=Network.LINE, place=(421, 2117), line=number % 65_536)
                visit = Visit(f"{number:032x}", now, visitor, country="VN", region="N", circumstances=seen)
                row = row_of(code, visit)
                pipeline.execute_command("FCALL", script.name, *script.arguments(Mode.SCAN, row))
            pipeline.execute()
    _empty_streams(client)
    yield count


def _empty_streams(client: redis.Redis) -> None:
    for shard in range(_SHARDS):
        client.xtrim(keys.stream(shard), maxlen=0, approximate=False)
