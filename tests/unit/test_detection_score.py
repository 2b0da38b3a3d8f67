"""The score and what it says: monotone, explained, strict about its parameter file."""

import json
from dataclasses import replace
from importlib.resources import files
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verify_app.detection.alerts import Happened, may_tell, of_evidence
from verify_app.detection.policy_files import built_in
from verify_app.domain.evidence import Circumstances, Evidence, Peers
from verify_app.domain.score import Rules, RulesError
from verify_app.domain.signals import EXCUSES, Nature, signals
from verify_app.domain.suspicion import Facts, Sign, Suspicion, level_of_scans, of_code, of_lot, of_scans
from verify_app.domain.verdict import Level

RULES = built_in()
EXCUSED = {
    "shared",
    "campaign",
    "hosted",
    "flagged",
    "over",
    "kin",
    "vague",
}  # counts that stand for an innocent explanation
CONTEXT = {"inside"}  # lowers only what "outside" raised
FIELDS = tuple(Evidence.__dataclass_fields__)
COUNTED = sorted(set(FIELDS) - EXCUSED - CONTEXT)
# One draw of bytes for each object: a draw for each of 40 fields takes a hundred times as long as what is checked.
EVIDENCE = st.binary(min_size=len(FIELDS), max_size=len(FIELDS)).map(
    lambda drawn: replace(  # of a code that counts among its peers: scanned on one day at least
        Evidence(*(byte % 31 for byte in drawn)), days=1 + drawn[FIELDS.index("days")] % 30
    )
)
PEERS = st.tuples(st.integers(0, 500), st.binary(min_size=5, max_size=5)).map(
    lambda drawn: Peers(
        drawn[0], *(drawn[0] * cap * byte // 255 for cap, byte in zip((6, 6, 3, 2, 3), drawn[1], strict=True))
    )
)
NATURES = st.builds(Nature, st.booleans(), st.booleans())


@settings(max_examples=100, deadline=None)
@given(EVIDENCE, PEERS, NATURES)
def test_more_evidence_never_lowers_a_score(evidence, peers, nature):
    before = RULES.score(signals(evidence, peers, nature))
    for name in COUNTED:
        more = replace(evidence, **{name: getattr(evidence, name) + 1})
        assert RULES.score(signals(more, peers, nature)) >= before - 1e-9, name


@st.composite
def _little(draw):
    """Evidence with a few counts only, as nearly all codes have it: levels lie close together there."""
    names = draw(st.lists(st.sampled_from(sorted(Evidence.__dataclass_fields__)), min_size=1, max_size=6))
    return Evidence(**{name: draw(st.integers(0, 12)) for name in names} | {"credited": draw(st.integers(0, 8))})


@settings(max_examples=300, deadline=None)
@given(EVIDENCE | _little(), PEERS, NATURES, st.floats(-3, 3), st.floats(-14, 2))
def test_a_level_told_without_the_whole_sum_is_the_level_of_the_sum(evidence, peers, nature, shift, amber):
    rules = replace(RULES, amber=amber, red=amber + 1.5)
    assert (
        level_of_scans(evidence, peers, rules, nature, shift) is of_scans(evidence, peers, rules, nature, shift).level
    )


@settings(deadline=None)
@given(EVIDENCE | _little(), PEERS, NATURES, st.floats(0, 3), st.booleans())
def test_the_registry_is_asked_wherever_the_evidence_could_be_an_alert(evidence, peers, nature, prior, destroyed):
    seen = Circumstances(destroyed=destroyed)
    scan = Happened("01/09520123456788/21/A", "09520123456788", "", "A", 0, seen)
    if of_evidence(scan, (evidence, peers), RULES, nature, prior):
        assert may_tell(scan, evidence, RULES, prior)


@given(EVIDENCE, PEERS, NATURES)
def test_the_contributions_add_up_to_the_score(evidence, peers, nature):
    amounts = signals(evidence, peers, nature)
    total = RULES.bias + sum(part.weight for part in RULES.contributions(amounts))
    assert total == pytest.approx(RULES.score(amounts))


def test_every_signal_of_the_built_in_rules_exists():
    known = set(signals(Evidence(), Peers()))
    assert {name for name, _, _ in RULES.steps} | {name for name, _, _ in RULES.slopes} <= known
    assert known >= EXCUSES


def test_a_code_whose_product_is_looked_at_a_lot_needs_more_to_be_suspected():
    evidence = Evidence(credited=7, days=8, ndays=6, places=3, lines=4, north=4, south=3, alternate=3, span=40, gap10=1)
    calm = Peers(codes=500, credited=900, ndays=800, places=400)
    busy = Peers(codes=500, credited=2400, ndays=2100, places=1000)
    assert of_scans(evidence, busy, RULES).z < of_scans(evidence, calm, RULES).z


def test_many_strangers_on_many_days_in_many_places_are_an_alert():
    copied = Evidence(
        credited=30, days=28, ndays=22, places=5, lines=14, north=12, centre=6, south=12, alternate=14, switch=12,
        gap10=1, span=70, late20=15, late40=8, thinnest=14, back=6,
    )  # fmt: skip
    assert of_scans(copied, Peers(), RULES).level is Level.ALERT


def test_looks_after_the_use_say_less_of_goods_that_are_refilled_at_home():
    seen = Evidence(credited=4, days=5, ndays=4, used=2, used_late=2, used_days=2, lines=3, south=4, gap10=1, span=57)
    refilled, sealed = (of_scans(seen, Peers(), RULES, Nature(refillable=refillable)) for refillable in (True, False))
    assert refilled.z < sealed.z - 1
    assert (refilled.level, sealed.level) == (Level.INFORMATION, Level.CAUTION)


def test_a_buyer_a_family_and_a_gift_are_no_caution():
    owned = Evidence(credited=3, days=4, ndays=3, places=2, lines=2, north=2, south=1, alternate=1, span=25, gap10=1)
    assert of_scans(owned, Peers(), RULES).level <= Level.INFORMATION


def test_one_scan_of_a_destroyed_item_is_an_alert():
    assert of_scans(Evidence(credited=1, days=1, ndays=1, used=1, destroyed=1), Peers(), RULES).level is Level.ALERT


def test_a_thousand_scans_from_hosting_networks_move_nothing():
    attacked = Evidence(credited=1, days=1, ndays=1, hosted=255)
    assert of_scans(attacked, Peers(), RULES).level is Level.OK


@pytest.mark.parametrize("flood", [{"kin": 255}, {"hosted": 80}, {"over": 200}])
def test_a_flood_of_scans_does_not_redden_a_code(flood):
    seen = Evidence(
        credited=6, days=5, ndays=3, places=4, lines=6, north=2, centre=2, south=2, alternate=3, gap10=2, span=24,
        late20=4,
    )  # fmt: skip
    assert of_scans(replace(seen, **flood), Peers(), RULES).level is Level.INFORMATION


def test_a_first_check_says_so():
    assert of_scans(Evidence(credited=1, days=1, ndays=1), Peers(), RULES).sign is Sign.OK_FIRST


@pytest.mark.parametrize(
    ("facts", "level", "sign"),
    [
        (Facts(signature=False), Level.ALERT, Sign.CODE_INVALID),
        (Facts(signature=False, typed=True), Level.CAUTION, Sign.CODE_INVALID),
        (Facts(listed=False, complete=True), Level.ALERT, Sign.NOT_IN_DATA),
        (Facts(listed=False, complete=False), Level.CAUTION, Sign.NOT_IN_DATA),
        (Facts(listed=False, complete=True, typed=True), Level.CAUTION, Sign.NOT_IN_DATA),
        (Facts(listed=False, complete=True, suspect_client=True), Level.INFORMATION, Sign.NOT_IN_DATA),
        (Facts(listed=False, complete=True, signature=True), Level.CAUTION, Sign.NOT_IN_DATA),
    ],
)
def test_what_the_code_itself_says(facts, level, sign):
    found = of_code(facts)
    assert found is not None
    assert (found.level, found.sign) == (level, sign)


def test_a_listed_code_with_a_good_signature_is_left_to_its_history():
    assert of_code(Facts(signature=True)) is None


@pytest.mark.parametrize(
    ("level", "sign"),
    [(Level.ALERT, Sign.COPY_SUSPECTED), (Level.CAUTION, Sign.CHECK_PACK), (Level.INFORMATION, Sign.OK_SEEN)],
)
def test_a_lot_has_the_sign_of_its_level(level, sign):
    assert of_lot(level) == Suspicion(level, sign)


def test_rules_survive_their_file():
    assert Rules.from_json(RULES.to_json()) == RULES


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": [["places", 2, -1.0]]}, "Expected the weight of places to keep its sign, got -1.0"),
        ({"slopes": [["linked", 1.0, 3]]}, "Expected the weight of linked to keep its sign, got 1.0"),
        ({"amber": 9.0, "red": 1.0}, "Expected amber at or below red, got 9.0 and 1.0"),
        ({"bias": "much"}, "Expected a parameter file of the score, got ValueError"),
        ({"steps": [["places", 2]]}, "Expected a parameter file of the score, got ValueError"),
    ],
)
def test_a_bad_parameter_file_is_refused(change, message):
    body = {**json.loads(RULES.to_json()), **change}
    with pytest.raises(RulesError, match=message):
        Rules.from_json(json.dumps(body))


def test_the_rules_on_trial_excuse_a_little_by_a_campaign_until_it_explains_most_newcomers():
    text = files("verify_app.policies").joinpath("score-5.json").read_text(encoding="utf-8")
    rules = Rules.from_json(text)
    assert rules.to_json() == text
    seen = Evidence(credited=8, days=9, ndays=7, places=3, lines=5, north=4, south=4, alternate=3, span=40, gap10=1)
    score = [of_scans(replace(seen, campaign=part), Peers(), rules).z for part in (0, 2, 4, 6, 8)]
    falls = [before - after for before, after in pairwise(score)]
    assert min(falls) > 0
    assert max(falls) == falls[2] > 2 * falls[0]
