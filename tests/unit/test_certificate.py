"""Certificates: a number, dates, and what they are worth today."""

from datetime import date

import pytest

from verify_app.domain.certificate import Certificate, CertificateKind, CertificateState
from verify_app.domain.text import Text

TODAY = date(2026, 11, 21)


def certificate(kind=CertificateKind.VIETGAP, number="VG-1", **more):
    return Certificate(kind, number, Text.of("VietGAP"), Text.of("Tổ chức chứng nhận"), **more)


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, CertificateState.VALID),
        ({"valid_from": "2026-11-21", "valid_until": "2026-11-21"}, CertificateState.VALID),
        ({"valid_from": "2026-11-22"}, CertificateState.NOT_YET),
        ({"valid_until": "2026-11-20"}, CertificateState.EXPIRED),
        ({"valid_until": "2030-01-01", "withdrawn": True}, CertificateState.WITHDRAWN),
    ],
)
def test_a_certificate_is_worth_what_its_dates_say(more, state):
    assert certificate(**more).state(TODAY) is state


@pytest.mark.parametrize("number", ["", "  "])
def test_a_claim_without_a_number_is_refused(number):
    with pytest.raises(ValueError, match="Expected a number for the certificate 'VietGAP', got none"):
        certificate(number=number)


@pytest.mark.parametrize("day", ["2026", "20261121", "2026-W47-6", "21/11/2026", "2026-02-30"])
def test_a_broken_date_is_refused_before_any_page_meets_it(day):
    with pytest.raises(ValueError, match="Expected a date YYYY-MM-DD"):
        certificate(valid_until=day)
    with pytest.raises(ValueError, match="Expected a date YYYY-MM-DD"):
        certificate(valid_from=day)


def test_only_ocop_has_stars_and_only_three_to_five():
    assert certificate(CertificateKind.OCOP, stars=4).stars == 4
    for kind, stars in ((CertificateKind.OCOP, 2), (CertificateKind.OCOP, 6), (CertificateKind.VIETGAP, 4)):
        with pytest.raises(ValueError, match="Expected 3 to 5 stars"):
            certificate(kind, stars=stars)
