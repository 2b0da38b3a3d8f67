"""Why a GTIN or GLN is wrong, digit by digit, and what its prefix does and does not say.

Prefixes: GS1 General Specifications, section 1.4 (GS1 Prefix table). A prefix names who gave the
number out (a member organisation), never the country in which the goods were made.
"""

from __future__ import annotations

from dataclasses import dataclass

from .check_digit import expected_check_digit, mod10

_FILLERS = str.maketrans("", "", " -\u00a0.")
_LENGTHS = {"gtin": (8, 12, 13, 14), "gln": (13,)}
_RANGES = (  # (first, last, slug), the first that fits
    (20, 29, "restricted"),
    (40, 49, "restricted"),
    (200, 299, "restricted"),
    (50, 59, "coupon"),
    (893, 893, "vietnam"),
    (950, 951, "global_office"),
    (952, 952, "demonstration"),
    (977, 977, "serial_publication"),
    (978, 979, "book"),
    (980, 984, "coupon"),
    (990, 999, "coupon"),
)


@dataclass(frozen=True, slots=True)
class NumberCheck:
    """What was found. `problem` is a slug, "" for a right number; `candidates` are right numbers that two swapped
    neighbours may have been meant as; `prefix` is a slug of what the prefix says, "" for nothing particular."""

    digits: str
    problem: str
    expected: str = ""
    got: str = ""
    candidates: tuple[str, ...] = ()
    prefix: str = ""


def check_number(kind: str, text: str) -> NumberCheck:
    """Check a "gtin" or "gln" as typed, spaces and hyphens allowed."""
    digits = text.translate(_FILLERS)
    wrong = next((place for place, sign in enumerate(digits, 1) if not (sign.isascii() and sign.isdigit())), 0)
    if wrong:
        return NumberCheck(digits[:40], "not_a_digit", str(wrong), digits[wrong - 1])
    if len(digits) not in _LENGTHS[kind]:
        expected = ", ".join(str(length) for length in _LENGTHS[kind])
        return NumberCheck(digits[:40], "length", expected, str(len(digits)))
    if mod10(digits):
        return NumberCheck(digits, "", prefix=_prefix(digits))
    return NumberCheck(
        digits,
        "check_digit",
        str(expected_check_digit(digits[:-1])),
        digits[-1],
        _swapped(digits),
        _prefix(digits),
    )


def _swapped(digits: str) -> tuple[str, ...]:
    """Right numbers in which two neighbours have changed places."""
    found = []
    for place in range(len(digits) - 1):
        pair = digits[place + 1] + digits[place]
        other = digits[:place] + pair + digits[place + 2 :]
        if other != digits and mod10(other):
            found.append(other)
    return tuple(found)


def _prefix(digits: str) -> str:
    if len(digits) == 8:
        return "gtin8"  # its first three digits are a GS1-8 prefix, another list
    number = int(digits.zfill(14)[1:4])
    return next((slug for first, last, slug in _RANGES if first <= number <= last), "")
