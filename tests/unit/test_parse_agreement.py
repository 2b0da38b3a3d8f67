"""Our parser beside an independent judge of the GS1 rules, on texts of `benchmarks/agreement.py`."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from benchmarks.agreement import listed, ours, texts

ROWS = list(csv.DictReader((Path(__file__).parents[1] / "vectors/agreement.csv").open(encoding="utf-8", newline="")))
JUDGED = [(json.loads(row["text"]), row["judge"]) for row in ROWS]


def test_we_accept_and_refuse_what_the_judge_does_but_for_listed_decisions():
    different = [text for text, judge in JUDGED if ours(text)[:2] != judge]
    assert [text for text in different if not listed(text)] == []
    assert len(different) < 0.005 * len(JUDGED), "at least 99.5 % are judged alike, with the listed ones"


def test_the_judged_texts_are_of_every_form_and_both_outcomes():
    assert len(JUDGED) >= 1_500
    assert sum(judge == "ok" for _, judge in JUDGED) > 400
    for begin in ("https://", "(", "]C1", "]e0", "]d2", "]Q3", "]J1"):
        assert sum(text.startswith(begin) for text, _ in JUDGED) > 5, begin


def test_the_same_seed_makes_the_same_texts():
    assert texts(50, 3) == texts(50, 3)
