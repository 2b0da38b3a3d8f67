"""The way of a case: which steps are possible, what they need, and which alerts belong to it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify_app.domain.alert import Alert, Rule
from verify_app.domain.case import (
    MERGE_MS,
    RESULTS,
    Case,
    CaseError,
    Finding,
    Move,
    Result,
    State,
    Step,
    belongs,
    idle,
    joined,
    possible,
    stepped,
)  # fmt: skip

NEW = Case(1, "01/09521234543213/21/A", Rule.COPIED_CODE, 1000, gtin="09521234543213", lot="L1", places=("11", "N"),
           last_evidence=1000, changed=1000)  # fmt: skip
ALERT = Alert("k", Rule.COPIED_CODE, "score-1", NEW.subject, 500, 2000, gtin=NEW.gtin, lot="L1", places=("11",))


def step(move, actor="an", note="why", **facts):
    return Step(move, actor, 5000, note, **facts)


def closing(finding=Finding.SHARED, result=Result.NO_VIOLATION, actor="an"):
    return step(Move.CLOSE, actor, finding=finding, result=result)


def through(*moves):
    case = NEW
    for move in moves:
        case = stepped(case, move if isinstance(move, Step) else step(move))
    return case


def test_a_case_goes_from_new_to_closed():
    case = through(Move.OPEN, Move.INVESTIGATE, Move.ESCALATE, closing())
    assert (case.state, case.finding, case.result, case.version) == (
        State.CLOSED, Finding.SHARED, Result.NO_VIOLATION, 4,
    )  # fmt: skip


@pytest.mark.parametrize("move", [Move.INVESTIGATE, Move.ESCALATE, Move.PROPOSE, Move.REOPEN])
def test_a_new_case_is_opened_first(move):
    with pytest.raises(CaseError, match="Expected a case in one of the states"):
        stepped(NEW, step(move))


def test_a_confirmation_takes_two_persons():
    proposed = through(Move.OPEN, Move.INVESTIGATE, Move.PROPOSE)
    assert (proposed.state, proposed.finding) == (State.ESCALATED, Finding.CONFIRMED)
    with pytest.raises(CaseError, match="second person"):
        stepped(proposed, closing(Finding.CONFIRMED, Result.VIOLATION))
    assert stepped(proposed, closing(Finding.CONFIRMED, Result.VIOLATION, "binh")).state is State.CLOSED


def test_nobody_confirms_what_nobody_proposed():
    with pytest.raises(CaseError, match="proposal of another person"):
        stepped(through(Move.OPEN, Move.INVESTIGATE), closing(Finding.CONFIRMED, Result.VIOLATION))


def test_handing_a_proposal_back_takes_it_back():
    case = through(Move.OPEN, Move.INVESTIGATE, Move.PROPOSE, Move.INVESTIGATE)
    assert (case.finding, case.proposed_by) == (None, "")


def test_a_closed_case_is_reopened_with_a_reason_only():
    closed = through(Move.OPEN, closing())
    assert stepped(closed, step(Move.REOPEN)).state is State.ACTIVE
    with pytest.raises(CaseError, match="Expected a reason"):
        stepped(closed, step(Move.REOPEN, note=" "))


def test_an_undo_restores_what_was_before_the_closing():
    open_ = through(Move.OPEN, Move.INVESTIGATE, Move.ESCALATE)
    undone = stepped(stepped(open_, closing()), step(Move.UNDO), open_.state)
    assert replace(undone, version=open_.version) == open_
    with pytest.raises(CaseError, match="Expected a reason"):
        stepped(stepped(open_, closing()), step(Move.UNDO, note=""))


def test_what_two_persons_confirmed_takes_two_persons_to_take_back():
    proposed = through(Move.OPEN, Move.INVESTIGATE, Move.PROPOSE)
    closed = stepped(proposed, closing(Finding.CONFIRMED, Result.VIOLATION, "binh"))
    assert Move.REOPEN not in possible(closed)
    with pytest.raises(CaseError, match="Expected the undo of a confirmed case by two persons"):
        stepped(closed, step(Move.REOPEN))
    asked = stepped(closed, step(Move.UNDO, "chi"))
    assert (asked.state, asked.finding, asked.undo_by) == (State.CLOSED, Finding.CONFIRMED, "chi")
    with pytest.raises(CaseError, match="second person for the undo"):
        stepped(asked, step(Move.UNDO, "chi"))
    undone = stepped(asked, step(Move.UNDO, "dung"), State.ESCALATED)
    assert replace(undone, version=proposed.version) == proposed


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (step(Move.CLOSE), "Expected a finding and a result"),
        (closing(Finding.SHARED, Result.VIOLATION), "Expected one of no-violation as the result of shared"),
        (step(Move.ASSIGN), "Expected whom the case goes to"),
        (step(Move.NOTE, note=""), "Expected a reason for note"),
        (step(Move.NOTE, actor=""), "Expected the name of who does note"),
    ],
)
def test_a_step_needs_what_it_says(bad, message):
    with pytest.raises(CaseError, match=message):
        stepped(through(Move.OPEN), bad)


def test_handing_over_names_the_new_owner_and_a_deadline():
    case = stepped(NEW, step(Move.ASSIGN, owner="doi-quan-ly-2", area="14", deadline=9000))
    assert (case.owner, case.area, case.deadline, case.state) == ("doi-quan-ly-2", "14", 9000, State.NEW)
    assert stepped(case, step(Move.ASSIGN, owner="binh")).area == "14"


def test_a_note_changes_nothing_else():
    assert stepped(NEW, step(Move.NOTE)) == replace(NEW, changed=5000, version=1)


def test_every_finding_has_a_possible_result():
    assert set(RESULTS) == set(Finding)
    assert all(RESULTS.values())


@given(st.lists(st.sampled_from(Move), max_size=12), st.sampled_from(Finding), st.sampled_from(Result))
def test_only_possible_moves_succeed_and_a_closed_case_has_its_finding(moves, finding, result):
    case = NEW
    for number, move in enumerate(moves):
        before = case
        try:
            case = stepped(case, step(move, f"p{number}", owner="x", finding=finding, result=result))
        except CaseError:
            assert case == before
            continue
        assert move in possible(before)
        assert case.version == before.version + 1
    assert (case.state is State.CLOSED) <= (case.finding is not None and case.result is not None)


@pytest.mark.parametrize(
    ("change", "joins"),
    [
        ({}, True),
        ({"subject": "other"}, True),  # of the same lot, in the same province
        ({"subject": "other", "places": ("14",)}, False),
        ({"subject": "other", "places": ("N",)}, True),
        ({"subject": "other", "lot": "L2"}, False),
        ({"subject": "other", "lot": ""}, True),
        ({"subject": "other", "lot": "", "places": ("N",)}, False),
        ({"subject": "other", "gtin": "09521234543220"}, False),
        ({"subject": "other", "gtin": ""}, False),
        ({"subject": "other", "last": 1000 + MERGE_MS + 1}, False),
        ({"subject": "other", "rule": Rule.LATE_UPLOAD}, False),
    ],
)
def test_an_alert_joins_the_case_of_its_code_or_of_its_lot_and_place(change, joins):
    assert belongs(NEW, replace(ALERT, **change)) is joins


def test_a_closed_case_takes_no_alert():
    assert not belongs(through(Move.OPEN, closing()), ALERT)


def test_a_joined_alert_adds_places_and_never_lowers_the_rank():
    case = joined(replace(NEW, score=7.0), replace(ALERT, places=("14",), score=3.0))
    assert (case.places, case.score, case.last_evidence) == (("11", "14", "N"), 7.0, 2000)


def test_a_case_that_nobody_investigates_falls_asleep_after_thirty_days():
    assert idle(NEW, 1001 + MERGE_MS)
    assert not idle(NEW, 1000 + MERGE_MS)
    assert not idle(through(Move.OPEN, Move.INVESTIGATE), 10**15)
