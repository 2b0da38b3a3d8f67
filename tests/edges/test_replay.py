"""Replay against a real history engine: the format, no knowledge of later scans, no reading ahead."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from tests.fixtures_valkey import ValkeyServer
from verify_app.cli.evaluate import command as evaluate
from verify_app.cli.replay import Files, command, judging, run
from verify_app.detection.policy_files import PolicyError, PolicyFolder, built_in
from verify_app.domain.score import Rules
from verify_app.evaluate import fit_highest
from verify_app.evaluate.assumptions import variant
from verify_app.evaluate.curve import LINES, peaks, points, svg
from verify_app.evaluate.fit import Example, examples, loss
from verify_app.evaluate.lines import load, save
from verify_app.evaluate.scorer import score, table
from verify_app.evaluate.world import make, write
from verify_app.replay.run import Judged

pytest_plugins = ("tests.fixtures_valkey",)

T0 = 1_772_300_000.0
DAY = 86_400.0
GTIN = "09521234543213"
GEOIP = """cidr,lat,lon,radius_km,kind,country
198.51.100.0/24,21.03,105.85,500,mobile,VN
203.0.113.0/24,20.86,106.68,25,fixed,VN
192.0.2.0/24,1.3,103.8,100,hosting,SG
192.88.99.0/24,-33.87,151.21,200,fixed,AU
"""


def registry(**unit: Any) -> list[dict[str, Any]]:
    lot = {"gtin": GTIN, "lot": "L1", "size": 10, "uploaded": 10, "commission_ts": T0 - 30 * DAY}
    facts = {
        "commission_ts": T0 - 30 * DAY,
        "ship_ts": T0 - 20 * DAY,
        "shipment": "S1",
        "decom_ts": None,
        "decom": None,
    }
    return [
        {"type": "gtin", "gtin": GTIN, "level": "unit", "refillable": False, "signed": False, "scheme": "rand"},
        {"type": "lot", **lot, "campaign": None, "mfg": T0, "expiry": T0, "recall_ts": None, "ships": ["S1"]},
        {"type": "shipment", "id": "S1", "gtin": GTIN, "lot": "L1", "ship_ts": 0.0, "known": True, "market": 13},
        {"type": "unit", "gtin": GTIN, "serial": "A1", "lot": "L1", **facts, **unit},
    ]


def scan(
    number: int, when: float, *, serial: str | None = "A1", ip: str = "198.51.100.7", **more: Any
) -> dict[str, Any]:
    client = {"ip": ip, "ua": "Mozilla/5.0 (Linux; Android 14) Mobile Safari", "device_id": f"d{number}"}
    row = {"id": number, "ts": when, "code": {"gtin": GTIN, "lot": "L1", "serial": serial}, "client": client}
    return {**row, "actor": "public", "sig": None, **more}


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


class Bench:
    """Writes the files of a trace and replays them."""

    def __init__(self, folder: Path, server: ValkeyServer) -> None:
        self.folder, self.server = folder, server

    def __call__(self, scans: list[dict[str, Any]], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        files = Files(*(self.folder / name for name in ("r.jsonl", "g.csv", "s.jsonl.gz", "v.jsonl")))
        files.registry.write_text("".join(json.dumps(row) + "\n" for row in rows))
        files.geoip.write_text(GEOIP)
        with gzip.open(files.scans, "wt") as file:
            file.writelines(json.dumps(row) + "\n" for row in scans)
        with self.server.client() as client:
            client.flushall()
        run(self.server.url, files, built_in())
        return lines(files.output)


@pytest.fixture
def bench(tmp_path: Path, valkey_server: ValkeyServer) -> Bench:
    return Bench(tmp_path, valkey_server)


def test_every_scan_has_one_verdict_with_its_own_id(bench: Bench) -> None:
    told = bench([scan(n, T0 + n * DAY) for n in (5, 6, 9)], registry())
    assert [row["id"] for row in told] == [5, 6, 9]
    assert told[0] == {"id": 5, "level": 0, "reasons": ["OK_FIRST"]}
    assert told[1]["reasons"] == ["OK_SEEN"]


def test_a_use_counts_from_its_own_time_on(bench: Bench) -> None:
    rows = registry(decom_ts=T0 + 10 * DAY, decom="destroyed")
    told = bench([scan(1, T0), scan(2, T0 + 9 * DAY), scan(3, T0 + 20 * DAY)], rows)
    assert [row["level"] for row in told] == [0, 1, 3]


def test_an_item_is_unknown_before_it_is_commissioned(bench: Bench) -> None:
    told = bench([scan(1, T0), scan(2, T0 + 20 * DAY)], registry(commission_ts=T0 + 10 * DAY))
    assert told[0] == {"id": 1, "level": 2, "reasons": ["NOT_IN_DATA"]}
    assert told[1]["reasons"] != ["NOT_IN_DATA"]


@pytest.mark.parametrize(
    ("more", "level"),
    [
        ({"serial": "XX"}, 3),  # the lot was sent in full
        ({"sig": False}, 3),
        ({"serial": "XX", "sig": True}, 2),  # only the producer can sign: a late upload
    ],
)
def test_what_the_code_itself_says_needs_no_history(bench: Bench, more: dict[str, Any], level: int) -> None:
    assert bench([scan(1, T0, **more)], registry())[0]["level"] == level


def test_a_typed_mistake_is_a_caution(bench: Bench) -> None:
    typed = scan(1, T0, serial="XX")
    typed["client"]["entry"] = "manual"
    assert bench([typed], registry())[0]["level"] == 2


def test_a_program_that_guesses_serials_is_named_once(bench: Bench) -> None:
    scans = [scan(n, T0 + n * 5, serial=f"GUESS{n}", ip="192.0.2.9") for n in range(30)]
    told = bench(scans, registry())
    assert [row["client"] for row in told if row.get("kind") == "client"] == ["192.0.2.9"]
    assert told[-1]["level"] == 1  # it is answered, and learns nothing


@pytest.mark.parametrize("people", [True, False])
def test_items_that_people_abroad_look_at_were_diverted_and_those_of_a_program_not(bench: Bench, people: bool) -> None:
    rows = registry()
    rows += [{**rows[-1], "serial": f"B{n}"} for n in range(8)]
    scans = [scan(n, T0 + n * 3 * DAY, serial=f"B{n}", ip=f"192.88.99.{n + 1}") for n in range(8)]
    for row in scans:
        if not people:
            del row["client"]["device_id"]
    told = bench(scans, rows)
    assert [row["shipment"] for row in told if row.get("kind") == "shipment"] == (["S1"] if people else [])


def test_verdicts_do_not_depend_on_later_scans(bench: Bench) -> None:
    scans = [scan(n, T0 + n * 0.3 * DAY, ip=f"203.0.113.{n % 200 + 1}") for n in range(700)]
    rows = registry()
    whole, part = bench(scans, rows), bench(scans[:523], rows)
    assert whole[: len(part)] == part


def test_a_replay_leaves_a_used_history_engine_alone(tmp_path: Path, valkey_server: ValkeyServer) -> None:
    with valkey_server.client() as client:
        client.set("h:{00}:x", "history")
    for name, text in (("r.jsonl", ""), ("g.csv", GEOIP), ("s.jsonl", "")):
        (tmp_path / name).write_text(text)
    files = Files(*(tmp_path / name for name in ("r.jsonl", "g.csv", "s.jsonl", "v.jsonl")))
    with pytest.raises(ValueError, match="Expected an empty history engine"):
        run(valkey_server.url, files, built_in())
    with valkey_server.client() as client:
        assert client.keys() == [b"h:{00}:x"]


def test_a_line_that_is_no_scan_is_named(tmp_path: Path, valkey_server: ValkeyServer, monkeypatch) -> None:
    with valkey_server.client() as client:
        client.flushall()
    monkeypatch.setenv("REDIS_URL", valkey_server.url)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    paths = {name: tmp_path / name for name in ("r.jsonl", "g.csv", "s.jsonl", "v.jsonl")}
    for name, text in (("r.jsonl", ""), ("g.csv", GEOIP), ("s.jsonl", '{"id": 1}\n')):
        paths[name].write_text(text)
    tables = ["--registry", str(paths["r.jsonl"]), "--geoip", str(paths["g.csv"])]
    told = CliRunner().invoke(command, [str(paths["s.jsonl"]), *tables, "-o", str(paths["v.jsonl"])])
    assert told.exit_code == 1
    assert "Expected a record in line 1 of s.jsonl" in told.output


@pytest.fixture
def replayed(tmp_path: Path, valkey_server: ValkeyServer, monkeypatch) -> Callable[..., Result]:
    """Runs the command on three scans, one of which is broken."""
    with valkey_server.client() as client:
        client.flushall()
    monkeypatch.setenv("REDIS_URL", valkey_server.url)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "g.csv").write_text(GEOIP)
    with gzip.open(tmp_path / "r.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(row) + "\n" for row in registry())
    with gzip.open(tmp_path / "s.jsonl.gz", "wt") as file:
        file.write(json.dumps(scan(1, T0)) + '\n{"id": 2, "ts"\n' + json.dumps(scan(3, T0 + DAY)) + "\n")

    def replay(*options: str) -> Result:
        tables = ["--registry", str(tmp_path / "r.jsonl.gz"), "--geoip", str(tmp_path / "g.csv")]
        files = [str(tmp_path / "s.jsonl.gz"), "-o", str(tmp_path / "v.jsonl.gz")]
        return CliRunner().invoke(command, [*files, *tables, *options])

    return replay


def test_a_broken_line_is_named_and_all_others_are_judged(replayed: Callable[..., Result], tmp_path: Path) -> None:
    told = replayed()
    assert told.exit_code == 1
    assert "line 2 of s.jsonl.gz" in told.output
    assert "got 1 that are none; judged all others" in told.output
    with gzip.open(tmp_path / "v.jsonl.gz", "rt") as file:
        assert [json.loads(line)["id"] for line in file] == [1, 3]


def test_parameters_of_nobody_trusted_are_refused_unless_told(replayed: Callable[..., Result], tmp_path: Path) -> None:
    plain, stranger = tmp_path / "plain.json", tmp_path / "stranger.json"
    plain.write_text(built_in().to_json())
    stranger.write_text(PolicyFolder(tmp_path / "elsewhere").sign(built_in().to_json()).to_text())
    assert "Expected a signed parameter file" in replayed("--policy", str(plain)).output
    assert "Expected a signer from" in replayed("--policy", str(stranger)).output
    assert not (tmp_path / "v.jsonl.gz").exists()
    assert "judged all others" in replayed("--policy", str(stranger), "--unsigned").output


def test_plain_parameters_are_tried_if_told(tmp_path: Path) -> None:
    folder = PolicyFolder(tmp_path)
    assert folder.tried(built_in().to_json(), unsigned=True) == built_in()
    with pytest.raises(PolicyError, match="Expected a signed parameter file"):
        folder.tried("nothing", unsigned=True)


def test_a_made_world_is_replayed_and_scored(tmp_path: Path, valkey_server: ValkeyServer) -> None:
    with valkey_server.client() as client:
        client.flushall()
    write(make(variant("plain", codes=800, enumerators=2, slow_enumerators=0, viral=2, burst_attacks=2), 7), tmp_path)
    files = Files(*(tmp_path / name for name in ("registry.jsonl.gz", "geoip.csv", "scans.jsonl.gz", "v.jsonl.gz")))
    run(valkey_server.url, files, built_in())
    tally = score(files.scans, tmp_path / "truth.json", files.output)
    assert tally.found["reuse_destroyed"] == tally.all["reuse_destroyed"] > 0
    assert tally.found["enumerators"] == 2
    assert tally.found["burst"] == 0
    assert tally.share("false alarms") < 0.005
    _teach(valkey_server, files, tmp_path)
    printed = CliRunner().invoke(evaluate, ["score", str(files.scans), str(tmp_path / "truth.json"), str(files.output)])
    assert printed.output.strip() == table([tally]).strip()


def _teach(server: ValkeyServer, files: Files, folder: Path) -> None:
    """Weights fitted to the examples of a replayed world explain it better, and keep their signs."""
    with server.client() as client:
        client.flushall()
    truth = json.loads((folder / "truth.json").read_text())
    judged = list(judging(server.url, files, built_in()))
    assert save(folder / "x.jsonl.gz", examples(judged, truth)) > 100
    out = folder / "score-9.json"
    told = CliRunner().invoke(evaluate, ["fit", str(folder / "x.jsonl.gz"), "-o", str(out), "--codes", "800"])
    assert told.exit_code == 0, told.output
    rules, found = Rules.from_json(out.read_text()), list(load(folder / "x.jsonl.gz", Example))
    assert rules.version == "score-9"
    assert loss(found, rules) < loss(found, built_in())
    assert sum(1 for one in found if one.fake and one.last) > 5
    _teach_highest(judged, truth, folder)
    tops = peaks(judged, truth, built_in().red)
    curve = points(tops)
    falls = [a.recall >= b.recall and a.false >= b.false and a.early >= b.early for a, b in pairwise(curve)]
    assert falls == [True] * (len(LINES) - 1)
    assert curve[LINES.index(0.0)].recall > 0.4
    assert ElementTree.fromstring(svg(curve, "t")).tag.endswith("svg")


def _teach_highest(judged: list[Judged], truth: dict[str, Any], folder: Path) -> None:
    """Weights fitted to the highest states separate them better; half way there lies between."""
    assert save(folder / "h.jsonl.gz", fit_highest.states(judged, truth, built_in())) > 50
    found = list(load(folder / "h.jsonl.gz", fit_highest.States))
    assert any(one.fake and one.early for one in found)
    options = ["--codes", "800", "--highest", "--early", "2", "-o", str(folder / "full.json")]
    told = CliRunner().invoke(evaluate, ["fit", str(folder / "h.jsonl.gz"), *options])
    assert told.exit_code == 0, told.output
    full = Rules.from_json((folder / "full.json").read_text())
    rules = [built_in(), fit_highest.between(built_in(), full, 0.5), full]
    losses = [loss(list(fit_highest.highest(found, one)), one) for one in rules]
    assert losses[2] < losses[0]
    weights = [{(signal, least): weight for signal, least, weight in one.steps} for one in rules]
    for key in {key for one in weights for key in one}:
        old, middle, new = (one.get(key, 0.0) for one in weights)
        assert middle == pytest.approx((old + new) / 2, abs=0.0051), key
        assert key[0] not in fit_highest.KEPT or old == new


def test_seeds_for_tests_are_not_trained_on(tmp_path: Path) -> None:
    told = CliRunner().invoke(evaluate, ["gather", str(tmp_path / "x"), "--seeds", "999-1001"])
    assert "Expected training seeds below 1000" in told.output


def test_a_line_that_is_no_example_is_named(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("{}\n")
    told = CliRunner().invoke(evaluate, ["fit", str(tmp_path / "x"), "-o", str(tmp_path / "y"), "--codes", "1000"])
    assert "Expected an example in line 1 of x" in told.output
