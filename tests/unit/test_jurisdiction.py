"""A case goes only to those who are competent for its place and its goods."""

from dataclasses import replace

import pytest

from verify_app.domain.account import Account, Role, Scope
from verify_app.domain.jurisdiction import JurisdictionError, competent, handed_to

OFFICER = Account(
    "an", "An@vidu.example", "An", Role.INSPECTOR, Scope(("Gia Lai",), ("food",)), "Chi cục Ví Dụ", created=1
)
COMMUNE = replace(
    OFFICER, id="ba", email="ba@vidu.example", role=Role.COMMUNE, scope=Scope(("Gia Lai/Xã Ví Dụ",), ("*",))
)
NATION = replace(OFFICER, email="ca@vidu.example", role=Role.PROVINCE, scope=Scope(("*",), ("*",)))


@pytest.mark.parametrize(
    ("person", "province", "sector", "expected"),
    [
        (OFFICER, "Gia Lai", "food", True),
        (OFFICER, "", "", True),
        (OFFICER, "Lào Cai", "food", False),
        (OFFICER, "Gia Lai", "cosmetics", False),
        (COMMUNE, "Gia Lai", "cosmetics", True),
        (NATION, "Lào Cai", "cosmetics", True),
        (replace(NATION, disabled=True), "Lào Cai", "cosmetics", False),
        (replace(NATION, role=Role.ENTERPRISE), "Lào Cai", "food", False),
        (replace(NATION, role=Role.OPERATOR), "Lào Cai", "food", False),
    ],
)
def test_officers_are_competent_within_their_areas_and_sectors(person, province, sector, expected):
    assert competent(person, province, sector) is expected


def test_a_case_goes_to_an_address_or_to_a_department_whatever_the_case_of_its_letters():
    officers = (OFFICER, COMMUNE, NATION)
    assert handed_to("an@vidu.example", officers, "Gia Lai", "food") == (OFFICER,)
    assert handed_to("chi cục ví dụ", officers, "Lào Cai", "food") == (NATION,)


@pytest.mark.parametrize(
    ("owner", "province", "told"),
    [("an@vidu.example", "Lào Cai", "of another area or sector"), ("nobody", "", "nobody of that name")],
)
def test_others_are_refused_with_the_reason(owner, province, told):
    with pytest.raises(JurisdictionError, match=told):
        handed_to(owner, (OFFICER, COMMUNE), province, "")
