"""The life of an item as a pure table."""

import pytest

from verify_app.domain.item_life import EARLY_MS, UNDO_MS, Act, LifeError, Move, Refusal, Step, first_step, next_step
from verify_app.domain.passport import ItemState as S

NOW = 1_790_000_000_000


def move(act, place="P", when=NOW):
    return Move(act, place, when)


def test_item_begins_by_being_made_and_by_nothing_else():
    assert first_step(move(Act.COMMISSION), NOW).after is S.COMMISSIONED
    with pytest.raises(LifeError, match="never made") as refused:
        first_step(move(Act.SELL), NOW)
    assert refused.value.refusal is Refusal.UNKNOWN_ITEM


@pytest.mark.parametrize(
    ("state", "act", "result"),
    [
        (S.COMMISSIONED, Act.SHIP, S.ACTIVE),
        (S.ACTIVE, Act.SHIP, S.ACTIVE),
        (S.RETURNED, Act.RECEIVE, S.ACTIVE),
        (S.ACTIVE, Act.SELL, S.SOLD),
        (S.SOLD, Act.RETURN, S.RETURNED),
        (S.STOLEN, Act.DESTROY, S.DESTROYED),
        (S.SOLD, Act.SELL, Refusal.ALREADY),
        (S.DESTROYED, Act.SELL, Refusal.NOT_NOW),
        (S.DESTROYED, Act.DESTROY, Refusal.ALREADY),
        (S.SOLD, Act.SHIP, Refusal.NOT_NOW),
        (S.ACTIVE, Act.COMMISSION, Refusal.ALREADY),
        (S.COMMISSIONED, Act.RETURN, Refusal.NOT_NOW),
    ],
)
def test_each_act_leads_where_the_table_says(state, act, result):
    if isinstance(result, S):
        assert next_step(state, None, move(act), NOW) == Step(move(act), state, result)
        return
    with pytest.raises(LifeError, match="Expected") as refused:
        next_step(state, None, move(act), NOW)
    assert refused.value.refusal is result


def sold(when=NOW):
    return Step(move(Act.SELL, "P", when), S.RETURNED, S.SOLD)


def test_undo_by_the_same_place_within_ten_days_brings_the_former_state_back():
    undone = next_step(S.SOLD, sold(NOW - UNDO_MS), move(Act.UNDO), NOW)
    assert undone.after is S.RETURNED


@pytest.mark.parametrize(
    ("last", "place", "refusal"),
    [
        (None, "P", Refusal.NOTHING_TO_UNDO),
        (Step(move(Act.COMMISSION), S.COMMISSIONED, S.COMMISSIONED), "P", Refusal.NOTHING_TO_UNDO),
        (Step(move(Act.UNDO), S.SOLD, S.ACTIVE), "P", Refusal.NOTHING_TO_UNDO),
        (sold(), "Q", Refusal.OTHER_PLACE),
        (sold(NOW - UNDO_MS - 1), "P", Refusal.TOO_LATE),
    ],
)
def test_undo_is_refused_to_others_later_and_where_nothing_was_done(last, place, refusal):
    with pytest.raises(LifeError) as refused:
        next_step(S.SOLD, last, move(Act.UNDO, place), NOW)
    assert refused.value.refusal is refusal


def test_time_to_come_is_refused_but_a_clock_may_run_a_little_ahead():
    assert next_step(S.ACTIVE, None, move(Act.SELL, when=NOW + EARLY_MS), NOW).after is S.SOLD
    with pytest.raises(LifeError) as refused:
        next_step(S.ACTIVE, None, move(Act.SELL, when=NOW + EARLY_MS + 1), NOW)
    assert refused.value.refusal is Refusal.NOT_YET
