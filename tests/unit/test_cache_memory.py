"""The first tier and the generations of tags: bounds, order, purges."""

from __future__ import annotations

import pytest

from cache.kind import Kind
from cache.memory import Entry, MemoryTier
from cache.stats import COUNTERS, Stats
from cache.tags import Generations


def _entry(value: object, size: int = 1) -> Entry:
    return Entry(value, expires=1e12, loaded=0.0, size=size)


def test_least_recently_used_leaves_first() -> None:
    stats = Stats()
    tier = MemoryTier(entries=2, stats=stats)
    tier.put("a", _entry("A"))
    tier.put("b", _entry("B"))
    assert tier.get("a").value == "A"
    tier.put("c", _entry("C"))
    assert tier.get("b") is None
    assert [tier.get(key).value for key in ("a", "c")] == ["A", "C"]
    assert stats.snapshot()["evictions"] == 1


def test_bytes_are_bounded_and_counted() -> None:
    tier = MemoryTier(size=10)
    tier.put("a", _entry("A", 6))
    tier.put("a", _entry("A2", 4))
    tier.put("b", _entry("B", 6))
    assert (len(tier), tier.bytes) == (2, 10)
    tier.put("c", _entry("C", 7))
    assert (len(tier), tier.bytes) == (1, 7)


def test_entry_larger_than_the_tier_is_not_kept_and_drives_nobody_out() -> None:
    tier = MemoryTier(size=10)
    tier.put("a", _entry("A", 5))
    tier.put("huge", _entry("H", 11))
    assert tier.get("huge") is None
    assert tier.get("a").value == "A"


def test_dropped_and_cleared_entries_free_their_bytes() -> None:
    tier = MemoryTier()
    tier.put("a", _entry("A", 5))
    tier.put("b", _entry("B", 5))
    tier.drop("a")
    tier.drop("never")
    assert (len(tier), tier.bytes) == (1, 5)
    tier.clear()
    assert (len(tier), tier.bytes) == (0, 0)


def test_purge_changes_the_marks_of_its_tag_alone() -> None:
    generations = Generations()
    one, other, none = generations.of(("one",)), generations.of(("other",)), generations.of(())
    generations.purge(["one"])
    assert generations.of(("one",)) != one
    assert generations.of(("other",)) == other
    generations.purge_all()
    assert generations.of(("other",)) != other
    assert generations.of(()) != none


def test_marks_never_come_true_again_when_the_tags_are_too_many() -> None:
    generations = Generations(most=3)
    seen = {generations.of(("tag-0",))}
    for number in range(50):
        generations.purge([f"tag-{number % 5}"])
        if number % 5 == 0:
            marks = generations.of(("tag-0",))
            assert marks not in seen
            seen.add(marks)


@pytest.mark.parametrize(("ttl", "negative"), [(0, 0), (-1, 0), (90_000, 0), (1, -1), (1, 90_000)])
def test_lifetimes_beyond_the_generations_are_refused(ttl: float, negative: float) -> None:
    with pytest.raises(ValueError, match="Expected lifetimes"):
        Kind("k:", ttl=ttl, negative_ttl=negative)


def test_counters_begin_at_zero_and_unknown_ones_are_refused() -> None:
    stats = Stats()
    assert stats.snapshot() == dict.fromkeys(COUNTERS, 0)
    with pytest.raises(KeyError):
        stats.count("never")
