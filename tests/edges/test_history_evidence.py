"""The evidence of copies on a real server: who counts as another holder, and what never counts."""

from __future__ import annotations

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fixtures_history import DAY, HOUR, NOON, SHARDS, item, state_of, visit
from verify_app.domain.evidence import NO_EVIDENCE, Circumstances, Network
from verify_app.domain.history import History
from verify_app.domain.scan import Actor
from verify_app.store import keys
from verify_app.store.event import row_of
from verify_app.store.evidence import pack
from verify_app.store.history import Mode, Script, read

pytest_plugins = ("tests.fixtures_valkey", "tests.fixtures_history")

HANOI, HUE, HCMC = (421, 2117), (329, 2152), (216, 2134)
CARRIER = Circumstances(network=Network.CARRIER)


def look(script: Script, who: str, when: int, what: Circumstances = CARRIER, **facts: object) -> History:
    mode = facts.pop("mode", Mode.SCAN)
    code = facts.pop("code", item())
    row = row_of(code, visit(who, when, **facts))  # type: ignore[arg-type]
    found = read(script.send(script.arguments(mode, row, circumstances=pack(what))))  # type: ignore[arg-type]
    assert found is not None
    return found


def test_the_first_visitor_is_credited_and_a_reload_is_nobody(script: Script) -> None:
    assert look(script, "lan", NOON).evidence.credited == 1
    again = look(script, "lan", NOON + 60_000)
    assert again.repeat
    assert (again.evidence.credited, again.evidence.days) == (1, 1)


def test_the_owner_who_looks_every_day_adds_days_but_no_newcomer(script: Script) -> None:
    for day in range(5):
        found = look(script, "lan", NOON + day * DAY)
    assert (found.evidence.credited, found.evidence.days, found.evidence.ndays) == (1, 5, 1)


def test_a_day_has_at_most_four_credited_newcomers(script: Script) -> None:
    for number in range(20):
        found = look(script, f"p{number}", NOON + number * 60_000)
    assert (found.evidence.credited, found.evidence.over) == (4, 16)
    for number in range(20, 40):
        found = look(script, f"p{number}", NOON + DAY + number * 60_000)
    assert found.evidence.credited == 8
    assert found.evidence.ndays == 2


def test_a_thousand_scans_in_four_days_are_sixteen_newcomers_at_most(script: Script) -> None:
    for number in range(1000):
        found = look(script, f"p{number}", NOON + number * 4 * DAY // 1000)
    assert found.evidence.credited <= 20
    assert found.evidence.ndays <= 5


def test_an_inspector_who_looked_as_a_shopper_before_reads_what_others_did_and_changes_nothing(script: Script) -> None:
    look(script, "lan", NOON)
    found = look(script, "lan", NOON + DAY, actor=Actor.INSPECTOR)
    assert (found.scans, found.evidence.credited, found.evidence.days) == (1, 1, 1)


def test_one_household_line_is_credited_once(script: Script) -> None:
    home = Circumstances(network=Network.LINE, line=77)
    for number in range(5):
        found = look(script, f"family {number}", NOON + number * DAY, home)
    assert (found.evidence.credited, found.evidence.kin, found.evidence.lines) == (1, 4, 1)


@pytest.mark.parametrize("what", [Circumstances(network=Network.HOSTING), Circumstances(flagged=True)])
def test_programs_move_nothing(script: Script, what: Circumstances) -> None:
    look(script, "lan", NOON)
    for number in range(50):
        found = look(script, f"p{number}", NOON + number * DAY, what)
    assert (found.evidence.credited, found.evidence.days, found.evidence.ndays) == (1, 1, 1)
    assert found.evidence.hosted + found.evidence.flagged == 50
    assert found.peers.credited == 1


@pytest.mark.parametrize("actor", [Actor.PARTNER, Actor.INSPECTOR])
def test_people_at_work_move_nothing(script: Script, actor: Actor) -> None:
    before = look(script, "lan", NOON).evidence
    for number in range(5):
        found = look(script, f"p{number}", NOON + number * DAY, actor=actor)
    assert found.evidence == before


def test_who_follows_a_shared_link_is_no_other_holder(script: Script) -> None:
    look(script, "lan", NOON)
    look(script, "robot", NOON + HOUR, mode=Mode.PREVIEW)
    for number in range(6):
        found = look(script, f"friend {number}", NOON + 2 * HOUR + number * HOUR)
    assert (found.evidence.credited, found.evidence.shared) == (1, 6)
    assert look(script, "stranger", NOON + 5 * DAY).evidence.credited == 2


def test_a_preview_is_no_scan(script: Script, client: redis.Redis) -> None:
    look(script, "lan", NOON)
    found = look(script, "robot", NOON + HOUR, mode=Mode.PREVIEW)
    assert (found.scans, found.recorded) == (1, False)
    assert client.xlen(keys.stream(keys.shard_of(item().gtin, "", SHARDS))) == 1


def test_a_preview_of_a_code_that_nobody_scanned_leaves_nothing(script: Script, client: redis.Redis) -> None:
    look(script, "robot", NOON, mode=Mode.PREVIEW)
    assert state_of(client, item()) is None


def test_places_regions_and_silence_are_counted(script: Script) -> None:
    trips = [("N", HANOI, 0), ("S", HCMC, 1), ("C", HUE, 15), ("N", HANOI, 50)]
    for number, (region, place, day) in enumerate(trips):
        what = Circumstances(network=Network.LINE, line=number, place=place)
        found = look(script, f"p{number}", NOON + day * DAY, what, region=region, country="VN")
    e = found.evidence
    assert (e.places, e.switch, e.back, e.fargap) == (3, 3, 1, 1)
    assert (e.north, e.centre, e.south, e.alternate) == (2, 1, 1, 3)
    assert (e.gap10, e.gap30, e.late20, e.late40, e.span) == (2, 1, 1, 1, 50)
    assert (e.thinnest, e.fast) == (2, 0)


def test_a_visitor_who_comes_again_after_one_elsewhere_tells_of_two_items(script: Script) -> None:
    for who, region, place, day in (("lan", "N", HANOI, 0), ("minh", "S", HCMC, 5), ("lan", "N", HANOI, 9)):
        what = Circumstances(network=Network.LINE, line=place[0], place=place)
        found = look(script, who, NOON + day * DAY, what, region=region, country="VN")
    assert (found.evidence.returned, found.evidence.returned_region) == (1, 1)
    again = look(script, "lan", NOON + 12 * DAY, what, region="N", country="VN")
    assert again.evidence.returned == 1  # nobody else came in between


def test_a_friend_nearby_or_on_the_same_day_tells_of_none(script: Script) -> None:
    for who, region, place, hours in (
        ("lan", "N", HANOI, 0),
        ("hoa", "N", HANOI, 100),
        ("lan", "N", HANOI, 200),
        ("minh", "S", HCMC, 208),
        ("lan", "N", HANOI, 216),
    ):
        what = Circumstances(network=Network.LINE, line=place[0], place=place)
        found = look(script, who, NOON + hours * HOUR, what, region=region, country="VN")
    assert (found.evidence.returned, found.evidence.returned_region) == (0, 0)


@pytest.mark.parametrize(("life", "outlived", "twice"), [(5, 1, 1), (30, 1, 0), (60, 0, 0), (0, 0, 0)])
def test_newcomers_count_who_come_after_the_item_should_be_used_up(
    script: Script, life: int, outlived: int, twice: int
) -> None:
    look(script, "lan", NOON)
    e = look(script, "minh", NOON + 50 * DAY, Circumstances(life_days=life)).evidence
    assert (e.outlived, e.outlived_twice) == (outlived, twice)


def test_two_phones_too_far_apart_for_the_time_are_counted(script: Script) -> None:
    look(script, "lan", NOON, Circumstances(place=HANOI, sure=True))
    found = look(script, "minh", NOON + HOUR, Circumstances(place=HCMC, sure=True))
    assert (found.evidence.fast_sure, found.evidence.fast) == (1, 0)


def test_newcomers_after_the_use_count_from_the_fifth_day_on(script: Script) -> None:
    look(script, "lan", NOON, Circumstances(used_days=4))
    assert look(script, "a", NOON + DAY, Circumstances(used_days=5)).evidence.used == 1
    found = look(script, "b", NOON + 2 * DAY, Circumstances(used_days=16))
    assert (found.evidence.used, found.evidence.used_late, found.evidence.used_days) == (2, 1, 2)


def test_a_destroyed_item_is_counted_at_every_scan(script: Script) -> None:
    gone = Circumstances(used_days=2, destroyed=True)
    look(script, "lan", NOON, gone)
    assert look(script, "lan", NOON + DAY, gone).evidence.destroyed == 2


def test_peers_sum_capped_parts_of_all_codes_of_the_product(script: Script) -> None:
    for number in range(8):
        found = look(script, f"p{number}", NOON + number * DAY)
    assert (found.peers.codes, found.peers.credited, found.peers.ndays) == (1, 6, 6)
    found = look(script, "q", NOON, code=item("S2"))
    assert (found.peers.codes, found.peers.credited, found.peers.ndays) == (2, 7, 7)


def test_a_state_without_evidence_gains_it_and_keeps_its_visitors(script: Script) -> None:
    script.call(Mode.SCAN, row_of(item(), visit("lan", NOON)))
    found = look(script, "minh", NOON + DAY)
    assert (found.scans, found.others, found.evidence.credited) == (1, 1, 1)
    assert look(script, "lan", NOON + 2 * DAY).mine_first


def test_a_scan_without_circumstances_keeps_the_evidence(script: Script) -> None:
    look(script, "lan", NOON)
    plain = read(script.call(Mode.SCAN, row_of(item(), visit("minh", NOON + DAY))))
    assert plain is not None
    assert plain.evidence == NO_EVIDENCE  # not asked for
    assert look(script, "hoa", NOON + 2 * DAY).evidence.credited == 2


CIRCUMSTANCES = st.builds(
    Circumstances,
    network=st.sampled_from(Network),
    abroad=st.booleans(),
    place=st.one_of(st.none(), st.tuples(st.integers(-1800, 1800), st.integers(-3600, 3600))),
    sure=st.booleans(),
    line=st.integers(0, 65535),
    used_days=st.integers(-1, 400),
    destroyed=st.booleans(),
    unshipped=st.booleans(),
    outside=st.booleans(),
    inside=st.booleans(),
    campaign=st.booleans(),
    flagged=st.booleans(),
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3 * DAY), CIRCUMSTANCES), min_size=1, max_size=40))
def test_counts_only_grow_whatever_comes(script: Script, steps: list[tuple[int, int, Circumstances]]) -> None:
    script.client.delete(*script.client.keys("[hrsp]:*") or ["nothing"])
    now, before = NOON, NO_EVIDENCE
    for who, pause, what in steps:
        now += pause
        found = look(script, f"v{who}", now, what).evidence
        for name in found.__dataclass_fields__:
            if name != "thinnest":  # what most have in common may change
                assert getattr(found, name) >= getattr(before, name), name
        before = found


LENIENT = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
CROWD = st.lists(st.tuples(st.integers(0, 10), CIRCUMSTANCES), min_size=1, max_size=10, unique_by=lambda one: one[0])
WHO_CAME = ("credited", "shared", "hosted", "flagged", "over", "kin", "days", "ndays", "lines", "span")


def emptied(script: Script) -> Script:
    script.client.delete(*script.client.keys("[hrsp]:*") or ["nothing"])
    return script


@LENIENT
@given(CROWD, st.data())
def test_the_order_within_a_millisecond_changes_only_what_neighbours_say_of_each_other(
    script: Script, crowd: list[tuple[int, Circumstances]], data: st.DataObject
) -> None:
    """Who of those was the first, and which steps they make from one to the next (regions, places, silences), is a
    matter of order; how many came, and what each of them was, is not."""

    def seen(order: list[tuple[int, Circumstances]]) -> tuple[object, ...]:
        emptied(script)
        for who, what in order:
            look(script, f"v{who}", NOON, what)
        found = look(script, "last", NOON + DAY)
        told = tuple(getattr(found.evidence, name) for name in WHO_CAME)
        return (found.scans, found.others, found.days, found.first, found.last, *told)

    assert seen(data.draw(st.permutations(crowd))) == seen(crowd)


@LENIENT
@given(CROWD, st.data())
def test_a_retry_adds_no_evidence(script: Script, crowd: list[tuple[int, Circumstances]], data: st.DataObject) -> None:
    def state(order: list[tuple[int, Circumstances]]) -> tuple[bytes | None, list[bytes]]:
        emptied(script)
        for who, what in order:
            look(script, f"v{who}", NOON + who * HOUR, what)
        return state_of(script.client, item()), [script.client.get(key) for key in script.client.keys("p:*")]

    crowd.sort(key=lambda one: one[0])
    with_again = list(crowd)
    for place in sorted(data.draw(st.lists(st.integers(0, len(crowd) - 1), max_size=5)), reverse=True):
        with_again.insert(data.draw(st.integers(place + 1, len(with_again))), crowd[place])
    assert state(with_again) == state(crowd)
