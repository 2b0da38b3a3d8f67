"""Shapes, thresholds and tallies of the load tests, without any visitor."""

import pytest

from loadtests import shape, threshold
from loadtests.tally import Measured, Result, Tally, rounded
from verify_app.i18n import catalogue

NAMES = {"smoke", "steady", "campaign_spike", "tv_spot", "enumeration_attack", "soak", "capacity"}


def result(answered=100, in_ledger=100, failures=0, took=50, name="item"):
    told = {"scans": answered, "turned_away": 0, "seconds": [(7, name, 100, failures, [(took, 100)])]}
    return Result("smoke", told, 0.0, [], in_ledger)


def test_every_shape_is_a_file_with_thresholds_and_words():
    assert set(shape.names()) == NAMES
    for name in NAMES:
        found = shape.read(name)
        threshold.read(found.thresholds)
        assert found.stages
        assert found.seconds <= 3600
        for lang in ("vi", "en"):
            assert catalogue(lang, strict=True).text(f"campaign.shape.{name}")
    with pytest.raises(ValueError, match="Expected one of"):
        shape.read("flood")
    with pytest.raises(ValueError, match="file of thresholds"):
        threshold.read("none")


def test_a_campaign_rises_tenfold_within_five_seconds():
    before, during, _ = shape.read("campaign_spike").stages
    assert during.rate == 10 * before.rate
    assert during.climb == 5


def test_a_shape_says_who_comes_when_and_can_be_stretched():
    spike = shape.read("campaign_spike").stretched(0.5, 2)
    assert spike.seconds == 50
    assert spike.at(9.9)[0] == 0
    number, stage = spike.at(10)
    assert (number, spike.visitors(stage)) == (1, 300)
    assert spike.at(50) is None


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, []),
        ({"in_ledger": 99}, ["1 answered scans are not in the ledger (0 allowed)."]),
        ({"in_ledger": 101}, ["The ledger holds 1 more scans than were answered."]),
        ({"in_ledger": None}, []),
        ({"answered": 0, "in_ledger": 0}, ["No scan was answered."]),
        ({"failures": 1}, ["All requests: 1 % of the requests failed, the threshold is 0 %."]),
    ],
)
def test_a_scan_that_is_lost_or_doubled_and_a_request_that_failed_are_faults(changed, said):
    faults = threshold.read("smoke").faults(result(**changed))
    assert [fault.say(catalogue("en", strict=True)) for fault in faults] == said


def test_what_has_limits_of_its_own_is_not_in_the_common_ones():
    limits = threshold.read("default")
    assert limits.faults(result(took=3000, name="photo")) == []
    slow = limits.faults(result(took=3000))
    assert [(fault.kind, fault.what, fault.share) for fault in slow] == [("slow", "", 95), ("slow", "", 99)]
    assert "3.000 ms" in slow[0].say(catalogue("vi", strict=True))


def test_counts_of_several_processes_are_added_up():
    one, other, leader = Tally(), Tally(), Tally()
    for tally in (one, other):
        tally.scans += 3
        tally.note("item", 12.4, failed=False)
        tally.note("item", 1234, failed=True)
        leader.add(tally.take())
    assert one.take() == {"scans": 0, "turned_away": 0, "seconds": []}
    seen = leader.measured(0, 2**40)
    assert (leader.scans, seen.requests, seen.failures) == (6, 4, 2)
    assert (seen.percentile(50), seen.percentile(99), seen.error_rate) == (12, 1200, 0.5)
    assert leader.measured(0, 1).requests == 0


def test_times_have_two_digits_and_nothing_is_slow_when_nothing_came():
    assert [rounded(took) for took in (4.4, 99, 123, 1049)] == [4, 99, 120, 1000]
    assert (Measured().percentile(95), Measured().error_rate, result(answered=0).holds()) == (0, 0, 0)


def test_a_staircase_holds_what_its_highest_good_step_reached():
    climbed = result()
    climbed.steps = [{"rate": 50, "holds": True}, {"rate": 99, "holds": True}, {"rate": 120, "holds": False}]
    assert climbed.holds() == 99
    assert climbed.peak(seconds=1) == 100
    assert climbed.names() == ["item"]
