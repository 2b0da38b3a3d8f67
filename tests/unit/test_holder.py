"""What a holder can show: slips that hold for one item alone, numbers as people type them, and what they excuse."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.test_judge import FEW, ITEM, ITEM_CODE, MANY, NOW, POLICY, VISIT, judged, passport, scanned
from verify_app.domain.evidence import Evidence
from verify_app.domain.history import Flags, History
from verify_app.domain.holder import (
    BY_SCANS,
    excused,
    first_slip,
    fold_number,
    may_excuse,
    number_digest,
    read_slip,
    slip,
)
from verify_app.domain.judge import judge
from verify_app.domain.passport import ItemState
from verify_app.domain.scan import Actor, Proof, VisitKind
from verify_app.domain.verdict import Detail, Level, Reason

KEY = b"k" * 32
HELD = replace(VISIT, proof=Proof.FIRST)
FIRST = History(evidence=Evidence(credited=1))
DAY = 86_400_000


@pytest.mark.parametrize(("proof", "detail"), [(Proof.FIRST, Detail.HELD), (Proof.SEAL, Detail.SEALED)])
def test_a_proof_excuses_what_scans_say_and_nothing_else(proof, detail):
    visit = replace(VISIT, proof=proof)
    for evidence in (FEW, MANY, replace(MANY, fast_sure=2)):
        verdict = judged(history=scanned(evidence), visit=visit)
        assert (verdict.reasons, verdict.level, verdict.detail) == ((Reason.VALID,), Level.INFORMATION, detail)
    gone = passport(item=replace(ITEM, state=ItemState.SOLD, state_at=NOW - 30 * DAY))
    assert judged(held=gone, history=scanned(MANY), visit=visit).reasons == (Reason.ALREADY_SOLD,)
    assert judged(history=None, visit=visit).reasons == (Reason.HISTORY_UNAVAILABLE,)


@pytest.mark.parametrize("flags", [Flags(confirmed=1), Flags(recall="r"), Flags(display="suspended:1")])
def test_no_proof_excuses_a_code_of_which_inspectors_or_authorities_have_spoken(flags):
    history = replace(scanned(MANY), flags=flags)
    assert judged(history=history, visit=HELD).reasons == judged(history=history).reasons


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.frozensets(st.sampled_from(Reason), min_size=1, max_size=6))
def test_a_proof_takes_away_reasons_of_scans_alone(found):
    left = excused(found)
    assert left in (found, found - BY_SCANS)
    assert may_excuse(tuple(found)) == (left != found)


def test_a_slip_holds_for_its_item_key_proof_and_time_alone():
    made = slip(KEY, "01/1/21/A", Proof.FIRST, NOW)
    assert len(made) == 25
    assert read_slip(KEY, "01/1/21/A", made) == (Proof.FIRST, NOW)
    assert read_slip(KEY, "01/1/21/A", slip(KEY, "01/1/21/A", Proof.SEAL, NOW)) == (Proof.SEAL, NOW)
    others = (slip(KEY, "01/1/21/B", Proof.FIRST, NOW), slip(b"other", "01/1/21/A", Proof.FIRST, NOW), "s" + made[1:])
    assert [read_slip(KEY, "01/1/21/A", other) for other in others] == [None] * 3


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.text(max_size=40))
def test_any_text_is_survived_as_a_slip_and_as_a_number(text):
    assert read_slip(KEY, "01/1/21/A", text) is None
    folded = fold_number(text)
    assert folded == "" or 6 <= len(folded) <= 32
    assert len(number_digest(KEY, text, text, folded)) == 16


def test_a_number_is_read_as_people_type_it():
    assert fold_number(" k7q2-9xmb\n") == fold_number("K7Q2 9XMB") == "K7Q29XMB"
    assert [fold_number(text) for text in ("12345", "9" * 33, "", "№☃")] == [""] * 4


def test_the_first_who_counts_gets_the_slip_and_his_reload_the_same():
    held = passport()
    mine = first_slip(KEY, held, FIRST, VISIT)
    assert read_slip(KEY, ITEM_CODE.identity, mine) == (Proof.FIRST, NOW)
    again = replace(FIRST, scans=1, first=NOW, repeat=True)
    assert first_slip(KEY, held, again, replace(VISIT, when=NOW + 60_000)) == mine


@pytest.mark.parametrize(
    ("history", "visit"),
    [
        (None, VISIT),
        (replace(FIRST, others=1, scans=1), VISIT),
        (replace(FIRST, scans=1), VISIT),
        (replace(FIRST, evidence=Evidence(hosted=1)), VISIT),
        (FIRST, replace(VISIT, kind=VisitKind.LOOK)),
        (FIRST, replace(VISIT, actor=Actor.INSPECTOR)),
    ],
)
def test_nobody_else_gets_a_slip(history, visit):
    assert first_slip(KEY, passport(), history, visit) == ""


def test_an_item_that_the_registry_does_not_hold_has_no_holder():
    assert first_slip(KEY, passport(item=None), FIRST, VISIT) == ""
    assert judge(ITEM_CODE, passport(item=None), scanned(MANY), HELD, POLICY).level >= Level.CAUTION
