"""The line of an alert by a panel of genuine codes and by what inspectors can open a day."""

import pytest

from verify_app.detection.calibration import Aim, Highest, calibrated
from verify_app.detection.policy_files import built_in

AIM = Aim(false_alarms=60, a_day=1, days=10)
QUIET = [-3.0] * 1000


def crowd(*margins, most=50):
    highest = Highest(most)
    for number, margin in enumerate(margins):
        highest.add(margin, f"code {number}")
    return highest


def test_the_line_goes_above_the_share_of_the_panel_that_may_be_alerted():
    panel = [*QUIET, *(0.1 * n for n in range(1, 11))]  # six of 1,010 may be
    found = calibrated(panel, crowd(), AIM)
    assert (found.panel_line, found.move) == (pytest.approx(0.41), 0.41)
    assert sum(margin >= found.move for margin in panel) == 6


def test_the_line_goes_no_lower_than_the_day_has_room_for():
    found = calibrated(QUIET, crowd(*(-0.1 * n for n in range(30))), AIM)  # the panel alone would lower it to -2.99
    assert found.capacity_line == pytest.approx(-0.99)
    assert found.move == -0.99
    assert [code for code, _ in found.changes] == [f"code {n}" for n in range(1, 10)]


def test_a_panel_that_is_too_small_never_lowers_the_line():
    assert calibrated([-5.0] * 166, crowd(), AIM).move == 0.0
    assert calibrated([-5.0] * 167, crowd(), AIM).move == -4.99
    assert calibrated([], crowd(*[0.5] * 20, 0.2), AIM).move == 0.51


def test_without_anything_to_go_by_the_line_stays():
    found = calibrated([], crowd(-1.0, 2.0), AIM)
    assert (found.panel_line, found.capacity_line, found.worth_it, found.changes) == (None, None, False, ())


def test_the_highest_are_remembered_in_bounded_memory():
    highest = crowd(*range(100), most=3)
    assert (highest.count, [margin for margin, _ in highest.ordered()]) == (100, [99, 98, 97])


def test_the_rules_that_come_of_it_keep_the_distance_of_caution_and_name_the_day():
    rules = calibrated([*QUIET, 1.0], crowd(), Aim(false_alarms=1)).rules(built_in(), "2026-11-22")
    assert rules.version == f"{built_in().version}-night-2026-11-22"
    assert rules.red - rules.amber == pytest.approx(built_in().red - built_in().amber)
    again = calibrated([*QUIET, 1.0], crowd(), Aim(1)).rules(rules, "2026-11-23")
    assert again.version == f"{built_in().version}-night-2026-11-23"
