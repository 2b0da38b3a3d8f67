"""The load tests cannot rot: `make test`, and so the continuous integration, runs them briefly and counts."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from verify_app.store.capacity import load_capacity

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments, **environ):
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.timeout(300)
def test_every_answered_scan_of_ten_seconds_is_in_the_ledger(tmp_path):
    ran = run("loadtests.smoke", "--items", "300", SMOKE_SECONDS="10", SMOKE_RATE="20", SMOKE_OUT=str(tmp_path))
    assert ran.returncode == 0, ran.stderr[-4000:] + ran.stdout[-1000:]
    told = json.loads((tmp_path / "result.json").read_text())
    assert told["passed"]
    assert told["answered"] == told["in_ledger"] > 20
    assert (told["failures"], told["lost"], told["doubled"]) == (0, 0, 0)


@pytest.mark.flaky(reruns=1)  # what it starts shares two cores with other tests; the summary names a second try
@pytest.mark.timeout(300)
def test_two_processes_of_visitors_climb_the_stairs_and_the_plan_reads_what_was_measured(tmp_path):
    """How many scans a second hold here is no matter of this test: the limits are wide."""
    limits, stairs = tmp_path / "limits.toml", tmp_path / "stairs.toml"
    limits.write_text("error_rate = 1.0\nlost_scans = 0\nreached = 0.1\n")
    stages = "".join(f"[[stage]]\nseconds = 8\nrate = {rate}\n" for rate in (4, 8))
    stairs.write_text(f'thresholds = "default"\npace = 0.5\nstaircase = true\n[mix]\nShopper = 1\n{stages}')
    out = tmp_path / "out"
    ran = run(
        *("loadtests.run", str(stairs), "--processes", "2", "--items", "300"),
        *("--thresholds", str(limits), "--out", str(out), "--scans", "36000", "--hours", "10"),
        DATA_DIR=str(tmp_path / "var"),
    )
    assert ran.returncode == 0, ran.stderr[-4000:] + ran.stdout[-1000:]
    told = json.loads((out / "result.json").read_text())
    assert told["answered"] == told["in_ledger"] > 10
    assert (out / "report.html").stat().st_size > 1000
    assert [step["holds"] for step in told["steps"]] == [True, True]
    kept = load_capacity(tmp_path / "var")
    assert kept is not None
    assert kept.items == 300
    assert kept.scans_per_second == max(step["rate"] for step in told["steps"] if step["holds"])
    for lang, word in (("vi", "chịu được"), ("en", "holds")):
        page = (out / f"summary.{lang}.html").read_text()
        assert word in page
        assert not re.search(r"campaign\.[a-z]|\{[a-z]", page)  # every message has its words, and its figures


def test_a_made_up_product_has_a_right_check_digit():
    code = "from loadtests import codes; from verify_app.domain.parse import parse; "
    code += "print(all(parse(codes.link(codes.unknown_product())) for _ in range(50)))"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "True"
