"""What has to stand in the form of a place, and what may never stand there."""

import pytest

from verify_app.domain.own_place import PlaceError, read_place
from verify_app.domain.registry import Enterprise, EnterpriseKind
from verify_app.domain.text import Text

NAME = Text.of("Ví Dụ")
COMPANY = Enterprise("c1", "gia-lai", EnterpriseKind.COMPANY, NAME, NAME, tax_code="0000000001")
HOUSEHOLD = Enterprise("h1", "gia-lai", EnterpriseKind.HOUSEHOLD, NAME, NAME, tax_code="000000000012")
GIVEN = {"name": "  Vườn  tiêu 1 ", "address": "Thôn 2, xã Ví Dụ"}


def problems(owner=COMPANY, **changes):
    with pytest.raises(PlaceError, match="Expected a place") as refused:
        read_place(GIVEN | changes, owner)
    return refused.value.problems


def test_what_people_type_is_tidied_and_a_gln_is_no_must():
    found = read_place(GIVEN | {"gln": "952 0000 000 004"}, COMPANY)
    assert (found.gln, found.enterprise_id, found.name.text("vi")) == ("9520000000004", "c1", "Vườn tiêu 1")
    assert read_place(GIVEN, HOUSEHOLD).gln == ""


def test_all_that_is_wrong_is_told_at_once():
    assert problems(name="", address="", gln="9520000000005") == {"name": "length", "address": "length", "gln": "gln"}


def test_a_households_tax_code_never_gets_into_a_place():
    assert problems(HOUSEHOLD, name="Vườn 0000-0000-0012") == {"name": "tax_code"}
    assert read_place(GIVEN | {"name": "Kho 0000000001"}, COMPANY).name.text("vi") == "Kho 0000000001"
