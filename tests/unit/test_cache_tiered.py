"""The cache without Redis: loads, purges, lifetimes, single flight."""

from __future__ import annotations

import threading

import pytest

from cache import Kind, Labels, MemoryTier, NoCache, Renewals, Stats, TieredCache, open_cache, tiered
from cache.renewal import Work

THING: Kind[str] = Kind("thing.1:", ttl=100, negative_ttl=10)
LASTING: Kind[str] = Kind("lasting.1:", ttl=100, stale=30)
FORGETFUL: Kind[str] = Kind("forgetful.1:", ttl=100)


class Clock:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(tiered, "time", clock)
    return clock


@pytest.fixture
def cache() -> TieredCache:
    return open_cache()


class Loader:
    """Loads numbered values and counts."""

    def __init__(self, *, finds: bool = True) -> None:
        self.finds, self.calls = finds, 0

    def __call__(self) -> str | None:
        self.calls += 1
        return f"value {self.calls}" if self.finds else None


def test_second_call_loads_nothing(cache: TieredCache) -> None:
    load = Loader()
    assert [cache.get_or_load(THING, "a", load) for _ in range(3)] == ["value 1"] * 3
    assert load.calls == 1
    assert cache.stats.snapshot() | {"memory_hits": 2, "loads": 1} == cache.stats.snapshot()


def test_names_and_kinds_do_not_mix(cache: TieredCache) -> None:
    load = Loader()
    assert cache.get_or_load(THING, "a", load) != cache.get_or_load(THING, "b", load)
    assert cache.get_or_load(FORGETFUL, "a", load) == "value 3"


def test_value_lives_at_most_its_time_and_at_least_nine_tenths(cache: TieredCache, clock: Clock) -> None:
    load = Loader()
    cache.get_or_load(THING, "a", load)
    clock.now += 89
    cache.get_or_load(THING, "a", load)
    assert load.calls == 1
    clock.now += 11
    cache.get_or_load(THING, "a", load)
    assert load.calls == 2


def test_lifetimes_are_spread(cache: TieredCache, clock: Clock) -> None:
    loads = [Loader() for _ in range(200)]
    for number, load in enumerate(loads):
        cache.get_or_load(THING, str(number), load)
    clock.now += 95
    for number, load in enumerate(loads):
        cache.get_or_load(THING, str(number), load)
    expired = sum(load.calls == 2 for load in loads)
    assert 0 < expired < 200


def test_what_is_not_there_is_remembered_shortly(cache: TieredCache, clock: Clock) -> None:
    load = Loader(finds=False)
    assert cache.get_or_load(THING, "a", load) is None
    assert cache.get_or_load(THING, "a", load) is None
    assert (load.calls, cache.stats.snapshot()["negative_hits"]) == (1, 1)
    clock.now += 10
    cache.get_or_load(THING, "a", load)
    assert load.calls == 2


def test_kind_without_negative_lifetime_asks_each_time(cache: TieredCache) -> None:
    load = Loader(finds=False)
    for _ in range(3):
        cache.get_or_load(FORGETFUL, "a", load)
    assert load.calls == 3


def test_flood_of_unknown_names_drives_out_no_known_one() -> None:
    cache = TieredCache(MemoryTier(entries=10))
    load = Loader()
    cache.get_or_load(THING, "known", load)
    for number in range(1_000):
        cache.get_or_load(THING, f"invented-{number}", Loader(finds=False))
    cache.get_or_load(THING, "known", load)
    assert load.calls == 1


def test_purge_reaches_every_value_with_the_tag_and_no_other(cache: TieredCache) -> None:
    tagged, also, other = Loader(), Loader(finds=False), Loader()

    def ask() -> None:
        cache.get_or_load(THING, "a", tagged, ("product", "lot"))
        cache.get_or_load(THING, "b", also, ("product",))
        cache.get_or_load(THING, "c", other, ("another",))

    ask()
    assert cache.purge_tag("product")
    ask()
    assert (tagged.calls, also.calls, other.calls) == (2, 2, 1)


def test_load_that_a_purge_overtakes_is_answered_but_not_kept(cache: TieredCache) -> None:
    def load_slowly() -> str:
        cache.purge_tag("product")
        return "old"

    assert cache.get_or_load(THING, "a", load_slowly, ("product",)) == "old"
    assert cache.get_or_load(THING, "a", Loader(), ("product",)) == "value 1"


def test_caller_after_a_purge_does_not_get_a_load_begun_before_it(cache: TieredCache) -> None:
    began, go_on = threading.Event(), threading.Event()

    def load_old() -> str:
        began.set()
        go_on.wait(60)
        return "old"

    thread = threading.Thread(target=cache.get_or_load, args=(THING, "a", load_old, ("product",)))
    thread.start()
    assert began.wait(60)
    cache.purge_tag("product")
    assert cache.get_or_load(THING, "a", lambda: "new", ("product",)) == "new"
    go_on.set()
    thread.join()
    assert cache.get_or_load(THING, "a", lambda: "newer", ("product",)) == "new"


def test_many_callers_at_once_cause_one_load(cache: TieredCache) -> None:
    callers = 40
    loaded: list[str | None] = []
    load = Loader()

    def load_when_all_wait() -> str | None:
        while cache.stats.snapshot()["shared_loads"] < callers - 1:
            pass
        return load()

    threads = [
        threading.Thread(target=lambda: loaded.append(cache.get_or_load(THING, "viral", load_when_all_wait)))
        for _ in range(callers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loaded == ["value 1"] * callers
    assert load.calls == 1


def test_failing_load_fails_for_all_who_wait_and_is_tried_again_later(cache: TieredCache) -> None:
    errors: list[str] = []

    def load_badly() -> str:
        while cache.stats.snapshot()["shared_loads"] < 1:
            pass
        raise LookupError("the store is away")

    def ask() -> None:
        try:
            cache.get_or_load(THING, "a", load_badly)
        except LookupError as error:
            errors.append(str(error))

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == ["the store is away"] * 2
    assert cache.get_or_load(THING, "a", Loader()) == "value 1"


def test_value_that_was_read_along_is_kept(cache: TieredCache) -> None:
    labels = Labels(("product",), cache.moment())
    cache.put(THING, "a", "along", labels)
    assert cache.get_or_load(THING, "a", Loader(), ("product",)) == "along"
    cache.purge_tag("product")
    assert cache.get_or_load(THING, "a", Loader(), ("product",)) == "value 1"


def test_value_that_was_read_before_a_purge_is_not_kept(cache: TieredCache) -> None:
    labels = Labels(("product",), cache.moment())
    cache.purge_tag("product")
    cache.put(THING, "a", "stale", labels)
    assert cache.get_or_load(THING, "a", Loader(), ("product",)) == "value 1"


def test_cleared_cache_loads_again_and_answers_the_same(cache: TieredCache) -> None:
    assert cache.get_or_load(THING, "a", lambda: "same") == "same"
    cache.clear()
    assert cache.get_or_load(THING, "a", lambda: "same") == "same"
    assert cache.stats.snapshot()["loads"] == 2


def test_no_cache_answers_alike_and_holds_nothing() -> None:
    cache, load = NoCache(), Loader()
    cache.put(THING, "a", "kept?", Labels((), cache.moment()))
    assert [cache.get_or_load(THING, "a", load) for _ in range(2)] == ["value 1", "value 2"]
    assert cache.purge_tag("product")
    cache.clear()
    cache.close()
    assert cache.stats.snapshot()["loads"] == 2


def test_caller_who_waited_too_long_loads_by_itself(cache: TieredCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiered, "_WAIT_SECONDS", 0.01)
    began, go_on = threading.Event(), threading.Event()

    def load_for_ever() -> str:
        began.set()
        go_on.wait(60)
        return "late"

    thread = threading.Thread(target=cache.get_or_load, args=(THING, "a", load_for_ever))
    thread.start()
    assert began.wait(60)
    assert cache.get_or_load(THING, "a", lambda: "own") == "own"
    go_on.set()
    thread.join()


def test_looking_for_purges_without_redis_does_nothing(cache: TieredCache) -> None:
    cache.get_or_load(THING, "a", Loader())
    cache.sync()
    assert cache.get_or_load(THING, "a", Loader()) == "value 1"
    cache.close()


# past its lifetime


@pytest.fixture
def begun() -> list[Work]:
    """Renewals that have begun, and that the test carries out."""
    return []


@pytest.fixture
def renewing(begun: list[Work]) -> TieredCache:
    stats = Stats()
    return TieredCache(MemoryTier(stats=stats), stats=stats, renewals=Renewals(stats, begun.append))


def test_a_stale_value_is_given_to_all_while_one_load_renews_it(
    renewing: TieredCache, begun: list[Work], clock: Clock
) -> None:
    load = Loader()
    renewing.get_or_load(LASTING, "a", load)
    clock.now += 100
    assert [renewing.get_or_load(LASTING, "a", load) for _ in range(3)] == ["value 1"] * 3
    assert (load.calls, len(begun)) == (1, 1)
    begun.pop()()
    assert renewing.get_or_load(LASTING, "a", load) == "value 2"
    assert (load.calls, begun) == (2, [])
    counted = renewing.stats.snapshot()
    assert (counted["stale_hits"], counted["renewals"], counted["renewal_failures"]) == (3 + 1, 1, 0)
    clock.now += 130
    assert renewing.get_or_load(LASTING, "a", load) == "value 3", "thirty seconds are over: now the caller waits"


def test_a_purge_beats_a_stale_value_and_the_load_that_renews_it(
    renewing: TieredCache, begun: list[Work], clock: Clock
) -> None:
    def overtaken() -> str:
        renewing.purge_tag("t")
        return "old"

    renewing.get_or_load(LASTING, "a", lambda: "old", ("t",))
    clock.now += 100
    assert renewing.get_or_load(LASTING, "a", overtaken, ("t",)) == "old"
    begun.pop()()
    assert renewing.held(LASTING, "a") is None
    assert renewing.get_or_load(LASTING, "a", lambda: "new", ("t",)) == "new"


def test_a_renewal_that_fails_is_counted_and_tried_again_until_the_asker_is_told(
    renewing: TieredCache, begun: list[Work], clock: Clock
) -> None:
    def away() -> str:
        raise OSError("Expected an answer, got none.")

    renewing.get_or_load(LASTING, "a", lambda: "value")
    clock.now += 100
    for _ in range(2):
        assert renewing.get_or_load(LASTING, "a", away) == "value"
        begun.pop()()
    assert renewing.stats.snapshot()["renewal_failures"] == 2
    clock.now += 30
    with pytest.raises(OSError, match="got none"):
        renewing.get_or_load(LASTING, "a", away)


def test_a_few_names_are_renewed_at_once_and_a_value_that_is_equal_stays_the_same_object(
    renewing: TieredCache, begun: list[Work], clock: Clock
) -> None:
    kind: Kind[tuple[str, ...]] = Kind("pair.1:", ttl=100, stale=30)
    before = [renewing.get_or_load(kind, str(number), lambda n=number: tuple(f"{n} b")) for number in range(9)]
    clock.now += 100
    for number in range(9):
        renewing.get_or_load(kind, str(number), lambda n=number: tuple(f"{n} b"))
    assert len(begun) == 4
    for work in begun:
        work()
    after = [entry and entry.value for entry in (renewing.held(kind, str(number)) for number in range(4))]
    assert all(one is other for one, other in zip(after, before, strict=False))


def test_where_no_thread_is_to_be_had_the_stale_value_is_given_all_the_same(clock: Clock) -> None:
    def refuse(_work: Work) -> None:
        raise RuntimeError("can't start new thread")

    stats = Stats()
    cache = TieredCache(MemoryTier(), stats=stats, renewals=Renewals(stats, refuse))
    cache.get_or_load(LASTING, "a", lambda: "value")
    clock.now += 100
    assert [cache.get_or_load(LASTING, "a", lambda: "newer") for _ in range(2)] == ["value"] * 2
    assert stats.snapshot()["renewal_failures"] == 2


def test_a_renewal_runs_in_a_thread_of_its_own(clock: Clock) -> None:
    cache, renewed = open_cache(), threading.Event()
    cache.get_or_load(LASTING, "a", lambda: "value")
    clock.now += 100

    def load() -> str:
        assert threading.current_thread().name == "cache-renewal"
        renewed.set()
        return "newer"

    assert cache.get_or_load(LASTING, "a", load) == "value"
    assert renewed.wait(60)
