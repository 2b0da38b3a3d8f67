"""A look at a code, without knowing who looked."""

from dataclasses import replace

from verify_app.domain.evidence import Circumstances
from verify_app.domain.scan import Actor, Entry, Proof, Visit, VisitKind

VISIT = Visit(id="0" * 32, when=0, visitor=b"k" * 32)


def test_one_visitor_has_one_tag_for_one_code():
    assert VISIT.tag("01/1/21/A") == replace(VISIT, id="1" * 32, when=9).tag("01/1/21/A")


def test_tags_of_one_visitor_at_two_codes_differ():
    assert VISIT.tag("01/1/21/A") != VISIT.tag("01/1/21/B")


def test_two_visitors_have_different_tags_for_one_code():
    assert VISIT.tag("01/1/21/A") != replace(VISIT, visitor=b"j" * 32).tag("01/1/21/A")


def test_a_tag_fits_in_32_bits():
    assert all(0 <= VISIT.tag(str(number)) < 2**32 for number in range(100))


def test_a_long_key_and_no_key_both_give_a_tag():
    assert replace(VISIT, visitor=b"k" * 100).tag("a") == replace(VISIT, visitor=b"k" * 64).tag("a")
    assert replace(VISIT, visitor=b"").tag("a") == replace(VISIT, visitor=b"", id="2" * 32).tag("a")


def test_what_a_visit_is_told_changes_nothing_else_of_it():
    said = {"cell": (1, 2), "country": "VN", "region": "N", "watch": (1, 2, 3), "proof": Proof.SEAL}
    full = replace(VISIT, kind=VisitKind.LOOK, entry=Entry.TYPED, actor=Actor.PARTNER, **said)
    there = Circumstances(vague=True)
    for visit in (VISIT, full):
        assert visit.told(there, 9) == replace(visit, circumstances=there, keep_until=9)
