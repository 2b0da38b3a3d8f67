"""What has to stand in a request to join."""

import pytest

from verify_app.domain.joining import JoinError, read_applicant, tenant_of
from verify_app.domain.registry import EnterpriseKind

GIVEN = {
    "kind": "household",
    "name": "  Hộ kinh doanh   Ví Dụ ",
    "address": "Thôn 1, xã Ví Dụ",
    "province": "Gia Lai",
    "phone": "0900 000 000",
    "person": "Người Ví Dụ",
    "email": "Vidu@Vidu.example",
}


def problems(**changes):
    with pytest.raises(JoinError) as refused:
        read_applicant(GIVEN | changes)
    return refused.value.problems


def test_what_people_type_is_tidied():
    found = read_applicant(GIVEN | {"website": "https://Vidu.example/gioi-thieu", "gln": "952 0000 000 004"})
    assert (found.kind, found.name, found.phone) == (EnterpriseKind.HOUSEHOLD, "Hộ kinh doanh Ví Dụ", "0900000000")
    assert (found.email, found.website, found.gln) == ("vidu@vidu.example", "vidu.example", "9520000000004")


def test_all_problems_are_told_at_once():
    everything = dict.fromkeys(GIVEN, "") | {"gln": "9520000000005", "website": "vidu"}
    assert problems(**everything) == {
        "name": "length",
        "address": "length",
        "person": "length",
        "province": "province",
        "phone": "phone",
        "email": "email",
        "gln": "gln",
        "website": "website",
        "kind": "kind",
    }


def test_tax_code_is_asked_of_all_but_households():
    assert problems(kind="company") == {"tax_code": "missing"}
    assert problems(tax_code="12345") == {"tax_code": "tax_code"}
    assert read_applicant(GIVEN | {"kind": "cooperative", "tax_code": "0000000000-001"}).tax_code == "0000000000-001"
    assert read_applicant(GIVEN).tax_code == ""


def test_registry_of_a_province_has_a_plain_name():
    assert [tenant_of(name) for name in ("Gia Lai", "Đắk Lắk", "Huế")] == ["gia-lai", "dak-lak", "hue"]
