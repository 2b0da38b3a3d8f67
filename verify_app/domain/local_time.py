"""Vietnamese local time. The country has one zone, UTC+7, without summer time."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7), "ICT")


def local_datetime(ms: int) -> datetime:
    """Vietnamese local time of an instant given in UTC milliseconds."""
    return datetime.fromtimestamp(ms / 1000, VIETNAM)


def local_date(ms: int) -> date:
    """Vietnamese local date of an instant given in UTC milliseconds."""
    return local_datetime(ms).date()
