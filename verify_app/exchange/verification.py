"""GS1 Lightweight Messaging for verification 1.1: is this GTIN, serial number, lot and expiry what was issued?

`verified` answers that question alone. A recall or a passed expiry date stands beside it and does not change it, and
no answer tells the right lot or date.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from ..domain.passport import Passport
from ..domain.printed_date import PrintedDate
from ..domain.verdict import Level, Reason, Verdict

CONTEXTS = ("dscsaSaleableReturn", "vnTraceability")  # the standard's, and our national extension
_ADDITIONAL = (  # the first that applies; values of the US guideline 1.3
    (Reason.RECALLED, "Recalled"),
    (Reason.EXPIRED, "Expired"),
)


@dataclass(frozen=True, slots=True)
class Claim:
    """What the requester read on the pack; `expiry` is YYMMDD, "" where it was not sent and is not examined."""

    lot: str
    expiry: str


def findings(passport: Passport, verdict: Verdict, claim: Claim, today: date) -> dict[str, Any]:
    """The `data` of an answer. Passport and verdict are those of the GTIN and serial number alone, so that the lot is
    the item's own whatever was claimed."""
    reason = _failure(passport, verdict, claim, today)
    data: dict[str, Any] = {"verified": not reason}
    if reason:
        data["verificationFailureReason"] = reason
    if more := _additional(passport, verdict):
        data["additionalInfo"] = more
    return data


def answer(data: dict[str, Any], responder_gln: str, correlation: str, now: int) -> dict[str, Any]:
    """The whole message at an instant in UTC milliseconds."""
    return {
        "verificationTimestamp": datetime.fromtimestamp(now / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "responderGLN": responder_gln,
        "corrUUID": correlation,
        "data": data,
    }


def _failure(passport: Passport, verdict: Verdict, claim: Claim, today: date) -> str:
    if passport.item is None:
        return "No_match_GTIN_Serial"  # lot and expiry are not examined
    wrong = [
        name
        for name, differs in (
            ("Lot", bool(passport.item.lot) and passport.item.lot != claim.lot),
            ("Expiry", _other_date(passport, claim.expiry, today)),
        )
        if differs
    ]
    if wrong:
        return "_".join(("No_match_GTIN_Serial", *wrong))
    if {Reason.SUSPENDED, Reason.CANCELLED} & set(verdict.reasons):
        return "Not_for_re-distribution"
    return "No_reason_provided" if Reason.PENDING_REVIEW in verdict.reasons else ""


def _other_date(passport: Passport, claimed: str, today: date) -> bool:
    recorded = passport.lot and (passport.lot.expiry or passport.lot.best_before)
    if not claimed or not recorded:
        return False
    printed = PrintedDate.from_gs1(claimed, today)
    if printed.day == 0 or recorded.day == 0:
        return (printed.year, printed.month) != (recorded.year, recorded.month)
    return printed != recorded


def _additional(passport: Passport, verdict: Verdict) -> str:
    if passport.item is None:
        return ""
    told = next((word for reason, word in _ADDITIONAL if reason in verdict.reasons), "")
    copied = {Reason.REPEATED, Reason.IMPOSSIBLE_TRAVEL} & set(verdict.reasons)
    return told or ("Suspect" if copied and verdict.suspicion >= Level.CAUTION else "")
