"""Vietnamese local time. The country has one zone, UTC+7, without summer time."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from functools import lru_cache

VIETNAM = timezone(timedelta(hours=7), "ICT")


def local_datetime(ms: int) -> datetime:
    """Vietnamese local time of an instant given in UTC milliseconds."""
    return datetime.fromtimestamp(ms / 1000, VIETNAM)


def local_date(ms: int) -> date:
    """Vietnamese local date of an instant given in UTC milliseconds."""
    return _date((ms + 7 * 3_600_000) // 86_400_000)


@lru_cache(maxsize=1024)
def _date(day: int) -> date:
    return date.fromordinal(719_163 + day)  # 1970-01-01
