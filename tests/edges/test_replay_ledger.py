"""The operator's replay: a month of the ledger under the same rules, and under others, on real engines."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from tests.fixtures_history import DAY, NOON, RELOAD, SHARDS, visit
from tests.fixtures_valkey import ValkeyServer
from tests.migrated import lay_schema
from tests.registry_samples import GTIN, REGISTRY
from verify_app.cli.policy import command as policy_command
from verify_app.cli.replay import command
from verify_app.detection.calibration import Aim
from verify_app.detection.policy_files import PolicyFolder, built_in
from verify_app.domain.circumstances import nature_of
from verify_app.domain.code import Code
from verify_app.domain.evidence import Circumstances, Network
from verify_app.domain.judge import judge
from verify_app.domain.passport import ItemPart
from verify_app.domain.policy import Policy
from verify_app.domain.registry import ItemRecord
from verify_app.domain.verdict import Level, Reason
from verify_app.replay.engine import Observer
from verify_app.replay.ledger import LedgerReplay, Month
from verify_app.secret import load_secret
from verify_app.serving.calibrating import Calibrator
from verify_app.serving.worker import Worker
from verify_app.settings import Settings
from verify_app.store import ledger
from verify_app.store.engine import open_engine, reading
from verify_app.store.history import Script, ValkeyHistory
from verify_app.store.passports import find
from verify_app.store.registry import write_registry

pytest_plugins = ("tests.fixtures_valkey", "tests.fixtures_history")

LOT = next(record.part.lot for record in REGISTRY.items if record.gtin == GTIN)
CODES = [Code("01", GTIN, (("10", LOT), ("21", serial))) for serial in ("COPIED", "BETWEEN", "QUIET", "UNKNOWN")]
PLACES = ((420, 2117), (215, 2134), (321, 2164), (417, 2134), (200, 2116))
DECEMBER = Month.named("2026-12")


def world(url: str) -> sa.Engine:
    """A registry with all codes but the last."""
    lay_schema(url)
    engine = open_engine(url)
    items = tuple(ItemRecord(GTIN, ItemPart(code.serial, LOT)) for code in CODES[:3])
    write_registry(engine, replace(REGISTRY, items=items))
    return engine


def live(history: ValkeyHistory, engine, policy: Policy) -> dict[str, Level]:
    """Two months of scans, judged as the service does; what was told of the scans of each item's history."""
    told = {}
    for number in range(60):
        for which, code in enumerate(CODES):
            if number % (1, 3, 20, 25)[which]:
                continue
            passport = find(engine, code)
            place = PLACES[number % 5]
            there = Circumstances(
                Network.LINE, place=place, line=number + 1, inside=True, unlisted=passport.item is None
            )
            seen = visit(f"{which} {number}", NOON + number * DAY, country="VN", region="NSCNS"[number % 5],
                         circumstances=there)  # fmt: skip
            reasons = judge(code, passport, history.observe(code, seen), seen, policy).reasons
            alert, caution = Reason.REPEATED in reasons, Reason.CHECK_PACK in reasons
            told[seen.id] = Level.ALERT if alert else Level.CAUTION if caution else Level.OK
    return told


def test_a_month_replayed_under_its_own_rules_changes_no_code_and_under_others_says_which(
    history: ValkeyHistory, script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/registry.sqlite3"
    for name, value in (("DATA_DIR", str(tmp_path)), ("DATABASE_URL", url), ("RELOAD_MINUTES", str(RELOAD // 60_000))):
        monkeypatch.setenv(name, value)
    engine = world(url)
    policy = Policy(built_in(), secret=load_secret(Settings.from_env()))
    with reading(engine) as connection:
        told = live(history, connection, policy)
        nature = nature_of(find(connection, CODES[0]))
    assert set(told.values()) == {Level.OK, Level.CAUTION, Level.ALERT}
    assert Worker(Script(script.client, shards=SHARDS, reload_ms=RELOAD), engine, tmp_path).run_once() == len(told)

    script.client.flushall()
    observer = Observer(script.client, script)
    replay = LedgerReplay(observer, (policy, policy), lambda _: nature, DECEMBER)
    with reading(engine) as connection:
        again = {one.row.scan_id: one.before.level for one in replay.judge(ledger.replayable(connection))}
        rows = {row.scan_id: row for row in ledger.replayable(connection)}
    december = {scan for scan, row in rows.items() if DECEMBER.begin <= row.when < DECEMBER.end}
    assert set(again) == december
    assert {scan: max(level, Level.INFORMATION) for scan, level in again.items()} == {
        scan: max(told[scan], Level.INFORMATION) for scan in december
    }
    commands(tmp_path, len(december))


def test_the_calibration_puts_a_line_above_the_panel_into_the_shadow_and_activates_nothing(
    history: ValkeyHistory, script: Script, valkey_server: ValkeyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/registry.sqlite3"
    for name, value in (("DATA_DIR", str(tmp_path)), ("DATABASE_URL", url), ("REDIS_URL", valkey_server.url),
                        ("STREAM_SHARDS", str(SHARDS))):  # fmt: skip
        monkeypatch.setenv(name, value)
    engine = world(url)
    policy = Policy(built_in(), secret=load_secret(Settings.from_env()))
    with reading(engine) as connection:
        live(history, connection, policy)
    Worker(script, engine, tmp_path).run_once()
    (tmp_path / "panel.txt").write_text("\n".join(f"/{code.identity}" for code in CODES[:2]))
    options = [str(tmp_path / "panel.txt"), "--why", "bought by ourselves", "--by", "an@example.vn"]
    assert CliRunner().invoke(policy_command, ["panel", *options]).output == "2 codes taken in\n"
    assert f"{CODES[0].identity}\tbought by ourselves" in CliRunner().invoke(policy_command, ["panel"]).output

    calibrator, folder = Calibrator(engine, script, tmp_path, lambda: policy), PolicyFolder(tmp_path)
    night, aim = NOON + 60 * DAY - 10 * 3_600_000, Aim()  # two o'clock in Vietnam
    assert calibrator.nightly(night - 1, aim) is None
    outcome = calibrator.nightly(night, aim)
    assert outcome is not None
    assert (outcome.placed, outcome.found.panel, outcome.found.capacity_line) == ("shadow", 2, None)
    alerts = [code for code, margin in outcome.found.changes if margin >= 0]  # … that are known to be genuine
    assert CODES[0].identity in alerts
    assert calibrator.nightly(night + 3_600_000, aim) is None
    shadow = folder.rules("shadow")
    assert shadow is not None
    assert (shadow.version, shadow.red) == (f"{built_in().version}-night-2027-01-17", outcome.red)
    assert folder.rules() == built_in()
    told = CliRunner().invoke(policy_command, ["changes"]).output
    assert f"{len(alerts)} codes would no longer be alerts" in told
    folder.put("shadow", folder.sign(replace(built_in(), version="mine").to_json()))
    assert calibrator.run(night + DAY, aim).placed == "calibrated.json"
    assert folder.rules("shadow").version == "mine"  # type: ignore[union-attr]
    assert "codes of the panel" in CliRunner().invoke(policy_command, ["calibrate"]).output


def commands(folder: Path, scans: int) -> None:
    """The same by the command: nothing changes under the same rules; stricter ones name the code and say why."""
    rules = built_in()
    (folder / "same.json").write_text(rules.to_json())
    lax = replace(rules, version="lax", red=rules.red + 9.0)
    PolicyFolder(folder).put("shadow", PolicyFolder(folder).sign(lax.to_json()))

    def replayed(*options: str) -> str:
        done = CliRunner().invoke(command, ["--ledger", "--month", "2026-12", *options])
        assert done.exit_code == 0, done.output
        return done.stdout

    same = replayed("--policy", str(folder / "same.json"), "--unsigned")
    assert "No code changes its level." in same
    assert f"{scans} scans of items in the month judged." in same
    assert "The ledger begins on 2026-11-18" in same
    assert "scans carry no region" not in same
    changes = json.loads(replayed("--format", "json"))
    assert (changes["rules"], changes["tried"]) == (rules.version, "lax")
    (change,) = (one for one in changes["changes"] if one["code"] == CODES[0].identity)
    assert (change["from"], change["to"]) == ("3 alert", "2 caution")
    assert "red 0." in change["why"]  # each product's own line: near that of the rules, and secret
    table = replayed()
    assert "3 alert       -> 2 caution" in table
    alerts = sum(one["from"] == "3 alert" for one in changes["changes"])
    assert f"Codes of level 3 alert: {alerts} now, 0 under the rules tried." in table
    replayed("--format", "csv", "-o", str(folder / "changes.csv"))
    with (folder / "changes.csv").open() as file:
        assert [row["code"] for row in csv.DictReader(file)] == [one["code"] for one in changes["changes"]]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--ledger",), "Expected --month"),
        (("--ledger", "--month", "2026-12"), "Expected --policy or shadow rules"),
        ((), "Expected scans, registry, geoip, output of a trace"),
    ],
)
def test_a_replay_that_lacks_something_says_what(
    options: tuple[str, ...], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    assert message in CliRunner().invoke(command, list(options)).output


def test_a_month_is_vietnamese_and_has_a_name() -> None:
    assert (DECEMBER.end - DECEMBER.begin) // DAY == 31
    assert DECEMBER.begin % DAY == 17 * DAY // 24
    with pytest.raises(ValueError, match="Expected a month such as 2026-10, got '10/2026'"):
        Month.named("10/2026")
