"""The whole way of a scan on a real cluster of three nodes: observe, record, ledger; moves, a dead node, the cache."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
import sqlalchemy as sa

from cache import open_cache
from cache.redis_tier import RedisTier
from tests.fixtures_cluster import Cluster, node_of, until
from tests.fixtures_history import DAY, NOON, RELOAD, item, visit
from tests.migrated import lay_schema
from verify_app.domain.code import Code
from verify_app.parts import build
from verify_app.serving.worker import Pace, Worker
from verify_app.settings import Settings, SettingsError
from verify_app.store import keys, ledger
from verify_app.store.acts import Flag
from verify_app.store.cluster import ClusterRedis, nodes_of
from verify_app.store.engine import open_engine, reading
from verify_app.store.flags import mirror_flags
from verify_app.store.history import Script, ValkeyHistory, connect
from verify_app.store.journal import Journal
from verify_app.store.rebuild import complete, forget, rebuild
from verify_app.store.stream import Backlog, backlog, workers

pytest_plugins = ("tests.fixtures_cluster",)

SHARDS = 16
PACE = Pace(block_ms=50, idle_ms=100, chores_s=0.05, grace_s=0.0, pause_s=0.05)


@pytest.fixture
def client(valkey_cluster: Cluster) -> Iterator[redis.Redis]:
    made = connect(valkey_cluster.url, 3_000)
    yield made
    made.close()


@pytest.fixture
def script(client: redis.Redis) -> Script:
    made = Script(client, shards=SHARDS, reload_ms=RELOAD)
    assert rebuild(made, lambda: [], grace_s=0) == SHARDS
    return made


@pytest.fixture
def history(script: Script, tmp_path: Path) -> ValkeyHistory:
    return ValkeyHistory(script.client, Journal(tmp_path / "journal"), shards=SHARDS, reload_ms=RELOAD, rest_ms=50)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    url = f"sqlite:///{tmp_path / 'registry.sqlite3'}"
    lay_schema(url)
    made = open_engine(url)
    yield made
    made.dispose()


def parcel(number: int) -> Code:
    """One of many codes that lie in many shards."""
    return Code("00", f"{number:018d}")


def parcel_at(cluster: Cluster, place: int, first: int = 0) -> Code:
    """A code whose history lies on a node."""
    for number in range(first, first + 200):
        shard = keys.shard_of("", parcel(number).identity, SHARDS)
        if node_of(cluster, keys.stream(shard)) is cluster.nodes[place]:
            return parcel(number)
    raise AssertionError("Expected a code on that node, got none.")


def in_ledger(engine: sa.Engine) -> list[str]:
    with reading(engine) as connection:
        return sorted(row.scan_id for row in ledger.replayable(connection))


def test_scans_of_many_codes_are_spread_over_the_nodes_and_reach_the_ledger_once(
    valkey_cluster: Cluster, script: Script, history: ValkeyHistory, engine: sa.Engine, tmp_path: Path
) -> None:
    looks = [visit(f"phone {number}", NOON + number) for number in range(60)]
    for number, look in enumerate(looks):
        assert history.observe(parcel(number % 30), look) is not None
    for node in valkey_cluster.nodes:
        with node.client() as alone:
            assert any(key[:2] == b"h:" for key in alone.scan_iter())
    assert backlog(script.client, shards=SHARDS).stream_entries == 60
    worker = Worker(script, engine, tmp_path, pace=PACE)
    assert worker.run_once() == 60
    assert in_ledger(engine) == sorted(look.id for look in looks)
    assert backlog(script.client, shards=SHARDS) == Backlog(0, 0, 0)


def test_a_worker_that_waits_takes_what_comes_on_any_node(
    script: Script, history: ValkeyHistory, engine: sa.Engine, tmp_path: Path
) -> None:
    stop = threading.Event()
    worker = Worker(script, engine, tmp_path, pace=PACE)
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    try:
        until(lambda: workers(script.client, 0) == 1, "a sign of life")
        looks = [visit("lan", NOON) for _ in range(30)]
        for number, look in enumerate(looks):
            history.observe(parcel(number), look)
        until(lambda: len(in_ledger(engine)) == 30, "all scans in the ledger")
    finally:
        stop.set()
        thread.join()
    assert in_ledger(engine) == sorted(look.id for look in looks)
    assert workers(script.client, 0) == 0


def test_recalls_histories_and_rebuilds_hold_on_a_cluster(script: Script, history: ValkeyHistory) -> None:
    mirror_flags(script.client, [Flag(item().gtin, "", "", "recall", "recall:1")], shards=SHARDS)
    first = history.observe(item(), visit("lan"))
    second = history.observe(item(), visit("minh", NOON + DAY))
    assert first is not None
    assert second is not None
    assert (first.scans, second.scans, second.flags.recall) == (0, 1, "recall:1")
    forget(script.client, SHARDS)
    assert history.observe(item(), visit("an", NOON + 2 * DAY)) is None
    assert rebuild(script, lambda: [], grace_s=0) == SHARDS
    assert complete(script.client, SHARDS) == frozenset(range(SHARDS))
    assert mirror_flags(script.client, [], shards=SHARDS) == 1


def test_a_slot_that_moves_while_scans_come_in_loses_and_doubles_nothing(
    valkey_cluster: Cluster, script: Script, history: ValkeyHistory, engine: sa.Engine, tmp_path: Path
) -> None:
    code = parcel_at(valkey_cluster, 0)
    shard = keys.shard_of("", code.identity, SHARDS)
    slot = int(valkey_cluster.nodes[0].ask("CLUSTER", "KEYSLOT", keys.stream(shard)))
    ids: list[str] = []
    stop = threading.Event()

    def scan() -> None:
        while not stop.is_set():
            look = visit(f"phone {len(ids)}", NOON + len(ids))
            history.observe(code, look)
            ids.append(look.id)

    thread = threading.Thread(target=scan)
    thread.start()
    try:
        for begin, end in ((0, 2), (2, 0)):  # there and back, so that the other tests find what they expect
            until(lambda: len(ids) % 7 == 0, "some scans")
            _move(valkey_cluster, slot, begin, end)
    finally:
        stop.set()
        thread.join()
    Worker(script, engine, tmp_path, pace=PACE).run_once()
    assert len(ids) > 20
    assert in_ledger(engine) == sorted(ids)


def _move(cluster: Cluster, slot: int, begin: int, end: int) -> None:
    source, target = cluster.nodes[begin], cluster.nodes[end]
    names = [node.ask("CLUSTER", "MYID").decode() for node in (source, target)]
    target.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", names[0])
    source.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", names[1])
    while found := source.ask("CLUSTER", "GETKEYSINSLOT", slot, 10):
        source.ask("MIGRATE", "127.0.0.1", target.port, "", 0, 5000, "KEYS", *found)
    for node in (target, source, *cluster.nodes):
        node.ask("CLUSTER", "SETSLOT", slot, "NODE", names[1])


def test_while_one_node_is_away_the_scans_of_the_others_go_on_and_its_own_wait_in_the_journal(
    valkey_cluster: Cluster, script: Script, history: ValkeyHistory, engine: sa.Engine, tmp_path: Path
) -> None:
    here, there = parcel_at(valkey_cluster, 0), parcel_at(valkey_cluster, 1)
    gone = valkey_cluster.nodes[1]
    for code in (here, there):
        assert history.observe(code, visit("lan")) is not None
    gone.kill9()
    try:
        kept = [history.observe(there, visit("minh", NOON + number)) for number in range(3)]
        assert kept == [None] * 3
        assert history.available  # for the others
        seen = history.observe(here, visit("an"))  # not "nobody was here before": that needs an empty journal
        assert seen is not None
        assert seen.others == 1
        assert Journal(tmp_path / "journal").pending() == 3
    finally:
        gone.start()
        until(lambda: all(map(valkey_cluster.whole, valkey_cluster.nodes)), "a whole cluster")
    worker = Worker(script, engine, tmp_path, pace=PACE)
    until(lambda: _tries(worker), "a worker that reaches all nodes")
    assert len(in_ledger(engine)) == 6


def _tries(worker: Worker) -> bool:
    try:
        worker.run_once()
    except redis.RedisError:
        return False
    return True


def test_the_cache_keeps_shares_and_purges_on_a_cluster(valkey_cluster: Cluster) -> None:
    one = RedisTier(connect(valkey_cluster.url, 1_000))
    other = RedisTier(connect(valkey_cluster.url, 1_000))
    seen = one.read("passport:1", ("gtin:1", "lot:1"))
    assert seen is not None
    assert seen.payload is None
    one.write("passport:1", b"page", generations=seen.generations, lifetime=60)
    shared = other.read("passport:1", ("gtin:1", "lot:1"))
    assert shared is not None
    assert shared.payload == b"page"
    assert one.purge("lot:1")
    purges = other.purges_since(0)
    assert purges is not None
    assert purges.tags == ("lot:1",)
    again = other.read("passport:1", ("gtin:1", "lot:1"))
    assert again is not None
    assert again.payload is None
    assert open_cache("", connect(valkey_cluster.url, 1_000)) is not None


def test_the_parts_of_the_service_are_well_on_a_cluster(valkey_cluster: Cluster, tmp_path: Path) -> None:
    settings = Settings.from_env({"DATA_DIR": str(tmp_path), "REDIS_URL": valkey_cluster.url})
    lay_schema(settings.database)
    parts = build(settings)
    assert not parts.probes["history"]().ok  # incomplete until the worker has been there
    script = Script(connect(valkey_cluster.url, 3_000), shards=SHARDS, reload_ms=RELOAD)
    Worker(script, open_engine(settings.database), tmp_path, pace=PACE).run_once()
    assert parts.probes["history"]().ok
    assert parts.history.observe(item(), visit("lan")) is not None
    assert parts.probes["stream"]().value == 1
    assert parts.rates.seconds_to_wait("somebody", 1) == 0
    assert parts.rates.seconds_to_wait("somebody", 1) > 0


def test_a_cluster_that_nobody_reaches_is_away_and_scans_go_to_the_journal(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    history = ValkeyHistory(connect("redis+cluster://127.0.0.1:1,127.0.0.1:2", 100), journal, shards=4, reload_ms=1)
    assert history.observe(item(), visit("lan")) is None
    assert not history.available
    assert journal.pending() == 1


def test_the_address_of_a_cluster_names_its_nodes() -> None:
    assert nodes_of("redis+cluster://u:p@a:7000,b,[::1]:7002") == [("a", 7000), ("b", 6379), ("::1", 7002)]
    with pytest.raises(ValueError, match="Expected host:port"):
        nodes_of("redis+cluster://a,,b")
    with pytest.raises(SettingsError, match="redis\\+cluster"):
        Settings.from_env({"REDIS_URL": "cluster://a"})
    assert isinstance(connect("redis+cluster://a:1", 100), ClusterRedis)
