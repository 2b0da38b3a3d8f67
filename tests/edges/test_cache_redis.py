"""The cache with a real Valkey: sharing, purging, and a server that dies."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from cache import VISIBLE_SECONDS, Codec, Kind, MemoryTier, RedisTier, Stats, TieredCache, tiered
from cache.redis_tier import LOG_LENGTH
from tests.fixtures_valkey import ValkeyServer

pytest_plugins = ("tests.fixtures_valkey",)

THING: Kind[str] = Kind("thing.1:", ttl=100, negative_ttl=10, codec=Codec(str.encode, bytes.decode))
PRIVATE: Kind[str] = Kind("private.1:", ttl=100)
TAGS = ("product", "lot")

MakeCache = Callable[[], TieredCache]


@pytest.fixture
def make(valkey_server: ValkeyServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeCache]:
    """Makes caches as separate processes would have them; the test looks for purges itself, with `sync`."""
    monkeypatch.setattr(tiered, "_LOOK_SECONDS", 3600)
    made: list[TieredCache] = []

    def make() -> TieredCache:
        stats = Stats()
        shared = RedisTier.open(valkey_server.url, timeout=5, stats=stats)
        made.append(TieredCache(MemoryTier(), shared, stats=stats))
        return made[-1]

    yield make
    for cache in made:
        cache.close()


def _never() -> str:
    raise AssertionError("Expected a cached value, got a load.")


def _commands(server: ValkeyServer) -> int:
    with server.client() as client:
        stats = client.info("commandstats")
    ours = ("cmdstat_info", "cmdstat_client", "cmdstat_hello")  # what asking for the numbers costs
    return sum(row["calls"] for name, row in stats.items() if not name.startswith(ours))


def _in_time(check: Callable[[], bool]) -> bool:
    for _ in range(3_000):
        if check():
            return True
        time.sleep(0.02)
    return False


def test_second_process_finds_what_the_first_one_loaded(make: MakeCache) -> None:
    assert make().get_or_load(THING, "cà phê", lambda: "đậm đà", TAGS) == "đậm đà"
    second = make()
    assert second.get_or_load(THING, "cà phê", _never, TAGS) == "đậm đà"
    assert second.stats.snapshot()["redis_hits"] == 1


def test_kind_without_codec_and_unknown_names_stay_in_the_process(make: MakeCache, valkey_server) -> None:
    first, second = make(), make()
    first.get_or_load(PRIVATE, "a", lambda: "mine", TAGS)
    assert second.get_or_load(PRIVATE, "a", lambda: "its own", TAGS) == "its own"
    first.get_or_load(THING, "a", lambda: None, TAGS)
    assert second.get_or_load(THING, "a", lambda: "there now", TAGS) == "there now"
    with valkey_server.client() as client:
        assert len(client.keys("cache:v:*")) == 1


def test_warm_value_costs_no_round_trip(make: MakeCache, valkey_server: ValkeyServer) -> None:
    cache = make()
    cache.get_or_load(THING, "a", lambda: "warm", TAGS)
    before = _commands(valkey_server)
    for _ in range(50):
        assert cache.get_or_load(THING, "a", _never, TAGS) == "warm"
    assert _commands(valkey_server) == before


def test_every_name_in_redis_has_a_lifetime(make: MakeCache, valkey_server: ValkeyServer) -> None:
    cache = make()
    cache.purge_tag("product")
    cache.get_or_load(THING, "a", lambda: "A", TAGS)
    with valkey_server.client() as client:
        lifetimes = {name: client.ttl(name) for name in client.keys("*")}
    assert len(lifetimes) == 4
    assert all(seconds > 0 for seconds in lifetimes.values())


def test_purge_reaches_the_other_process_at_its_next_look(make: MakeCache) -> None:
    first, second = make(), make()
    for cache in (first, second):
        cache.get_or_load(THING, "a", lambda: "old", TAGS)
        cache.get_or_load(THING, "b", lambda: "kept", ("another",))
    assert first.purge_tag("lot")
    assert first.get_or_load(THING, "a", lambda: "new", TAGS) == "new"
    second.sync()
    assert second.get_or_load(THING, "a", _never, TAGS) == "new"
    assert second.get_or_load(THING, "b", _never, ("another",)) == "kept"


def test_purge_reaches_the_other_process_by_itself(make: MakeCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiered, "_LOOK_SECONDS", 0.02)
    first, second = make(), make()
    second.get_or_load(THING, "a", lambda: "old", TAGS)
    first.purge_tag("lot")
    assert _in_time(lambda: second.get_or_load(THING, "a", lambda: "new", TAGS) == "new")


def test_value_in_redis_from_before_a_purge_is_not_used(make: MakeCache) -> None:
    first = make()

    def load_slowly() -> str:
        make().purge_tag("product")  # another process purges while this one loads
        return "old"

    assert first.get_or_load(THING, "a", load_slowly, TAGS) == "old"
    assert make().get_or_load(THING, "a", lambda: "new", TAGS) == "new"
    first.sync()
    assert first.get_or_load(THING, "a", _never, TAGS) == "new"


def test_process_that_missed_more_purges_than_the_log_holds_drops_everything(make: MakeCache) -> None:
    first, second = make(), make()
    second.get_or_load(PRIVATE, "a", lambda: "old", ("tag-0",))
    for number in range(LOG_LENGTH + 1):
        first.purge_tag(f"tag-{number}")
    second.sync()
    assert second.get_or_load(PRIVATE, "a", lambda: "new", ("tag-0",)) == "new"


def test_process_drops_everything_when_redis_lost_its_log(make: MakeCache, valkey_server: ValkeyServer) -> None:
    first, second = make(), make()
    first.purge_tag("something")
    second.get_or_load(PRIVATE, "a", lambda: "old", TAGS)
    valkey_server.flush()
    second.sync()
    assert second.get_or_load(PRIVATE, "a", lambda: "new", TAGS) == "new"


def test_memory_does_not_outlive_the_lifetime_in_redis(make: MakeCache, monkeypatch: pytest.MonkeyPatch) -> None:
    make().get_or_load(THING, "a", lambda: "old", TAGS)
    second = make()
    shift = 0.0
    real = time.monotonic
    monkeypatch.setattr(tiered.time, "monotonic", lambda: real() + shift)
    assert second.get_or_load(THING, "a", _never, TAGS) == "old"
    entry = second._memory.get("thing.1:a")
    assert 0 < entry.expires - entry.loaded <= 100


def test_bytes_that_nobody_can_read_are_a_miss(make: MakeCache, valkey_server: ValkeyServer) -> None:
    with valkey_server.client() as client:
        client.set("cache:v:thing.1:a", b"0,0\n\xff\xfe")
        client.set("cache:v:thing.1:b", b"no line end")
    cache = make()
    assert cache.get_or_load(THING, "a", lambda: "loaded", TAGS) == "loaded"
    assert cache.get_or_load(THING, "b", lambda: "loaded", TAGS) == "loaded"
    assert cache.stats.snapshot()["decode_failures"] == 1


def test_dead_redis_costs_one_failure_and_loads_go_on(make: MakeCache, valkey_server: ValkeyServer) -> None:
    cache = make()
    cache.get_or_load(THING, "warm", lambda: "warm", TAGS)
    cache._redis._rest = 3600.0
    valkey_server.kill9()
    assert [cache.get_or_load(THING, str(n), lambda: "loaded", TAGS) for n in range(20)] == ["loaded"] * 20
    assert cache.get_or_load(THING, "warm", _never, TAGS) == "warm"
    counted = cache.stats.snapshot()
    assert (counted["redis_failures"], counted["redis_rests"]) == (1, 19)


def test_without_redis_memory_is_believed_only_as_long_as_a_purge_may_take(
    make: MakeCache, valkey_server: ValkeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = make()
    cache.get_or_load(PRIVATE, "a", lambda: "old", TAGS)
    valkey_server.kill9()
    real = time.monotonic
    monkeypatch.setattr(tiered.time, "monotonic", lambda: real() + VISIBLE_SECONDS + 0.1)
    assert cache.get_or_load(PRIVATE, "a", lambda: "new", TAGS) == "new"


def test_purge_that_redis_did_not_hear_is_repeated(make: MakeCache, valkey_server: ValkeyServer) -> None:
    first, second = make(), make()
    for cache in (first, second):
        cache.get_or_load(THING, "a", lambda: "old", TAGS)
    valkey_server.kill9()
    assert not first.purge_tag("product")
    assert first.get_or_load(THING, "a", lambda: "new", TAGS) == "new"

    valkey_server.restart()
    assert _in_time(lambda: not first._redis.resting)
    first.sync()
    second.sync()
    assert second.get_or_load(THING, "a", lambda: "new", TAGS) == "new"


def test_tier_comes_back_with_the_server(make: MakeCache, valkey_server: ValkeyServer) -> None:
    cache = make()
    valkey_server.kill9()
    cache.get_or_load(THING, "a", lambda: "loaded", TAGS)
    valkey_server.restart()
    assert _in_time(lambda: not cache._redis.resting)
    cache.get_or_load(THING, "b", lambda: "shared", TAGS)
    assert make().get_or_load(THING, "b", _never, TAGS) == "shared"


def test_watch_goes_on_after_an_error_of_any_kind(make: MakeCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiered, "_LOOK_SECONDS", 0.01)
    first, second = make(), make()
    real, failed = second._redis.purges_since, []

    def fail_once(sequence: int):
        if sequence >= 0 and not failed:
            failed.append(sequence)
            raise MemoryError
        return real(sequence)

    monkeypatch.setattr(second._redis, "purges_since", fail_once)
    second.get_or_load(THING, "a", lambda: "old", TAGS)
    assert _in_time(lambda: bool(failed))
    first.purge_tag("lot")
    assert _in_time(lambda: second.get_or_load(THING, "a", lambda: "new", TAGS) == "new")


def test_process_that_forks_watches_anew(make: MakeCache, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = make()
    cache.get_or_load(THING, "a", lambda: "old", TAGS)
    parent = cache._watched_by
    monkeypatch.setattr(tiered.os, "getpid", lambda: parent + 1)
    cache.get_or_load(THING, "b", lambda: "loaded", TAGS)
    assert cache._watched_by == parent + 1
