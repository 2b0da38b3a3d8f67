"""What keeps a flood of reports away without an account, a cookie or an outside service.

A form carries a token: when it was shown and for which code, signed. The browser seeks a number whose SHA-256 together
with the token begins with enough zero bits: a second for a phone, a day for whoever wants to send a hundred thousand.
Without JavaScript the form has to be older, and fewer are taken. The receipt number is made of the token, so a form
that is sent twice is one report.
"""

from __future__ import annotations

import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256

from ..domain.report_number import report_number

BITS = 16
LIVES_MS = 6 * 3_600_000  # a form may lie open while somebody talks to the shop
LEAST_MS, LEAST_UNPROVEN_MS = 2_000, 15_000
_TIME, _CHANCE, _SIGN = 6, 8, 10  # bytes


class ProofError(ValueError):
    """The token does not hold. `problem` is "expired" or "forged"."""

    def __init__(self, problem: str, expected: str, got: str) -> None:
        super().__init__(f"Expected {expected}, got {got}.")
        self.problem = problem


def issue(secret: bytes, about: str, now: int) -> str:
    """A token for a form about something, shown now (UTC milliseconds)."""
    body = now.to_bytes(_TIME, "big") + os.urandom(_CHANCE)
    return urlsafe_b64encode(body + _signed(secret, body, about)).decode()


def age(secret: bytes, token: str, about: str, now: int) -> int:
    """Milliseconds since a token's form was shown. Raises `ProofError` for a token of another form or time."""
    try:
        raw = urlsafe_b64decode(token.encode("ascii"))
    except ValueError:
        raw = b""
    body, sign = raw[: _TIME + _CHANCE], raw[_TIME + _CHANCE :]
    if not hmac.compare_digest(sign, _signed(secret, body, about)):
        raise ProofError("forged", "the token of this form", "another")
    passed = now - int.from_bytes(body[:_TIME], "big")
    if not 0 <= passed <= LIVES_MS:
        raise ProofError("expired", f"a form of the last {LIVES_MS // 3_600_000} hours", "an older one")
    return passed


def is_proven(token: str, work: str) -> bool:
    """Whether the work was done: SHA-256 of "token:work" begins with `BITS` zero bits."""
    if not (work.isascii() and work.isdigit() and len(work) <= 12):
        return False
    digest = sha256(f"{token}:{work}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> (32 - BITS) == 0


def number_of(secret: bytes, token: str) -> str:
    """The receipt number of the report that a form becomes: the same for the same form, a secret to all others."""
    return report_number(hmac.digest(secret, b"receipt:" + token.encode(), "sha256"))


def _signed(secret: bytes, body: bytes, about: str) -> bytes:
    return hmac.digest(secret, b"report-form:" + body + about.encode(), "sha256")[:_SIGN]
