"""What the parts of an AI's value must be, beyond their length and characters (GS1 General Specifications, section 3).

Each test takes one part, already of the right length and characters, and says whether its content is right.
"""

from __future__ import annotations

import calendar
import json
import re
from collections.abc import Callable
from importlib import resources

from .check_digit import check_pair, mod10

_LISTS = json.loads((resources.files(__package__) / "gs1_codes.json").read_text(encoding="utf-8"))
_COUNTRIES = frozenset(_LISTS["country"].split())
_COUNTRIES2 = frozenset(_LISTS["country2"].split())
_CURRENCIES = frozenset(_LISTS["currency"].split())
_PERCENT = re.compile(r"(?:[^%]|%[0-9A-Fa-f]{2})*")
_OFFER_PREFIX = 6  # shortest coupon funder, and the length of an offer code and of the shortest serial


def _day(year: int, month: str, day: str, *, open_day: bool = False) -> bool:
    if not 1 <= int(month) <= 12:
        return False
    first = 0 if open_day else 1
    return first <= int(day) <= calendar.monthrange(year, int(month))[1]


def _short_date(part: str) -> bool:
    # Until 2050 each two-digit year means 1977-2076 or nearer (clause 7.12), where 20xx has the same leap years.
    return _day(2000 + int(part[:2]), part[2:4], part[4:])


def _short_date_open(part: str) -> bool:
    return _day(2000 + int(part[:2]), part[2:4], part[4:], open_day=True)


def _long_date(part: str) -> bool:
    return part[:4] != "0000" and _day(int(part[:4]), part[4:6], part[6:])


def _iban(part: str) -> bool:
    if len(part) <= 10 or part[:2] not in _COUNTRIES2 or not re.fullmatch("[0-9A-Z]+", part):
        return False
    return int("".join(str(int(letter, 36)) for letter in part[4:] + part[:4])) % 97 == 1


def _piece(part: str) -> bool:
    half = len(part) // 2
    return 1 <= int(part[:half]) <= int(part[half:])


def _sequence(part: str) -> bool:
    return re.fullmatch("[1-9]/[1-9]", part) is not None and part[0] <= part[2]


def _offer(part: str) -> bool:
    """North American positive offer file: format, funder, offer code and serial, the lengths told by a digit."""
    if not re.fullmatch("[01][0-6][0-9]*", part):
        return False
    serial = 2 + _OFFER_PREFIX + int(part[1]) + _OFFER_PREFIX
    return len(part) > serial and len(part) == serial + 1 + _OFFER_PREFIX + int(part[serial])


CONTENT: dict[str, Callable[[str], bool]] = {
    "checkpair": check_pair,
    "country": _COUNTRIES.__contains__,
    "country2": _COUNTRIES2.__contains__,
    "country999": lambda part: part == "999" or part in _COUNTRIES,
    "csum": mod10,
    "currency": _CURRENCIES.__contains__,
    "digits": lambda part: part.isdigit(),
    "gcp": lambda part: len(part) >= 4 and part[:4].isdigit(),  # the shortest GS1 Company Prefix has four digits
    "hhmm": lambda part: part[:2] < "24" and part[2:] < "60",
    "hour": lambda part: part < "24",
    "hyphen": "-".__eq__,
    "iban": _iban,
    "importer": lambda part: part.isalnum() or part in "-_",
    "latitude": lambda part: int(part) <= 180 * 10**7,
    "longitude": lambda part: int(part) <= 360 * 10**7,
    "media": lambda part: "01" <= part <= "10" or part >= "80",
    "nondigit": lambda part: not part.isdigit(),
    "nonzero": lambda part: part.strip("0") != "",
    "nozero": lambda part: part[0] != "0",
    "offer": _offer,
    "package": lambda part: len(part) <= 3 and part.isalnum() and part.upper() == part,
    "percent": lambda part: _PERCENT.fullmatch(part) is not None,
    "piece": _piece,
    "sequence": _sequence,
    "sex": lambda part: part in "0129",
    "sixty": lambda part: part < "60",
    "winding": lambda part: part in "019",
    "yesno": lambda part: part in "01",
    "yymmd0": _short_date_open,
    "yymmdd": _short_date,
    "yyyymmdd": _long_date,
    "zero": "0".__eq__,
}
