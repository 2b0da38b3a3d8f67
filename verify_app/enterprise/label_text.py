"""The lines for people below a symbol."""

from __future__ import annotations

from datetime import UTC, datetime

from ..domain.code import Code
from ..domain.passport import LotPart
from ..domain.printed_date import PrintedDate
from ..domain.short_code import display_short

_DATES = {"11": "NSX", "17": "HSD", "15": "BEST BEFORE"}  # what stands before a date on Vietnamese labels


def text_for_people(code: Code, lot: LotPart | None = None, short: str = "") -> tuple[str, ...]:
    """Lines below a symbol: the AIs with their values, NSX and HSD day first, the short code."""
    dates = {name: code.attribute(ai) for ai, name in _DATES.items() if code.attribute(ai)}
    printed = {name: PrintedDate.from_gs1(date, datetime.now(UTC).date()) for name, date in dates.items()}
    if lot:
        known = {"NSX": lot.production_date, "HSD": lot.expiry, "BEST BEFORE": lot.best_before}
        printed |= {name: date for name, date in known.items() if date}
    lines = [f"({code.key}) {code.value}", *(f"({ai}) {value}" for ai, value in code.qualifiers)]
    lines += [f"{name} {date.printed}" for name, date in printed.items()]
    return (*lines, display_short(short)) if short else tuple(lines)
