"""Lost histories are rebuilt from the ledger; until then nobody is told that a scan is the first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis

from tests.fixtures_history import DAY, HOUR, NOON, RELOAD, SHARDS, item, ledger_row, state_of, stream_entries, visit
from verify_app.domain.scan import Actor
from verify_app.store import keys
from verify_app.store.event import decode
from verify_app.store.history import Script, ValkeyHistory
from verify_app.store.ledger import LedgerRow
from verify_app.store.rebuild import RebuildLost, complete, forget, rebuild

pytest_plugins = ("tests.fixtures_valkey", "tests.fixtures_history")


def some_scans() -> list[tuple[str, int, dict[str, object]]]:
    return [
        ("lan", NOON, {"region": "N", "country": "VN", "cell": (420, 2116)}),
        ("minh", NOON + HOUR, {"region": "S", "country": "VN", "cell": (215, 2133)}),
        ("lan", NOON + 2 * DAY, {}),
        ("hoa", NOON + 3 * DAY, {"country": "TH"}),
        ("inspector", NOON + 4 * DAY, {"actor": Actor.INSPECTOR}),
    ]


def test_emptied_server_never_says_first_but_records(history: ValkeyHistory, client: redis.Redis) -> None:
    history.observe(item(), visit("lan", NOON))
    client.flushall()
    assert history.observe(item(), visit("minh", NOON + 1)) is None
    assert [decode(fields[b"e"]).when for fields in stream_entries(client)] == [NOON + 1]
    assert state_of(client, item()) is None


def test_rebuilt_history_equals_the_lost_one(history: ValkeyHistory, script: Script) -> None:
    rows = []
    for serial in ("S1", "S2"):
        for who, when, facts in some_scans():
            one = visit(who, when, **facts)
            history.observe(item(serial), one)
            rows.append(decode(stream_entries(script.client)[-1][b"e"]))
    lost = {serial: state_of(script.client, item(serial)) for serial in ("S1", "S2")}
    script.client.flushall()

    assert rebuild(script, lambda: sorted(rows, key=lambda row: row.when), grace_s=0) == SHARDS

    assert {serial: state_of(script.client, item(serial)) for serial in ("S1", "S2")} == lost
    assert complete(script.client, SHARDS) == frozenset(range(SHARDS))
    assert stream_entries(script.client) == []


def test_scans_made_during_the_rebuild_are_in_the_history(history: ValkeyHistory, script: Script) -> None:
    script.client.flushall()
    history.observe(item(), visit("before", NOON + DAY))

    def rows() -> Iterator[LedgerRow]:
        yield ledger_row("lan", NOON)
        assert history.observe(item(), visit("meanwhile", NOON + 2 * DAY)) is None

    rebuild(script, rows, grace_s=0)

    found = history.observe(item(), visit("after", NOON + 3 * DAY))
    assert found is not None
    assert (found.scans, found.others, found.first, found.last) == (3, 3, NOON, NOON + 2 * DAY)
    assert len(stream_entries(script.client)) == 3


def test_rebuild_again_and_scans_known_to_both_sides_count_once(history: ValkeyHistory, script: Script) -> None:
    script.client.flushall()
    history.observe(item(), visit("lan", NOON))
    row = decode(stream_entries(script.client)[0][b"e"])
    rebuild(script, lambda: [row, row], grace_s=0)  # in the ledger already, and still in the stream
    assert rebuild(script, lambda: [row], grace_s=0) == 0
    forget(script.client, SHARDS)
    rebuild(script, lambda: [row], grace_s=0)
    found = history.observe(item(), visit("minh", NOON + DAY))
    assert found is not None
    assert found.scans == 1


def test_one_lost_shard_is_rebuilt_alone(history: ValkeyHistory, script: Script) -> None:
    shard = keys.shard_of(item().gtin, item().identity, SHARDS)
    history.observe(item(), visit("lan", NOON))
    script.client.delete(keys.epoch(shard))
    assert complete(script.client, SHARDS) == frozenset(range(SHARDS)) - {shard}
    assert rebuild(script, lambda: [ledger_row("old", NOON - DAY)], grace_s=0) == 1
    found = history.observe(item(), visit("minh", NOON + DAY))
    assert found is not None
    assert (found.first, found.others) == (NOON - DAY, 2)  # from the ledger, and from the stream that still waits


def test_second_rebuild_leaves_a_held_shard_alone(script: Script) -> None:
    script.client.flushall()

    def rows() -> Iterator[LedgerRow]:
        assert rebuild(script, lambda: [], grace_s=0) == 0
        yield from ()

    assert rebuild(script, rows, grace_s=0) == SHARDS


def test_rebuild_that_lost_its_hold_stops_and_changes_nothing(script: Script) -> None:
    script.client.flushall()

    def rows() -> Iterator[LedgerRow]:
        script.client.flushall()  # emptied once more in the middle
        yield ledger_row("lan", NOON)

    with pytest.raises(RebuildLost):
        rebuild(script, rows, grace_s=0)
    assert not complete(script.client, SHARDS)
    assert state_of(script.client, item()) is None


def test_ledger_that_fails_in_the_middle_leaves_the_shards_free_and_incomplete(script: Script) -> None:
    script.client.flushall()

    def rows() -> Iterator[LedgerRow]:
        yield ledger_row("lan", NOON)
        raise OSError("database away")

    with pytest.raises(OSError, match="database away"):
        rebuild(script, rows, grace_s=0)
    assert not complete(script.client, SHARDS)
    assert rebuild(script, lambda: [ledger_row("lan", NOON)], grace_s=0) == SHARDS


def test_large_ledger_is_folded_in_batches(history: ValkeyHistory, script: Script) -> None:
    script.client.flushall()
    total = 1_200
    rows = [ledger_row(f"v{n % 7}", NOON + n * RELOAD, item(f"S{n % 3}")) for n in range(total)]
    rebuild(script, lambda: iter(rows), grace_s=0)
    found = [history.observe(item(f"S{n}"), visit("new", NOON + 100 * DAY)) for n in range(3)]
    assert sum(one.scans for one in found if one) == total
