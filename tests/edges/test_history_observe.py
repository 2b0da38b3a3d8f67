"""What `observe` says of the scans before, and what it keeps."""

from __future__ import annotations

import threading

import pytest
import redis

from tests.fixtures_history import DAY, HOUR, MINUTE, NOON, RELOAD, SHARDS, item, state_of, stream_entries, visit
from verify_app.domain.code import Code
from verify_app.domain.history import History
from verify_app.domain.scan import Actor, Visit, VisitKind
from verify_app.store import keys
from verify_app.store.event import decode
from verify_app.store.history import ValkeyHistory, outcomes

pytest_plugins = ("tests.fixtures_valkey", "tests.fixtures_history")


def test_first_scan_finds_nothing_and_is_recorded(history: ValkeyHistory, client: redis.Redis) -> None:
    assert history.observe(item(), visit("lan")) == History(recorded=True)
    assert len(stream_entries(client)) == 1


def test_second_phone_finds_the_first_scan(history: ValkeyHistory) -> None:
    history.observe(item(), visit("lan", NOON, region="N", country="VN"))
    found = history.observe(item(), visit("minh", NOON + DAY))
    assert found == History(scans=1, others=1, days=1, first=NOON, last=NOON, regions=(1, 0, 0), recorded=True)


def test_a_scan_is_one_round_trip_and_one_command(history: ValkeyHistory, client: redis.Redis) -> None:
    history.observe(item(), visit("warm"))  # the function is in the server, the connection is open
    with client.monitor() as monitor:
        for number in range(3):
            history.observe(item(), visit(f"phone {number}", NOON + number))
        client.ping()
        sent = []
        for seen in monitor.listen():
            if seen["client_type"] != "lua" and "lua" not in str(seen["client_address"]):
                sent.append(seen["command"].split()[0])
            if seen["command"] == "PING":
                break
    assert sent == ["FCALL", "FCALL", "FCALL", "PING"]


def test_reload_within_minutes_is_not_a_scan(history: ValkeyHistory, client: redis.Redis) -> None:
    history.observe(item(), visit("lan", NOON))
    before = state_of(client, item())
    found = history.observe(item(), visit("lan", NOON + RELOAD - 1))
    assert found == History(scans=1, days=1, first=NOON, last=NOON, mine_first=True, repeat=True, recorded=False)
    assert state_of(client, item()) == before
    assert len(stream_entries(client)) == 1


def test_same_visitor_later_is_a_scan_but_nobody_else(history: ValkeyHistory) -> None:
    history.observe(item(), visit("lan", NOON))
    found = history.observe(item(), visit("lan", NOON + RELOAD))
    assert found == History(scans=1, days=1, first=NOON, last=NOON, mine_first=True, recorded=True)
    found = history.observe(item(), visit("lan", NOON + DAY))
    assert found is not None
    assert (found.scans, found.others, found.days, found.last) == (2, 0, 1, NOON + RELOAD)


@pytest.mark.parametrize("kind", [VisitKind.PREVIEW, VisitKind.LOOK])
def test_look_and_preview_read_but_leave_no_trace(history: ValkeyHistory, client: redis.Redis, kind: VisitKind) -> None:
    history.observe(item(), visit("lan", NOON))
    before = sorted(client.keys("*")), state_of(client, item())
    found = history.observe(item(), visit("bot", NOON + 1, kind=kind))
    assert found == History(scans=1, others=1, days=1, first=NOON, last=NOON, recorded=False)
    assert (sorted(client.keys("*")), state_of(client, item())) == before
    assert len(stream_entries(client)) == 1


def test_lot_written_beside_the_serial_does_not_split_the_history(history: ValkeyHistory) -> None:
    history.observe(item("S1", lot="L1"), visit("lan"))
    found = history.observe(item("S1"), visit("minh", NOON + 1))
    assert found is not None
    assert found.scans == 1


def test_other_serial_has_a_history_of_its_own(history: ValkeyHistory) -> None:
    history.observe(item("S1"), visit("lan"))
    assert history.observe(item("S2"), visit("lan", NOON + 1)) == History(recorded=True)


def test_codes_of_one_product_share_a_slot(history: ValkeyHistory, client: redis.Redis) -> None:
    for number in range(5):
        history.observe(item(f"S{number}"), visit("lan"))
    tags = {key.split(b"}")[0].split(b"{")[1] for key in client.keys("[hs]:*") if client.exists(key)}
    assert len(tags) == 1
    assert len({client.execute_command("CLUSTER", "KEYSLOT", key) for key in client.keys("[hs]:*")}) == 1


def test_visitors_are_counted_exactly_up_to_twelve_and_on(history: ValkeyHistory) -> None:
    for number in range(15):
        found = history.observe(item(), visit(f"phone {number}", NOON + number * HOUR))
        assert found is not None
        assert found.others == number
        assert found.scans == number


def test_reload_is_known_even_in_a_crowd(history: ValkeyHistory, client: redis.Redis) -> None:
    for number in range(40):
        history.observe(item(), visit(f"phone {number}", NOON + number))
    for number in range(40):
        found = history.observe(item(), visit(f"phone {number}", NOON + MINUTE + number))
        assert found is not None
        assert found.repeat
    assert len(stream_entries(client)) == 40
    ttl = client.pttl(client.keys("r:*")[0])
    assert 0 < ttl <= RELOAD


def test_days_are_vietnamese_days_with_a_newcomer(history: ValkeyHistory) -> None:
    late = NOON + 11 * HOUR + 59 * MINUTE  # 23:59 in Vietnam
    history.observe(item(), visit("a", late))
    history.observe(item(), visit("b", late - HOUR))
    history.observe(item(), visit("c", late + 2 * MINUTE))  # the next day there, the same day in UTC
    found = history.observe(item(), visit("a", late + 3 * DAY))  # no newcomer: not a new day
    assert found is not None
    assert found.days == 2
    found = history.observe(item(), visit("d", late + 4 * DAY))
    assert found is not None
    assert found.days == 2


def test_days_go_on_after_twelve_visitors_on_one_day(history: ValkeyHistory) -> None:
    for number in range(13):
        history.observe(item(), visit(f"phone {number}", NOON + number))
    for day in range(1, 4):
        history.observe(item(), visit(f"later {day}", NOON + day * DAY, region="S", country="TH"))
    found = history.observe(item(), visit("last", NOON + 9 * DAY))
    assert found is not None
    assert (found.days, found.regions, found.abroad, found.others) == (4, (0, 0, 3), 3, 16)


def test_two_phones_far_apart_in_little_time_are_impossible_travel(history: ValkeyHistory) -> None:
    hanoi, saigon = (420, 2116), (215, 2133)  # 21.0 N and 10.8 N: about 1,140 km
    history.observe(item(), visit("lan", NOON, cell=hanoi))
    history.observe(item(), visit("minh", NOON + HOUR, cell=saigon))
    found = history.observe(item(), visit("hoa", NOON + 4 * HOUR, cell=hanoi))  # a flight
    assert found is not None
    assert found.travel == 1
    assert history.observe(item(), visit("an", NOON + 5 * HOUR)).travel == 1


def test_the_same_phone_far_away_or_a_near_one_is_not_impossible_travel(history: ValkeyHistory) -> None:
    history.observe(item(), visit("lan", NOON, cell=(420, 2116)))
    history.observe(item(), visit("lan", NOON + HOUR, cell=(215, 2133)))
    history.observe(item(), visit("minh", NOON + HOUR, cell=(216, 2140)))  # 40 km from there
    found = history.observe(item(), visit("hoa", NOON + 2 * HOUR))
    assert found is not None
    assert found.travel == 0


def test_unknown_country_and_vietnam_are_not_abroad(history: ValkeyHistory) -> None:
    for who, country in (("a", ""), ("b", "VN"), ("c", "DE")):
        history.observe(item(), visit(who, NOON, country=country))
    assert history.observe(item(), visit("d", NOON + 1)).abroad == 1


def test_inspectors_and_partners_are_recorded_but_move_nothing(history: ValkeyHistory, client: redis.Redis) -> None:
    found = history.observe(item(), visit("inspector", NOON, actor=Actor.INSPECTOR))
    assert found == History(recorded=True)
    assert history.observe(item(), visit("inspector", NOON + 1, actor=Actor.INSPECTOR)).repeat
    assert history.observe(item(), visit("lan", NOON + HOUR)) == History(recorded=True)
    assert [decode(fields[b"e"]).actor for fields in stream_entries(client)] == ["inspector", "public"]


def test_older_scan_that_comes_late_becomes_the_first(history: ValkeyHistory) -> None:
    history.observe(item(), visit("minh", NOON))
    history.observe(item(), visit("lan", NOON - DAY))
    found = history.observe(item(), visit("lan", NOON + DAY))
    assert found is not None
    assert (found.first, found.last, found.mine_first, found.days) == (NOON - DAY, NOON, True, 2)


def test_two_phones_at_once_cannot_both_be_first(history: ValkeyHistory) -> None:
    for round_number in range(25):
        code, found = item(f"R{round_number}"), []
        barrier = threading.Barrier(8)

        def scan(who: str, code: Code = code, found: list = found, barrier: threading.Barrier = barrier) -> None:
            barrier.wait()
            found.append(history.observe(code, visit(who)))

        threads = [threading.Thread(target=scan, args=(f"phone {number}",)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(one.scans for one in found) == list(range(8))


def test_event_carries_what_the_ledger_needs_and_no_visitor(history: ValkeyHistory, client: redis.Redis) -> None:
    history.observe(item(), visit("lan", NOON))
    second = visit("minh", NOON + DAY, region="S", country="VN", cell=(215, 2133))
    history.observe(item("S1", lot="L7"), second)
    fields = stream_entries(client)[1]
    row = decode(fields[b"e"], int(fields[b"n"]), int(fields[b"o"]))
    assert (row.scan_id, row.when, row.identity) == (second.id, second.when, item().identity)
    assert (row.gtin, row.lot, row.serial) == (item().gtin, "L7", "S1")
    assert (row.region, row.country, row.cell) == ("S", "VN", (215, 2133))
    assert (row.prior_scans, row.prior_others) == (1, 1)
    assert row.tag == second.tag(item().identity)
    assert second.visitor not in b"".join(fields.values())


def test_history_lives_five_years_after_the_last_scan(history: ValkeyHistory, client: redis.Redis) -> None:
    history.observe(item(), visit("lan"))
    years = client.pttl(client.keys("h:*")[0]) / (365 * DAY)
    assert 5.0 <= years <= 5.1


def test_codes_without_gtin_have_histories_too(history: ValkeyHistory) -> None:
    for code in (Code("00", "195212345432100018"), Code("short", "AB12CD"), Code("foreign", "example.org")):
        assert history.observe(code, visit("lan", NOON)) == History(recorded=True)
        assert history.observe(code, visit("minh", NOON + 1)).scans == 1


@pytest.mark.parametrize(
    "facts",
    [
        {"when": -5},
        {"when": 2**62},
        {"cell": (99_999, -99_999)},
        {"country": "☃" * 50, "region": "?"},
        {"visitor": b""},
        {"visitor": b"\x00" * 500},
    ],
)
def test_strange_visits_are_survived(history: ValkeyHistory, facts: dict) -> None:
    strange = Visit(**{"id": "0" * 32, "when": NOON, "visitor": b"x", **facts})
    assert history.observe(item(), strange) == History(recorded=True)


@pytest.mark.parametrize(
    "garbage", [b"", b"\x00", b"\x01", b"\x01" + b"\xff" * 60, b"\x03" + b"\xff" * 60, b"\xff" * 300, b"{}" * 40]
)
def test_corrupt_state_is_replaced_and_counted(history: ValkeyHistory, client: redis.Redis, garbage: bytes) -> None:
    client.set(keys.state(keys.shard_of(item().gtin, "", SHARDS), item().identity), garbage)
    before = outcomes.labels("corrupt")._value.get()
    assert history.observe(item(), visit("lan", NOON)) == History(recorded=True)
    assert outcomes.labels("corrupt")._value.get() == before + 1
    assert history.observe(item(), visit("minh", NOON + 1)).scans == 1


def test_state_of_a_newer_release_is_left_alone_and_never_called_first(
    history: ValkeyHistory, client: redis.Redis
) -> None:
    key = keys.state(keys.shard_of(item().gtin, "", SHARDS), item().identity)
    client.set(key, b"\x04newer layout")
    assert history.observe(item(), visit("lan", NOON)) is None
    assert client.get(key) == b"\x04newer layout"
    assert len(stream_entries(client)) == 1
