"""Certificates, marks and claims: shown only with a number, and as valid only while they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from .text import Text

_OCOP_STARS = range(3, 6)


class CertificateKind(StrEnum):
    """What a certificate speaks of."""

    CONFORMITY_STANDARD = "conformity_standard"  # hợp chuẩn
    CONFORMITY_REGULATION = "conformity_regulation"  # hợp quy
    FOOD_SAFETY = "food_safety"
    VIETGAP = "vietgap"
    GLOBALGAP = "globalgap"
    ORGANIC = "organic"
    HACCP = "haccp"
    ISO = "iso"
    OCOP = "ocop"
    GEOGRAPHICAL_INDICATION = "geographical_indication"
    TRADE_MARK = "trade_mark"
    MEDICINE_REGISTRATION = "medicine_registration"
    PLANTING_AREA = "planting_area"
    TRACEABILITY_SYSTEM = "traceability_system"
    SAFE_FOOD_CHAIN = "safe_food_chain"


class CertificateState(StrEnum):
    """What a certificate is worth on a given day."""

    VALID = "valid"
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    WITHDRAWN = "withdrawn"


def _is_iso_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate or mark. A claim without a number, with a broken date or with other stars is refused
    (`ValueError`), so that a page never meets one.

    `standard` carries the standard *and its year* ("TCVN 11892-1:2017"); dates are ISO "YYYY-MM-DD", "" for open.
    """

    kind: CertificateKind
    number: str
    title: Text
    body: Text
    standard: str = ""
    valid_from: str = ""
    valid_until: str = ""
    withdrawn: bool = False
    stars: int = 0  # OCOP: 3 to 5

    def __post_init__(self) -> None:
        if not self.number.strip():
            raise ValueError(f"Expected a number for the certificate {self.title.text('vi')!r}, got none.")
        for day in (self.valid_from, self.valid_until):
            if day and not _is_iso_date(day):
                raise ValueError(f"Expected a date YYYY-MM-DD in the certificate {self.number!r}, got {day!r}.")
        if self.stars and not (self.kind is CertificateKind.OCOP and self.stars in _OCOP_STARS):
            raise ValueError(f"Expected 3 to 5 stars, on an OCOP certificate only, got {self.stars} on {self.kind}.")

    def state(self, today: date) -> CertificateState:
        """What the certificate is worth today."""
        if self.withdrawn:
            return CertificateState.WITHDRAWN
        if self.valid_from and today < date.fromisoformat(self.valid_from):
            return CertificateState.NOT_YET
        if self.valid_until and today > date.fromisoformat(self.valid_until):
            return CertificateState.EXPIRED
        return CertificateState.VALID
