"""Codes to passports through the cache: the same answers as the registry, at the promised cost."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from cache import MemoryTier, NoCache, Renewals, Stats, TieredCache, open_cache, tiered
from cache.renewal import Work
from tests.fixtures_postgres import PostgresServer
from tests.fixtures_valkey import ValkeyServer
from tests.registry_samples import GTIN, LOT, MODEL, REGISTRY, code, item_record
from verify_app import lease
from verify_app.at_hand import NotAtHand
from verify_app.domain.code import SHORT, Code
from verify_app.domain.passport import Display, ItemState
from verify_app.domain.registry import ActKind, ActRecord, Registry
from verify_app.domain.serial_scheme import SerialKeys, SerialKind, SerialScheme, fingerprint, issue
from verify_app.domain.text import Text
from verify_app.resolve import MODEL as MODEL_KIND
from verify_app.resolve import CachedPassports, purge_item, purge_published
from verify_app.store.acts import add_act
from verify_app.store.engine import StoreUnavailable, open_engine, reading, writing
from verify_app.store.migrate import migrate
from verify_app.store.registry import find, write_registry
from verify_app.store.schemes import write_scheme

pytest_plugins = ("tests.fixtures_registry", "tests.fixtures_valkey")

ITEM = code(serial="S1")
CODES = (
    code(),
    code(lot="L1"),
    code(lot="NEVER"),
    ITEM,
    code(lot="L1", serial="S1"),
    code(lot="L2", serial="S1"),
    code(lot="NEVER", serial="S1"),
    code(lot="L1", serial="NEVER"),
    code(serial="s4"),
    Code(SHORT, "K7F3Q2"),
    Code(SHORT, "ZZZZZZ"),
    Code("01", GTIN, (("22", "V1"), ("10", "L1"), ("21", "S2")), attributes=(("17", "301231"),)),
    Code("01", GTIN, (("235", "S1"),)),
    Code("01", "09520123456788"),
    Code("00", "095200000000000017"),
    Code("foreign", "example.com"),
)


@pytest.fixture
def statements(engine: sa.Engine) -> list[str]:
    heard: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *told: heard.append(told[2]))
    return heard


@pytest.fixture
def cache() -> Iterator[TieredCache]:
    cache = open_cache()
    yield cache
    cache.close()


def _act(kind: ActKind, **names: str) -> ActRecord:
    return ActRecord(kind, GTIN, Text.of("Lý do", "Reason"), Text.of("Sở"), 1_000, **names)


# the same answers


@pytest.mark.parametrize(
    "record",
    [
        None,
        _act(ActKind.RECALL),
        _act(ActKind.RECALL, lot="L1"),
        _act(ActKind.RECALL, lot="NEVER"),
        _act(ActKind.SUSPENDED, serial="S1"),
        _act(ActKind.CANCELLED, serial="NEVER"),
    ],
)
def test_cached_answer_is_the_registrys_answer_cold_and_warm(engine, cache, record) -> None:
    if record:
        add_act(engine, record)
    with reading(engine) as connection:
        wanted = {asked: find(connection, asked) for asked in CODES}
    for passports in (CachedPassports(engine, cache), CachedPassports(engine, NoCache())):
        for _ in range(2):
            for asked in CODES:
                found = passports.find(asked)
                assert found == wanted[asked]
                if found and asked.key == "01":
                    assert found.code.attributes == asked.attributes


def test_values_come_back_equal_through_redis(engine, valkey_server: ValkeyServer, statements) -> None:
    add_act(engine, _act(ActKind.RECALL, lot="L1"))
    add_act(engine, _act(ActKind.SUSPENDED))
    first, second = (open_cache(valkey_server.url) for _ in range(2))
    wanted = CachedPassports(engine, first).find(code(lot="L1"))
    CachedPassports(engine, first)._lot(GTIN, "L2")
    statements.clear()
    passports = CachedPassports(engine, second)
    assert passports.find(code()) == replace(wanted, code=code(), lot=None)
    assert passports.find(code(lot="L2")).lot.lot == "L2"
    assert statements == []
    first.close()
    second.close()


# the promised cost


@pytest.mark.parametrize(
    ("asked", "cold"),
    [
        (code(), 1),
        (code(lot="L1"), 1),
        (code(lot="NEVER"), 1),
        (ITEM, 1),
        (code(lot="L1", serial="S1"), 1),
        (code(lot="L1", serial="NEVER"), 1),
        (code(lot="L2", serial="S1"), 2),  # the item's own lot is looked at too: it may be recalled
        (Code("01", "09520123456788"), 1),
        (Code(SHORT, "K7F3Q2"), 2),
        (Code(SHORT, "ZZZZZZ"), 1),
        (Code("00", "095200000000000017"), 0),
    ],
)
def test_cold_scan_costs_at_most_two_queries_and_a_warm_one_none(engine, cache, statements, asked, cold) -> None:
    passports = CachedPassports(engine, cache)
    passports.find(asked)
    assert len(statements) == cold
    statements.clear()
    for _ in range(3):
        passports.find(asked)
    assert statements == []


def test_next_item_of_a_known_model_and_lot_costs_one_query_without_documents(engine, cache, statements) -> None:
    passports = CachedPassports(engine, cache)
    passports.find(ITEM)
    statements.clear()
    passports.find(code(serial="S2"))
    assert len(statements) == 1
    assert "passport_version" not in statements[0]


def test_warm_scan_costs_no_round_trip_to_redis(engine, valkey_server, monkeypatch) -> None:
    monkeypatch.setattr(tiered, "_LOOK_SECONDS", 3600)
    cache = open_cache(valkey_server.url)
    passports = CachedPassports(engine, cache)
    for asked in CODES:
        passports.find(asked)

    def refuse(*_: object) -> None:
        raise AssertionError("Expected no call to Redis, got one.")

    for name in ("read", "write", "purge", "purges_since"):
        monkeypatch.setattr(cache._redis, name, refuse)
    for asked in CODES:
        passports.find(asked)
    cache.close()


def test_product_that_goes_viral_is_loaded_once(engine, cache, statements) -> None:
    passports = CachedPassports(engine, cache)
    callers = 12
    together = threading.Barrier(callers)
    found: list[object] = []

    def ask() -> None:
        together.wait()
        found.append(passports.find(ITEM))

    threads = [threading.Thread(target=ask) for _ in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(statements) == 1
    assert found == [passports.find(ITEM)] * callers


# what changes is seen


def test_published_change_is_seen_after_its_purge_and_not_before(engine, cache) -> None:
    passports = CachedPassports(engine, cache)
    passports.find(ITEM)
    write_registry(engine, Registry(models=(replace(MODEL, brand="Khác"),)))
    assert passports.find(ITEM).model.brand == MODEL.brand
    assert purge_published(cache, GTIN)
    assert passports.find(ITEM).model.brand == "Khác"


def test_purge_of_one_lot_leaves_the_model_and_the_other_lot_alone(engine, cache, statements) -> None:
    passports = CachedPassports(engine, cache)
    for lot in ("L1", "L2"):
        passports.find(code(lot=lot))
    add_act(engine, _act(ActKind.RECALL, lot="L1"))
    purge_published(cache, GTIN, "L1")
    statements.clear()
    assert passports.find(code(lot="L2")).lot.recall is None
    assert statements == []
    assert passports.find(code(lot="L1")).lot.recall is not None
    assert len(statements) == 1


def test_state_and_acts_of_one_item_are_seen_after_its_purge(engine, cache) -> None:
    passports = CachedPassports(engine, cache)
    passports.find(ITEM)
    write_registry(engine, Registry(items=[item_record("S1", LOT.lot, ItemState.SOLD, 9_000)]))
    add_act(engine, _act(ActKind.CANCELLED, serial="S1"))
    purge_item(cache, GTIN, "S1")
    item = passports.find(ITEM).item
    assert (item.state, item.display) == (ItemState.SOLD, Display.CANCELLED)


def test_purge_reaches_another_process_through_redis(engine, valkey_server, monkeypatch) -> None:
    monkeypatch.setattr(tiered, "_LOOK_SECONDS", 3600)
    here, there = open_cache(valkey_server.url), open_cache(valkey_server.url)
    passports = CachedPassports(engine, there)
    assert passports.find(code()).model.brand == MODEL.brand
    write_registry(engine, Registry(models=(replace(MODEL, brand="Khác"),)))
    purge_published(here, GTIN)
    there.sync()
    assert passports.find(code()).model.brand == "Khác"
    here.close()
    there.close()


# when something is away


def test_registry_that_is_away_says_so_and_what_is_warm_goes_on(tmp_path, postgres_server: PostgresServer) -> None:
    url = postgres_server.database()
    migrate(url)
    engine = open_engine(url)
    write_registry(engine, REGISTRY)
    cache = open_cache()
    passports = CachedPassports(engine, cache)
    warm = passports.find(ITEM)
    postgres_server.drop(url)
    assert passports.find(ITEM) == warm
    with pytest.raises(StoreUnavailable):
        passports.find(code(serial="S2"))
    engine.dispose()


def test_restarted_database_costs_no_scan(postgres_url: str) -> None:
    migrate(postgres_url)
    engine, other = open_engine(postgres_url), open_engine(postgres_url)
    write_registry(engine, REGISTRY)
    passports = CachedPassports(engine, NoCache())
    assert passports.find(ITEM)
    with reading(other) as connection:
        others = "FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
        assert connection.exec_driver_sql(f"SELECT pg_terminate_backend(pid) {others}").all()
    assert passports.find(ITEM)
    engine.dispose()
    other.dispose()


def test_redis_that_is_away_changes_no_answer(engine, valkey_server: ValkeyServer) -> None:
    cache = open_cache(valkey_server.url)
    valkey_server.kill9()
    with reading(engine) as connection:
        wanted = [find(connection, asked) for asked in CODES]
    passports = CachedPassports(engine, cache)
    assert [passports.find(asked) for asked in CODES] == wanted
    assert [passports.find(asked) for asked in CODES] == wanted
    cache.close()


def test_an_invented_serial_of_a_signed_product_is_refused_without_a_query(engine, statements):
    master = b"m" * 32
    scheme = SerialScheme(SerialKind.SIGNED, alone=False, fingerprint=fingerprint(master))
    keys = SerialKeys(master, MODEL.enterprise_id, GTIN)
    with writing(engine) as connection:
        write_scheme(connection, GTIN, scheme)
    passports = CachedPassports(engine, open_cache(), master)
    assert passports.find(code(serial=issue(scheme, keys, 1))).signature is True
    assert passports.find(code(serial="S1")).signature is None  # imported before: of another making
    with writing(engine) as connection:
        write_scheme(connection, GTIN, replace(scheme, alone=True))
    alone = CachedPassports(engine, open_cache(), master)
    alone.find(code())
    statements.clear()
    for number in range(50):
        found = alone.find(code(serial=f"0{number:016}"))
        assert (found.signature, found.item) == (False, None)
    assert statements == []
    assert CachedPassports(engine, NoCache(), b"other secret").find(code(serial="S1")).item is not None


def test_passports_fetched_together_are_those_found_one_by_one(engine, cache, statements) -> None:
    passports = CachedPassports(engine, cache)
    add_act(engine, _act(ActKind.SUSPENDED, serial="S1"))
    add_act(engine, _act(ActKind.CANCELLED, serial="NEVER"))
    known = [code(serial=record.part.serial) for record in REGISTRY.items if record.gtin == GTIN]
    codes = [*known, code(serial="NEVER"), *(code(serial=f"NEVER-{number}") for number in range(40))]
    expected = [CachedPassports(engine, NoCache()).find(one) for one in codes]
    passports.find(code())
    with pytest.raises(NotAtHand):
        passports.at_hand(codes[-1])
    statements.clear()
    passports.fetch(codes[-40:])
    assert len(statements) == 1, "forty invented serials cost one query"
    passports.fetch(codes)
    statements.clear()
    assert [passports.at_hand(one) for one in codes] == expected
    assert statements == [], "and none once it is known that nobody issued them"
    fresh = CachedPassports(engine, TieredCache(MemoryTier()))
    fresh.fetch(codes[-40:])
    assert len(statements) == 2, "of a new product: all of it by the first, then the others together"


def test_a_passport_is_put_together_once_until_a_purge_or_its_end(engine, cache, monkeypatch) -> None:
    passports, asked = CachedPassports(engine, cache), code(lot="L1", serial="S1")
    claiming = replace(asked, attributes=(("17", "301231"),))  # equal, and yet to be judged by its own attributes
    passports.find(asked)
    first = passports.at_hand(asked)
    assert passports.at_hand(asked) is first
    assert passports.at_hand(claiming).code.attributes
    add_act(engine, _act(ActKind.RECALL, lot="L1"))
    purge_published(cache, GTIN, "L1")
    with pytest.raises(NotAtHand):
        passports.at_hand(asked)
    passports.fetch([asked])
    recalled = passports.at_hand(asked)
    assert recalled.lot.recall
    assert passports.at_hand(asked) is recalled
    now = time.monotonic()
    monkeypatch.setattr(lease, "monotonic", lambda: now + 301)  # an item lives for five minutes at most
    assert passports.at_hand(asked) == recalled
    assert passports.at_hand(asked) is not recalled


def test_a_passport_past_its_time_is_given_once_more_while_one_load_renews_it(engine, statements, monkeypatch) -> None:
    begun: list[Work] = []
    cache = TieredCache(MemoryTier(), renewals=Renewals(Stats(), begun.append))
    monkeypatch.setattr(cache._random, "random", lambda: 1.0)  # lifetimes are not spread
    passports, asked = CachedPassports(engine, cache), code(lot="L1")
    first = passports.find(asked)
    now = time.monotonic() + MODEL_KIND.ttl
    monkeypatch.setattr(tiered, "time", SimpleNamespace(monotonic=lambda: now))
    monkeypatch.setattr(lease, "monotonic", lambda: now)
    statements.clear()
    assert [passports.at_hand(asked), passports.find(asked), passports.at_hand(asked)] == [first] * 3
    assert (len(begun), statements) == (2, []), "one renewal of the model, one of the lot"
    for work in begun:
        work()
    assert len(statements) == 2
    renewed = passports.at_hand(asked)
    assert renewed.model is first.model, "nothing has changed, so whatever was made of it holds on"
    assert passports.at_hand(asked) is renewed
    add_act(engine, _act(ActKind.RECALL))
    now += MODEL_KIND.ttl
    purge_published(cache, GTIN)
    with pytest.raises(NotAtHand):
        passports.at_hand(asked)
    assert passports.find(asked).model.recall


def test_a_lease_gives_way_when_purges_can_no_longer_be_heard(engine, valkey_server, monkeypatch) -> None:
    monkeypatch.setattr(tiered, "_LOOK_SECONDS", 3600)
    monkeypatch.setattr(tiered, "VISIBLE_SECONDS", 3600)
    cache = open_cache(valkey_server.url)
    passports = CachedPassports(engine, cache)
    passports.find(ITEM)
    leased = passports.at_hand(ITEM)
    assert passports.at_hand(ITEM) is leased
    monkeypatch.setattr(cache, "_synced", time.monotonic() - 3601)
    assert passports.at_hand(ITEM) is not leased
    cache.close()


def test_leases_are_bounded(engine, cache, monkeypatch) -> None:
    monkeypatch.setattr(lease, "_MOST", 2)
    passports = CachedPassports(engine, cache)
    asked = [code(serial="S1"), code(serial="S2"), code(lot="L1")]
    passports.fetch(asked)
    kept = [passports.at_hand(one) for one in asked]
    assert [passports.at_hand(one) is passport for one, passport in zip(asked[1:], kept[1:], strict=True)] == [True] * 2
    assert passports.at_hand(asked[0]) is not kept[0]
