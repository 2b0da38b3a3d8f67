"""Instants as people and systems write them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from .row_problems import CellError

_VIETNAM = timezone(timedelta(hours=7))
_DAY_FIRST = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})(?:[ T]+([0-9]{1,2}):([0-9]{2}))?")


def read_time(column: str, text: str) -> int:
    """UTC milliseconds of ISO 8601 or "dd/mm/yyyy hh:mm"; Vietnamese time where no offset is given; 0 for an empty
    cell. Raises `CellError`."""
    text = text.strip()
    if not text:
        return 0
    found = _DAY_FIRST.fullmatch(text)
    try:
        if found:
            day, month, year, hour, minute = (int(part or 0) for part in found.groups())
            moment = datetime(year, month, day, hour, minute, tzinfo=_VIETNAM)
        else:
            moment = datetime.fromisoformat(text)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=_VIETNAM)
        return int(moment.timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise CellError(column, "time", "dd/mm/yyyy hh:mm", text) from error
