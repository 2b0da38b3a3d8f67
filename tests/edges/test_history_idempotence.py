"""A retry changes nothing, whenever and however often it comes."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fixtures_history import DAY, HOUR, NOON, RELOAD, item, ledger_row, state_of, stream_entries, visit
from verify_app.domain.history import History
from verify_app.domain.scan import Visit
from verify_app.store.event import row_of
from verify_app.store.history import Mode, Script, ValkeyHistory
from verify_app.store.journal import Journal

pytest_plugins = ("tests.fixtures_valkey", "tests.fixtures_history")

CODE = item()
LENIENT = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)


@st.composite
def scans(draw: st.DrawFn) -> list[Visit]:
    """Scans of one code by at most twelve visitors, in time order."""
    steps = draw(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 2 * DAY)), min_size=1, max_size=25))
    now, made = NOON, []
    for who, pause in steps:
        now += pause
        where = draw(st.sampled_from([None, (420, 2116), (215, 2133)]))
        made.append(visit(f"v{who}", now, cell=where, region=draw(st.sampled_from("NCS")), country="VN"))
    return made


def outcome(script: Script, visits: list[Visit], mode: Mode) -> tuple[bytes | None, set[bytes]]:
    script.client.delete(*script.client.keys("[hrsd]:*") or ["nothing"])
    for one in visits:
        script.call(mode, row_of(CODE, one))
    return state_of(script.client, CODE), {fields[b"e"] for fields in stream_entries(script.client)}


@LENIENT
@given(visits=scans(), data=st.data())
def test_scans_sent_again_at_any_later_time_change_nothing(
    script: Script, visits: list[Visit], data: st.DataObject
) -> None:
    with_again = list(visits)
    for place in sorted(data.draw(st.lists(st.integers(0, len(visits) - 1), max_size=8)), reverse=True):
        later = data.draw(st.integers(place + 1, len(with_again)))
        with_again.insert(later, visits[place])
    assert outcome(script, with_again, Mode.SCAN) == outcome(script, visits, Mode.SCAN)


@LENIENT
@given(visits=scans(), data=st.data())
def test_journal_replayed_again_changes_nothing(script: Script, visits: list[Visit], data: st.DataObject) -> None:
    order = data.draw(st.permutations(visits))
    once = outcome(script, order, Mode.REPLAY)
    cut = data.draw(st.integers(0, len(order)))
    assert outcome(script, [*order[:cut], *order], Mode.REPLAY) == once
    assert len(stream_entries(script.client)) == len(visits)


@LENIENT
@given(visits=scans(), data=st.data())
def test_order_of_arrival_changes_neither_first_nor_visitors_nor_days(
    script: Script, journal: Journal, visits: list[Visit], data: st.DataObject
) -> None:
    def summary(order: list[Visit]) -> History:
        outcome(script, order, Mode.REPLAY)
        history = ValkeyHistory(script.client, journal, shards=script.shards, reload_ms=1)
        found = history.observe(CODE, visit("v0", NOON + 1000 * DAY))
        assert found is not None
        return found

    shuffled, ordered = summary(data.draw(st.permutations(visits))), summary(visits)
    assert (shuffled.first, shuffled.others, shuffled.days) == (ordered.first, ordered.others, ordered.days)
    assert abs(shuffled.last - ordered.last) < RELOAD  # which of two looks within minutes is the reload


def test_timeout_after_the_scan_was_done_does_not_count_it_twice(script: Script, history: ValkeyHistory) -> None:
    one = visit("lan", NOON)
    history.observe(CODE, one)  # done, but the answer never came: so it went to the journal, too
    before = state_of(script.client, CODE)
    history.replay(row_of(CODE, one))
    assert state_of(script.client, CODE) == before
    assert len({fields[b"e"] for fields in stream_entries(script.client)}) == 1  # the ledger keeps one of the two


def test_replayed_scan_is_kept_even_where_the_visitor_came_back_since(script: Script, history: ValkeyHistory) -> None:
    history.observe(CODE, visit("lan", NOON + 2 * HOUR))
    history.replay(ledger_row("lan", NOON, CODE))
    found = history.observe(CODE, visit("minh", NOON + DAY))
    assert found is not None
    assert (found.scans, found.others, found.first) == (2, 1, NOON)
    assert len(stream_entries(script.client)) == 3
