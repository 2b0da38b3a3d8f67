"""Dates of the demonstration: the files count days from the day on which the registry is built."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta

from ..domain.local_time import VIETNAM
from ..domain.printed_date import PrintedDate


def day(today: date, offset: int) -> date:
    """The day `offset` days after today; before it where the offset is negative."""
    return today + timedelta(days=offset)


def instant(on: date, at: str = "09:00") -> int:
    """UTC milliseconds of a Vietnamese local time "HH:MM"."""
    return round(datetime.combine(on, time.fromisoformat(at), VIETNAM).timestamp() * 1000)


def months_later(start: date, months: int) -> date:
    """The same day `months` months later, or the month's last day where there is no such day."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def printed(on: date, month_only: bool = False) -> PrintedDate:
    """The date as a label prints it, with or without its day."""
    return PrintedDate(on.year, on.month, 0 if month_only else on.day)
