"""The load tests cannot rot: they run here, briefly, and count."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.timeout(300)
def test_every_answered_scan_of_a_short_load_is_in_the_ledger():
    ran = subprocess.run(
        [sys.executable, "-m", "loadtests.smoke"],
        cwd=ROOT,
        env={**os.environ, "SMOKE_SECONDS": "6", "SMOKE_VISITORS": "6"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-4000:] + ran.stdout[-1000:]
    assert '"failures": 0' in ran.stdout


def test_a_made_up_product_has_a_right_check_digit_and_a_phone_is_no_robot():
    code = "from loadtests import codes; from verify_app.domain.parse import parse; "
    code += "print(all(parse('https://id.example' + codes.unknown_product()) for _ in range(50)))"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "True"


def test_a_scan_that_is_missing_or_doubled_is_a_fault():
    code = "from loadtests import smoke; c = {'answered': 100, 'failures': 0}; "
    code += "print([len(smoke._faults(0, c, n)) for n in (99, 100, 101)], len(smoke._faults(1, c, 100)))"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[1, 0, 1] 1"
