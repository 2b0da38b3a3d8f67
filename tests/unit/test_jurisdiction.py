"""A case goes only to those who are competent for its place and its goods."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from verify_app.domain.account import Account, Role, Scope
from verify_app.domain.jurisdiction import DeadlineError, JurisdictionError, competent, handed_to, term

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


def at(*moment):
    return int(datetime(*moment, tzinfo=UTC).timestamp() * 1000)


def test_the_term_is_the_one_given_or_the_end_of_the_working_day_so_many_days_later():
    now = at(2026, 11, 22, 18)  # already the 23rd in Vietnam
    assert term(now, 10) == at(2026, 12, 3, 10)  # 17:00 there
    assert term(now, 10, given=now + 1) == now + 1
    with pytest.raises(DeadlineError, match="after"):
        term(now, 10, given=now)
