"""The chain of events, with its gaps."""

from verify_app.domain.events import CriticalEvent, Stage, chain
from verify_app.domain.text import Text


def event(ident, stage, when, *, in_error=False):
    return CriticalEvent(ident, stage, when, Text.of("Việc"), Text.of("Nơi"), in_error=in_error)


def test_stages_stand_in_the_order_of_the_chain_and_events_in_the_order_of_time():
    sold, picked, washed = event("3", Stage.RETAIL, 3), event("2", Stage.HARVEST, 2), event("1", Stage.HARVEST, 1)
    assert chain((sold, picked, washed), ()) == ((Stage.HARVEST, (washed, picked)), (Stage.RETAIL, (sold,)))


def test_an_expected_stage_without_an_event_is_a_gap():
    picked = event("1", Stage.HARVEST, 1)
    assert chain((picked,), (Stage.HARVEST, Stage.PROCESSING)) == ((Stage.HARVEST, (picked,)), (Stage.PROCESSING, ()))


def test_an_event_declared_wrong_is_no_fact_and_leaves_a_gap():
    wrong = event("1", Stage.PROCESSING, 1, in_error=True)
    assert chain((wrong,), (Stage.PROCESSING,)) == ((Stage.PROCESSING, ()),)
    assert chain((wrong,), ()) == ()
