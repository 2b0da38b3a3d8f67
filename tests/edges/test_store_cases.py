"""Alerts and cases on real databases: once however often delivered, one case for one thing, nothing forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa

from verify_app.domain.alert import Alert, Rule
from verify_app.domain.case import MERGE_MS, CaseError, Finding, Move, Result, State, Step
from verify_app.domain.verdict import Level
from verify_app.store.alerts import alerts_of_code, find_alert, latest_alerts
from verify_app.store.cases import (
    CaseChanged,
    Wanted,
    close_idle,
    count_cases,
    find_case,
    queue,
    record_alert,
    similar_cases,
    take_step,
)  # fmt: skip
from verify_app.store.engine import open_engine, reading

pytest_plugins = ("tests.fixtures_postgres",)

NOON = 1_795_000_000_000
GTIN = "09521234543213"
COPIED = Alert(
    f"copied-code:01/{GTIN}/21/A1", Rule.COPIED_CODE, "score-1", f"01/{GTIN}/21/A1", NOON - 1000, NOON, Level.ALERT,
    4.5, GTIN, "L1", "A1", ("11", "N"), (("credited", 9.0),), (("places>=3", 1.2),), "",
)  # fmt: skip


@pytest.fixture
def engine(registry_url: str) -> Iterator[sa.Engine]:
    made = open_engine(registry_url)
    yield made
    made.dispose()


def test_an_alert_opens_a_case_and_comes_back_as_it_was(engine: sa.Engine) -> None:
    stored = record_alert(engine, COPIED)
    assert stored.alert == COPIED
    file = find_case(engine, stored.case_id)
    assert file is not None
    assert (file.case.state, file.case.area, file.case.score, file.alerts, file.history) == (
        State.NEW, "11", 4.5, (stored,), (),
    )  # fmt: skip


def test_an_alert_delivered_again_is_the_same_one(engine: sa.Engine) -> None:
    first = record_alert(engine, COPIED)
    assert record_alert(engine, COPIED) == first
    later = record_alert(engine, replace(COPIED, last=NOON + 5, score=9.0, evidence=(("credited", 12.0),)))
    assert (later.id, later.case_id, later.alert.score, later.alert.last) == (first.id, first.case_id, 9.0, NOON + 5)
    late = record_alert(engine, replace(COPIED, last=NOON - 50, score=1.0))  # an old event of another worker
    assert late == later
    assert len(queue(engine)) == 1


def test_an_alert_of_the_same_lot_and_province_joins_the_case(engine: sa.Engine) -> None:
    first = record_alert(engine, COPIED)
    other = replace(COPIED, key="k2", subject="s2", serial="A2", places=("11",), score=8.0)
    assert record_alert(engine, other).case_id == first.case_id
    far = replace(COPIED, key="k3", subject="s3", serial="A3", places=("14",))
    assert record_alert(engine, far).case_id != first.case_id
    assert [case.score for case in queue(engine)] == [8.0, 4.5]
    with reading(engine) as connection:
        assert [stored.alert.serial for stored in alerts_of_code(connection, GTIN, "A2")] == ["A2"]
        assert len(latest_alerts(connection)) == 3


def test_a_viral_link_is_kept_and_opens_no_case(engine: sa.Engine) -> None:
    stored = record_alert(engine, replace(COPIED, rule=Rule.VIRAL_LINK))
    assert stored.case_id == 0
    assert queue(engine) == ()


def test_two_workers_open_one_case(engine: sa.Engine) -> None:
    together = Barrier(4)

    def work(number: int) -> None:
        together.wait()
        record_alert(engine, replace(COPIED, key=f"k{number}"))

    threads = [Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(queue(engine)) == 1
    assert len(find_case(engine, queue(engine)[0].id).alerts) == 4  # type: ignore[union-attr]


def test_steps_are_kept_in_order_and_a_stale_one_is_refused(engine: sa.Engine) -> None:
    case_id = record_alert(engine, COPIED).case_id
    take_step(engine, case_id, Step(Move.OPEN, "an", NOON))
    with pytest.raises(CaseChanged):
        take_step(engine, case_id, Step(Move.INVESTIGATE, "binh", NOON), version=0)
    with pytest.raises(CaseError):
        take_step(engine, case_id, Step(Move.REOPEN, "binh", NOON, "no"))
    with pytest.raises(LookupError):
        take_step(engine, 999, Step(Move.OPEN, "an", NOON))
    closing = Step(Move.CLOSE, "an", NOON + 1, "one family", Finding.SHARED, Result.NO_VIOLATION)
    case = take_step(engine, case_id, closing, version=1)
    file = find_case(engine, case_id)
    assert file is not None
    assert file.case == case
    assert [(taken.number, taken.step.move, taken.state) for taken in file.history] == [
        (1, Move.OPEN, State.ACTIVE), (2, Move.CLOSE, State.CLOSED),
    ]  # fmt: skip
    assert file.history[1].step == closing


def test_a_closed_case_stays_closed_for_old_scans_and_new_ones_open_another(engine: sa.Engine) -> None:
    case_id = record_alert(engine, COPIED).case_id
    take_step(engine, case_id, Step(Move.CLOSE, "an", NOON + 10, "", Finding.SHARED, Result.NO_VIOLATION))
    assert record_alert(engine, COPIED).case_id == case_id
    assert count_cases(engine, Wanted(states=tuple(State))) == {State.CLOSED: 1}
    again = record_alert(engine, replace(COPIED, last=NOON + 20)).case_id
    assert again != case_id
    assert [case.id for case in similar_cases(engine, queue(engine)[0])] == [case_id]


def test_the_queue_shows_what_is_wanted(engine: sa.Engine) -> None:
    record_alert(engine, COPIED)
    record_alert(engine, Alert("c", Rule.ENUMERATION, "guard-1", "client:1", NOON, NOON, score=2.0))
    assert len(queue(engine, Wanted(areas=("14",)))) == 1  # nobody knows where the client is: everybody sees it
    assert [case.rule for case in queue(engine, Wanted(rules=(Rule.ENUMERATION,)))] == [Rule.ENUMERATION]
    assert [case.gtin for case in queue(engine, Wanted(gtin=GTIN))] == [GTIN]
    assert queue(engine, Wanted(owner="an")) == ()
    assert len(queue(engine, limit=1, offset=1)) == 1
    assert similar_cases(engine, queue(engine, Wanted(rules=(Rule.ENUMERATION,)))[0]) == ()


def test_cases_without_new_evidence_close_by_themselves(engine: sa.Engine) -> None:
    case_id = record_alert(engine, COPIED).case_id
    assert close_idle(engine, NOON + MERGE_MS) == ()
    assert [case.id for case in close_idle(engine, NOON + MERGE_MS + 1)] == [case_id]
    file = find_case(engine, case_id)
    assert file is not None
    assert (file.case.finding, file.history[0].step.actor) == (Finding.NO_EVIDENCE, "system")


def test_what_is_not_there_is_none(engine: sa.Engine) -> None:
    assert find_case(engine, 7) is None
    with reading(engine) as connection:
        assert find_alert(connection, "nothing") is None
