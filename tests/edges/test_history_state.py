"""The packed state of a code on a real server: how little it takes, and that older versions say what they said."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fixtures_history import DAY, HOUR, NOON, SHARDS, item, state_of, visit
from verify_app.domain.evidence import Circumstances, Network
from verify_app.domain.history import History
from verify_app.domain.scan import Visit
from verify_app.store import keys
from verify_app.store.event import row_of
from verify_app.store.evidence import pack
from verify_app.store.history import Mode, Script, read

pytest_plugins = ("tests.fixtures_valkey", "tests.fixtures_history")

MOST = 244  # bytes; with the server's own they are 256
KEY = keys.state(keys.shard_of(item().gtin, "", SHARDS), item().identity)
COUNTS, MINUTE_OF_NOON = 36, (NOON - 1_577_836_800_000) // 60_000
HANOI, HUE, HCMC = (421, 2117), (329, 2152), (216, 2134)


@dataclass
class State:
    """Version 3, read and written by its description in state.lua alone."""

    first: bytes
    last: bytes
    scans: int
    first_tag: int
    travel: int
    place: tuple[int, int, int, int] | None
    crowd: bytes
    visitors: list[tuple[int, int, int, int]]  # tag, second, day, marks
    evidence: bytes  # its first 13 bytes
    region: int
    tokens: int
    at: int  # which place
    counts: bytes
    places: list[tuple[int, int, int, int]]  # latitude, longitude, minute, number with 128 for a phone
    tags: bytes


def of_version_3(packed: bytes) -> State:
    version, parts, first, last, scans, tag, travel = struct.unpack_from(">BB5s5s3s3sB", packed)
    assert version == 3
    at, place, crowd = 19, None, b""
    if parts & 1:
        lat, lon, second, place_tag = struct.unpack_from(">hhI3s", packed, at)
        place, at = (lat, lon, second, int.from_bytes(place_tag, "big")), at + 11
    if parts & 2:
        crowd, at = packed[at : at + 9], at + 9
    visitors = []
    for _ in range(parts >> 3):
        seen = int.from_bytes(packed[at + 3 : at + 9], "big")
        visitors.append((int.from_bytes(packed[at : at + 3], "big"), seen >> 17, seen >> 3 & 0x3FFF, seen & 7))
        at += 9
    assert parts & 4 or at == len(packed)
    packed += bytes(COUNTS) if not parts & 4 else b""
    evidence, last_new = packed[at : at + 13], int.from_bytes(packed[at + 6 : at + 9], "big")
    purse, placed = packed[at + 13 : at + 15]
    at += 15
    counts = packed[at : at + COUNTS] if placed & 1 else b""
    if not placed & 1:
        bits, after = int.from_bytes(packed[at : at + 5], "big"), iter(packed[at + 5 :])
        counts = bytes(next(after) if bits >> number & 1 else 0 for number in reversed(range(COUNTS)))[::-1]
    at += COUNTS if placed & 1 else 5 + sum(map(bool, counts))
    places = []
    for _ in range(placed // 12):
        value = int.from_bytes(packed[at : at + 6], "big")
        lat, lon = divmod(value >> 23, 7201)
        late = value >> 8 & 0x7FFF
        places.append((lat - 1800, lon - 3600, last_new - late if late < 0x7FFF else 0, value & 255))
        at += 6
    first_tag = int.from_bytes(tag, "big")
    head = (first, last, int.from_bytes(scans, "big"), first_tag, travel, place, crowd, visitors)
    return State(*head, evidence, purse & 3, purse >> 2, placed // 2 % 6, counts, places, packed[at:])


def of_version_2(s: State, counts: int = COUNTS) -> bytes:
    """The same state as the release before wrote it, its evidence of version 2, or of version 1 with 31 `counts`."""
    parts = (s.place is not None) | bool(s.crowd) << 1
    packed = struct.pack(">BB5s5s", 2, parts, s.first, s.last)
    packed += s.scans.to_bytes(3, "big") + struct.pack(">IB", s.first_tag, s.travel)
    if s.place:
        lat, lon, second, tag = s.place
        packed += struct.pack(">hh", lat, lon) + (1000 * second).to_bytes(5, "big") + struct.pack(">I", tag)
    packed += s.crowd + bytes([len(s.visitors)])
    for tag, second, day, marks in s.visitors:
        packed += struct.pack(">I", tag) + (1000 * second).to_bytes(5, "big") + struct.pack(">HB", day, marks)
    shared_until, filled, last_new, last_day, last_used = struct.unpack(">3s3s3sHH", s.evidence)
    packed += struct.pack(">B3sB3s", 2 if counts == COUNTS else 1, shared_until, s.tokens, filled) + s.counts[:counts]
    newest = (int.from_bytes(last_new, "big") + 420) // 1440
    packed += struct.pack(">HHH3sBBB", last_day, newest, last_used, last_new, s.region, s.at, len(s.places))
    for lat, lon, minute, number in s.places:
        packed += struct.pack(">hh3sB", lat, lon, minute.to_bytes(3, "big"), number)
    return packed + s.tags


def of_version_1(s: State) -> bytes:
    """The same state without its evidence, as the first release wrote it."""
    packed, visitors = of_version_2(s), 12 * len(s.visitors)
    at = 20 + 13 * (s.place is not None) + len(s.crowd)
    return b"\x01" + packed[1:at] + packed[at + 1 : at + 1 + visitors]


def scan(script: Script, one: Visit, what: Circumstances | None) -> History:
    circumstances = pack(what) if what else b""
    found = read(script.send(script.arguments(Mode.SCAN, row_of(item(), one), circumstances=circumstances)))  # type: ignore[arg-type]
    assert found is not None
    return found


def kept(client: redis.Redis) -> bytes:
    state = state_of(client, item())
    assert state is not None
    return state


EARTH = st.tuples(st.integers(-1800, 1800), st.integers(-3600, 3600))
VIETNAM = st.sampled_from([HANOI, HUE, HCMC, (300, 2140), (260, 2150), (420, 2110)])
CIRCUMSTANCES = st.builds(
    Circumstances,
    network=st.sampled_from([*Network, Network.LINE, Network.CARRIER]),
    abroad=st.booleans(),
    place=st.one_of(st.none(), VIETNAM, EARTH),
    sure=st.booleans(),
    line=st.integers(0, 65_535),
    used_days=st.integers(-1, 400),
    destroyed=st.booleans(),
    unshipped=st.booleans(),
    outside=st.booleans(),
    inside=st.booleans(),
    campaign=st.booleans(),
    flagged=st.sampled_from([False, False, False, True]),
    vague=st.booleans(),
    life_days=st.integers(0, 40),
)
STEPS = st.lists(
    st.tuples(
        st.integers(0, 20),
        st.sampled_from([0, 700, HOUR // 3, 5 * HOUR, DAY, 12 * DAY, 33 * DAY]),
        st.sampled_from(["", "N", "C", "S"]),
        st.sampled_from(["", "VN", "TH"]),
        st.one_of(st.none(), EARTH),
        st.one_of(CIRCUMSTANCES, CIRCUMSTANCES, CIRCUMSTANCES, st.none()),
    ),
    min_size=2,
    max_size=45,
)
Step = tuple[int, int, str, str, tuple[int, int] | None, Circumstances | None]


def answers(script: Script, steps: Sequence[Step], cut: int) -> list[History]:
    """What is told at each step, where before step `cut` the state is put back into its older form."""
    script.client.delete(*script.client.keys("[hrsp]:*") or ["nothing"])
    found, now = [], NOON
    for number, (who, pause, region, country, cell, what) in enumerate(steps):
        if number == cut and (packed := state_of(script.client, item())):
            state = of_version_3(packed)
            script.client.set(KEY, of_version_2(state) if state.counts.strip(b"\0") else of_version_1(state))
        now += pause
        found.append(scan(script, visit(f"v{who}", now, region=region, country=country, cell=cell), what))
        assert len(kept(script.client)) <= MOST
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(STEPS, st.data())
def test_a_state_of_an_older_version_is_read_and_goes_on_as_if_it_had_always_been_new(
    script: Script, steps: list[Step], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(1, len(steps) - 1))
    assert answers(script, steps, cut) == answers(script, steps, -1)


def test_the_first_version_of_evidence_lacks_five_counts_and_keeps_the_others(script: Script) -> None:
    line = Circumstances(network=Network.LINE, line=7, place=HANOI)
    scan(script, visit("lan", NOON), line)
    script.client.set(KEY, of_version_2(of_version_3(kept(script.client)), 31))
    found = scan(script, visit("minh", NOON + DAY), Circumstances(network=Network.CARRIER)).evidence
    assert (found.credited, found.days, found.lines, found.places, found.vague) == (2, 2, 1, 1, 0)


def full(counts: bytes) -> bytes:
    """A state of version 3 in which every place is taken and every part is there."""
    first, last = (NOON - 1_577_836_800_000).to_bytes(5, "big"), (NOON - 1_577_836_799_999).to_bytes(5, "big")
    minute, day = MINUTE_OF_NOON.to_bytes(3, "big"), (MINUTE_OF_NOON + 420) // 1440
    packed = struct.pack(">BB5s5s3s3sB", 3, 7 + 8 * 12, first, last, b"\xff" * 3, b"\xfe" * 3, 255)
    packed += struct.pack(">hhI3s", 1800, 3600, MINUTE_OF_NOON * 60, b"\xfd" * 3)
    packed += struct.pack(">HBHBBBB", 65_535, 255, day, 255, 255, 255, 255)
    for number in range(12):
        packed += bytes([number] * 3) + ((MINUTE_OF_NOON * 60 << 17) + (day - number << 3) + 7).to_bytes(6, "big")
    packed += minute * 3 + struct.pack(">HHBB", day, day, 4 * 40 + 3, 2 * (6 * 5 + 5) + 1)
    packed += counts
    for number in range(5):
        where = (number * 900 * 7201 + number * 1800) << 23
        packed += (where + (number << 8) + 255).to_bytes(6, "big")
    return packed + bytes(range(16))


@pytest.mark.parametrize("count", [1, 255])
def test_a_history_with_every_place_taken_and_every_count_full_takes_256_bytes(script: Script, count: int) -> None:
    client, state = script.client, full(bytes([count] * COUNTS))
    assert len(state) == MOST
    client.set(KEY, state, px=DAY)
    used = client.memory_usage(KEY)
    found = scan(script, visit("somebody else", NOON + 4 * HOUR), Circumstances(network=Network.HOSTING))
    assert (found.others, found.abroad, found.regions) == (12 + 65_535, 12 + 255, (255, 255, 12 + 255))
    assert (found.evidence.credited, found.evidence.vague, found.evidence.places) == (count, count, 5)
    assert found.evidence.thinnest == 4 * 127
    assert len(kept(client)) == MOST
    client.set(KEY, b"", px=DAY)
    assert used - client.memory_usage(KEY) <= 256


def test_the_history_of_one_buyer_takes_the_least(script: Script, client: redis.Redis) -> None:
    scan(script, visit("lan", NOON, region="N", country="VN"), Circumstances(network=Network.LINE, line=7))
    assert len(kept(client)) == 55


@pytest.mark.parametrize("cut", [1, 18, 19, 27, 28, 41, 42, 47, 52])
def test_a_state_that_was_cut_off_is_no_state(script: Script, cut: int) -> None:
    scan(script, visit("lan", NOON), Circumstances(network=Network.LINE, line=7, place=HANOI))
    script.client.set(KEY, kept(script.client)[:cut])
    assert scan(script, visit("minh", NOON + DAY), None).scans == 0
