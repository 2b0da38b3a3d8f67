"""A campaign's plan: arithmetic that a manager may rely on, and plain words when nothing is known."""

import json

import pytest
from click.testing import CliRunner

from verify_app.cli.campaign import command
from verify_app.domain.campaign import Campaign, Capacity, Plan
from verify_app.i18n import catalogue
from verify_app.serving.campaign_words import sentences
from verify_app.serving.machine import machine
from verify_app.store.capacity import load_capacity, save_capacity

DAY = 86_400_000
NOW = 1_795_000_000_000
HELD = Capacity(200.0, 340.0, 800.0, NOW, machine())


def test_the_peak_is_the_mean_times_its_factor():
    campaign = Campaign(3_600_000, 10, 4)
    assert (campaign.mean, campaign.peak) == (100, 400)


def test_machines_run_at_seventy_percent_of_what_was_measured():
    assert Plan(Campaign(360_000, 1, 1.4), HELD).machines == 1  # 140 of 200
    assert Plan(Campaign(360_000, 1, 1.41), HELD).machines == 2
    assert Plan(Campaign(3_600, 1, 1), HELD).machines == 1


def test_the_margin_is_what_one_machine_holds_beyond_the_peak():
    assert Plan(Campaign(360_000, 1, 1), HELD).margin == pytest.approx(1.0)
    assert Plan(Campaign(360_000, 1, 4), HELD).margin == pytest.approx(-0.5)


def test_without_a_measurement_nobody_says_how_many():
    plan = Plan(Campaign(1000, 1, 3), None)
    assert (plan.machines, plan.margin, plan.stale(NOW)) == (0, None, False)
    assert Plan(Campaign(1000, 1, 3), Capacity(0.0, 0, 0, NOW, "")).machines == 0


def test_old_figures_are_called_old():
    assert not Plan(Campaign(1000, 1, 3), HELD).stale(NOW + 90 * DAY)
    assert Plan(Campaign(1000, 1, 3), HELD).stale(NOW + 91 * DAY)


@pytest.mark.parametrize(("scans", "hours", "factor"), [(0, 1, 1), (1, 0, 1), (1, 1, 0.9)])
def test_a_campaign_of_nothing_is_refused(scans, hours, factor):
    with pytest.raises(ValueError, match="Expected"):
        Campaign(scans, hours, factor)


def test_the_last_measurement_is_kept_and_a_torn_file_is_told(tmp_path):
    assert load_capacity(tmp_path / "none") is None
    path = save_capacity(tmp_path / "var", HELD)
    assert load_capacity(tmp_path / "var") == HELD
    path.write_text('{"scans_per_second": "many"}')
    with pytest.raises(ValueError, match="Expected a measurement"):
        load_capacity(tmp_path / "var")


def plan(tmp_path, monkeypatch, *more):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    return CliRunner().invoke(command, ["plan", "--scans", "3600000", "--hours", "10", "--peak-factor", "4", *more])


def test_the_command_says_when_nothing_was_measured(tmp_path, monkeypatch):
    said = plan(tmp_path, monkeypatch)
    assert said.exit_code == 1
    assert "cao điểm 400 lượt/giây" in said.output
    assert "Chưa đo máy nào" in said.output


def test_the_command_says_how_many_machines_in_both_languages(tmp_path, monkeypatch):
    save_capacity(tmp_path, HELD)
    vietnamese, english = plan(tmp_path, monkeypatch), plan(tmp_path, monkeypatch, "--lang", "en")
    assert vietnamese.exit_code == english.exit_code == 0
    assert "Cần 3 máy như vậy" in vietnamese.output
    assert "needs 3 such machines" in english.output
    assert "50 % short" in english.output


def test_the_command_refuses_what_makes_no_sense(tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    said = CliRunner().invoke(command, ["plan", "--scans", "0", "--hours", "1"])
    assert said.exit_code == 1
    assert "Expected at least 1 scans" in said.output
    (tmp_path / "capacity.json").write_text(json.dumps([]))
    assert "Expected a measurement" in plan(tmp_path, monkeypatch).output


def test_figures_of_another_time_or_machine_are_told():
    other = Capacity(2000.0, 340.0, 800.0, NOW - 100 * DAY, "64 × another processor")
    said = " ".join(sentences(Plan(Campaign(3_600_000, 10, 4), other), catalogue("en", strict=True), NOW))
    assert "older than 90 days" in said
    assert "another kind of machine" in said
    assert "holds 5 times the expected peak" in said
    assert "needs 1 such machine," in said
