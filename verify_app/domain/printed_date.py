"""Dates as they are printed on a label: day-month-year, or month-year where the day is 00."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date

_CENTURY_WINDOW = 50  # GS1 General Specifications, clause 7.12
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})(?:-(0[1-9]|[12][0-9]|3[01]))?")


@dataclass(frozen=True, slots=True, order=True)
class PrintedDate:
    """A date of a label. `day` 0 means that only month and year are printed (AI 11-17 with DD = 00)."""

    year: int
    month: int
    day: int = 0

    def __post_init__(self) -> None:
        if not (
            MINYEAR <= self.year <= MAXYEAR
            and 1 <= self.month <= 12
            and 0 <= self.day <= calendar.monthrange(self.year, self.month)[1]
        ):
            raise ValueError(f"Expected a date, got {self.year:04}-{self.month:02}-{self.day:02}.")

    @classmethod
    def from_gs1(cls, yymmdd: str, today: date) -> PrintedDate:
        """Read a YYMMDD of AI 11-17; the century follows GS1 General Specifications, clause 7.12."""
        if not (len(yymmdd) == 6 and yymmdd.isascii() and yymmdd.isdigit()):
            raise ValueError(f"Expected 6 digits YYMMDD, got {yymmdd!r}.")
        century, difference = today.year // 100 * 100, int(yymmdd[:2]) - today.year % 100
        if difference > _CENTURY_WINDOW:
            century -= 100
        elif difference <= -_CENTURY_WINDOW:
            century += 100
        return cls(century + int(yymmdd[:2]), int(yymmdd[2:4]), int(yymmdd[4:]))

    @classmethod
    def from_iso(cls, text: str) -> PrintedDate:
        """Read "YYYY-MM-DD" or "YYYY-MM", in that spelling only."""
        found = _ISO.fullmatch(text)
        if found is None:
            raise ValueError(f"Expected a date YYYY-MM-DD or YYYY-MM, got {text!r}.")
        year, month, day = found.groups(default="0")
        return cls(int(year), int(month), int(day))

    @property
    def iso(self) -> str:
        """ "YYYY-MM-DD", or "YYYY-MM" where no day is printed."""
        return f"{self.year:04}-{self.month:02}" + (f"-{self.day:02}" if self.day else "")

    @property
    def gs1(self) -> str:
        """YYMMDD as in AI 11-17, DD = 00 where no day is printed."""
        return f"{self.year % 100:02}{self.month:02}{self.day:02}"

    @property
    def printed(self) -> str:
        """Day-month-year as Decree 37/2026 Art. 46 wants it: "05/09/2026", or "09/2026"."""
        return (f"{self.day:02}/" if self.day else "") + f"{self.month:02}/{self.year:04}"

    @property
    def last_day(self) -> date:
        """The last day that the date covers: the end of the month where no day is printed."""
        return date(self.year, self.month, self.day or calendar.monthrange(self.year, self.month)[1])

    @property
    def first_day(self) -> date:
        """The first day that the date covers."""
        return date(self.year, self.month, self.day or 1)
