"""What closing a case says of its codes from then on."""

from dataclasses import replace

import pytest

from verify_app.domain.alert import Alert, Rule
from verify_app.domain.case import Case, Finding, Move, Step
from verify_app.domain.standing import StandingKind, said_by

GTIN = "09521234543213"
SUBJECT = f"01/{GTIN}/21/A"
CASE = Case(7, SUBJECT, Rule.COPIED_CODE, 1000, gtin=GTIN)
COPIED = Alert("k", Rule.COPIED_CODE, "score-1", SUBJECT, 500, 2000, gtin=GTIN, serial="A",
               evidence=(("z", 9.0), ("amber", 3.0), ("red", 7.0)))  # fmt: skip
UNLISTED = replace(COPIED, key="u", rule=Rule.UNKNOWN_SERIAL, serial="B")
CLIENT = replace(COPIED, key="c", subject="client:x", gtin="", serial="")


def said(finding):
    step = Step(Move.CLOSE, "an", 5000, "why", finding=finding)
    told = said_by(CASE, step, (COPIED, UNLISTED, CLIENT))
    assert all((one.gtin, one.when, one.actor, one.case_id) == (GTIN, 5000, "an", 7) for one in told)
    return [(one.kind, one.serial, round(one.amount, 2)) for one in told]


def test_a_confirmed_case_stands_on_each_item_of_its_alerts():
    assert said(Finding.CONFIRMED) == [(StandingKind.CONFIRMED, "A", 0.0), (StandingKind.CONFIRMED, "B", 0.0)]


@pytest.mark.parametrize(
    ("finding", "nats"), [(Finding.POISONED, 7.0), (Finding.SHARED, 7.0), (Finding.NO_EVIDENCE, 2.05)]
)
def test_an_innocent_cause_takes_the_score_below_the_line_of_its_finding(finding, nats):
    assert said(finding) == [(StandingKind.EXCUSED, "A", nats)]
