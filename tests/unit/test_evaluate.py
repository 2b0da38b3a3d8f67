"""The made worlds and their scorer."""

import gzip
import json
import math
from itertools import pairwise
from random import Random

import pytest

from verify_app.domain.check_digit import expected_check_digit
from verify_app.domain.parse import parse
from verify_app.evaluate.addresses import AddressBook
from verify_app.evaluate.assumptions import VARIANTS, Assumptions, variant
from verify_app.evaluate.scorer import SCENARIOS, Tally, macro, score, table
from verify_app.evaluate.world import make, write

SMALL = {"codes": 1000, "products": 12, "viral": 1, "burst_attacks": 1, "patient_attacks": 1, "enumerators": 1}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    write(make(variant("plain", **SMALL), 3), folder)
    return folder


def rows(path):
    with gzip.open(path, "rt") as file:
        return [json.loads(line) for line in file]


def test_the_same_seed_makes_the_same_world(world, tmp_path):
    write(make(variant("plain", **SMALL), 3), tmp_path)
    assert rows(tmp_path / "scans.jsonl.gz") == rows(world / "scans.jsonl.gz")
    assert (tmp_path / "truth.json").read_text() == (world / "truth.json").read_text()


def test_scans_come_in_the_order_of_time_and_are_numbered(world):
    scans = rows(world / "scans.jsonl.gz")
    assert [scan["id"] for scan in scans] == list(range(len(scans)))
    assert all(a["ts"] <= b["ts"] for a, b in pairwise(scans))


def test_every_scenario_occurs_and_every_falsified_code_has_its_scans(world):
    truth = json.loads((world / "truth.json").read_text())
    assert {code["scenario"] for code in truth["codes"].values()} >= set(SCENARIOS)
    fake = set(truth["fake_scans"])
    for scan in rows(world / "scans.jsonl.gz"):
        if scan["id"] in fake:
            code = scan["code"]
            assert truth["codes"][f"{code['gtin']}|{code['serial'] or 'lot:' + code['lot']}"]["kind"] == "fake"


def test_lots_tried_out_slowly_and_warehouses_leave_the_rest_of_a_world_as_it_was(world, tmp_path):
    write(make(variant("plain", **SMALL, crawls=0, warehouses=0), 3), tmp_path)
    truth = json.loads((world / "truth.json").read_text())
    assert len(truth["walked"]) == 3
    ordinary = [
        {**row, "id": 0}
        for row in rows(world / "scans.jsonl.gz")
        if truth["codes"].get(f"{row['code']['gtin']}|{row['code']['serial']}", {}).get("scenario") != "walked"
    ]
    assert ordinary == [{**row, "id": 0} for row in rows(tmp_path / "scans.jsonl.gz")]


def test_made_products_use_the_demonstration_prefix(world):
    for row in rows(world / "registry.jsonl.gz"):
        if row["type"] == "gtin":
            assert row["gtin"].startswith("0952")
            assert row["gtin"][-1] == str(expected_check_digit(row["gtin"][:-1]))
            assert parse(row["gtin"]).gtin == row["gtin"]


def test_no_serial_of_the_registry_was_made_up(world):
    truth = json.loads((world / "truth.json").read_text())["codes"]
    made_up = {name for name, code in truth.items() if code["scenario"] in ("made_up", "guessed", "mistyped")}
    listed = {f"{row['gtin']}|{row['serial']}" for row in rows(world / "registry.jsonl.gz") if row["type"] == "unit"}
    assert made_up
    assert not made_up & listed


def test_a_table_takes_carriers_and_data_centres_for_lines_as_often_as_a_world_says():
    for share, kinds in ((0.0, ({"mobile"}, {"hosting"})), (1.0, ({"fixed"}, {"fixed"}))):
        book = AddressBook(variant("plain", carrier_as_line=share, hosting_as_line=share), Random(1))
        carriers = {block.kind for region in "NCS" for block in book.mobile[region]}
        assert (carriers, {block.kind for block in book.hosting}) == kinds
        assert {block.kind for block in book.previews} == {"hosting"}


def test_whoever_looks_may_look_again_soon_and_so_may_who_comes_home():
    def soon(again, home_too):
        few = {"codes": 300, "viral": 0, "burst_attacks": 0, "enumerators": 0, "spread": 1.0, "unit_share": 1.0}
        diary = make(variant("plain", **few, again=again, home_too=home_too), 5)
        gaps = [
            b.when - a.when
            for looks in diary.scans_of_codes().values()
            for a, b in pairwise(looks)
            if "device_id" in a.client and a.client["device_id"] == b.client.get("device_id")
        ]
        return sum(gap < 1200 for gap in gaps), sum(gap < 72_000 for gap in gaps)

    never, again, home = soon(0.0, 0.0), soon(0.5, 0.0), soon(0.0, 0.9)
    assert again[0] > never[0] + 100
    assert home[1] > never[1] + 100


def test_every_variant_names_real_assumptions():
    for name in VARIANTS:
        assert isinstance(variant(name), Assumptions)
    with pytest.raises(KeyError, match="Expected fields of Assumptions"):
        variant("plain", moon=1)


def trace(folder, levels, *, fakes=(1, 2)):
    codes = {
        "g|F": {"kind": "fake", "first_fake": 100.0, "scenario": "countrywide"},
        "g|G": {"kind": "genuine", "first_fake": None, "scenario": "genuine"},
    }
    truth = {"codes": codes, "clients": [{"ips": ["192.0.2.1"], "first": 0}], "shipments": {"S1": {"diverted": True}}}
    truth["fake_scans"] = list(fakes)
    names = ["F", "F", "F", "G"]
    scans = [
        {"id": n, "ts": 50.0 + 50 * n, "code": {"gtin": "g", "lot": None, "serial": serial}, "client": {}}
        for n, serial in enumerate(names)
    ]
    verdicts = [{"id": n, "level": level, "reasons": []} for n, level in enumerate(levels)]
    verdicts.append({"id": 3, "kind": "client", "client": "192.0.2.1"})
    verdicts.append({"id": 3, "kind": "shipment", "shipment": "S2"})
    for name, lines in (("scans.jsonl", scans), ("verdicts.jsonl", verdicts)):
        (folder / name).write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "truth.json").write_text(json.dumps(truth))
    return score(folder / "scans.jsonl", folder / "truth.json", folder / "verdicts.jsonl")


def test_the_scorer_counts_what_was_found(tmp_path):
    tally = trace(tmp_path, [0, 2, 3, 0])
    assert (tally.share("recall"), tally.share("precision"), tally.share("false alarms")) == (1.0, 1.0, 0.0)
    assert tally.share("fake scans warned") == 1.0
    assert tally.share("genuine scans warned") == 0.0
    assert (tally.found["enumerators"], tally.found["diverted"], tally.found["false shipments"]) == (1, 0, 1)


def test_an_alert_before_the_first_falsified_piece_finds_nothing(tmp_path):
    assert trace(tmp_path, [3, 0, 0, 0]).share("recall") == 0.0


def test_an_alert_on_a_genuine_code_costs_precision(tmp_path):
    tally = trace(tmp_path, [0, 0, 3, 3])
    assert (tally.share("precision"), tally.share("false alarms")) == (0.5, 1.0)


def test_the_macro_recall_is_the_mean_over_scenarios_that_occurred():
    tally = Tally()
    for found in (True, False):
        tally.add("slow", found)
    tally.add("made_up", True)
    assert macro(tally) == 0.75
    assert math.isnan(macro(Tally()))


def test_the_table_pools_worlds(tmp_path):
    printed = table([trace(tmp_path, [0, 2, 3, 0]), trace(tmp_path, [0, 0, 0, 0])])
    assert "recall (codes)" in printed
    assert "1/2" in printed
