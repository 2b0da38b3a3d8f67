"""Why a GTIN, GLN or lot number is wrong, sign by sign, and what a prefix does and does not say.

Prefixes: GS1 General Specifications, section 1.4 (GS1 Prefix table). A prefix names who gave the
number out (a member organisation), never the country in which the goods were made.
"""

from __future__ import annotations

from dataclasses import dataclass

from .check_digit import SET_82, expected_check_digit, mod10

_FILLERS = str.maketrans("", "", " -\u00a0.")
_LENGTHS = {"gtin": (8, 12, 13, 14), "gln": (13,)}
_LOT = 20  # AI (10): up to 20 characters of set 82 (GS1 General Specifications, sections 3.4.1 and 7.11)
KINDS = ("gtin", "gln", "lot")
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
    """What was found. `problem` is a slug, "" for a right number; `wrong` are the places of wrong signs, from 1;
    `candidates` are right numbers that two swapped neighbours may have been meant as; `prefix` is a slug of what the
    prefix says, "" for nothing particular."""

    digits: str
    problem: str
    expected: str = ""
    got: str = ""
    candidates: tuple[str, ...] = ()
    prefix: str = ""
    wrong: tuple[int, ...] = ()

    @property
    def sum(self) -> tuple[tuple[str, int], ...]:
        """Each digit before the check digit with its weight, 3 or 1; empty where there is nothing to add up."""
        if self.problem not in ("", "check_digit") or not self.digits.isdigit():
            return ()
        body = self.digits[:-1]
        return tuple((digit, 3 if (len(body) - place) % 2 else 1) for place, digit in enumerate(body))


def check_number(kind: str, text: str) -> NumberCheck:
    """Check a "gtin" or "gln" as typed, spaces and hyphens allowed, or a "lot" as it is printed."""
    if kind == "lot":
        return _check_lot(text.strip())
    digits = text.translate(_FILLERS)
    wrong = tuple(place for place, sign in enumerate(digits[:40], 1) if not (sign.isascii() and sign.isdigit()))
    if wrong:
        places, signs = ", ".join(map(str, wrong)), "".join(digits[place - 1] for place in wrong)
        return NumberCheck(digits[:40], "not_a_digit", places, signs, wrong=wrong)
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
        (len(digits),),
    )


def _check_lot(text: str) -> NumberCheck:
    """Every sign that no lot number may hold; letters with marks and spaces are the usual ones."""
    wrong = tuple(place for place, sign in enumerate(text[:40], 1) if sign not in SET_82)
    if wrong:
        places, signs = ", ".join(map(str, wrong)), "".join(text[place - 1] for place in wrong)
        return NumberCheck(text[:40], "not_for_lots", places, signs, wrong=wrong)
    if not 1 <= len(text) <= _LOT:
        return NumberCheck(text[:40], "lot_length", str(_LOT), str(len(text)))
    return NumberCheck(text, "", prefix="lot")


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
