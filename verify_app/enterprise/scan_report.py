"""The scans of an enterprise's codes, as counts: for its page, its files and its programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from ..store.engine import Engine
from ..store.scan_counts import RESULTS, ScanCount, scan_counts

__all__ = ["MOST_DAYS", "RESULTS", "ScanReport", "SpanError", "scan_report"]

MOST_DAYS = 366
_VIETNAM_MS = 7 * 3_600_000


class SpanError(ValueError):
    """The days asked for are none; the message says what was expected and what came."""


@dataclass(frozen=True, slots=True)
class ScanReport:
    """Counts of the local days from `first` to `last`."""

    first: date
    last: date
    rows: tuple[ScanCount, ...]

    def days(self) -> tuple[tuple[date, int], ...]:
        """Every day, also those without a scan, and its number of scans."""
        sums = self._sums("day")
        span = (self.last - self.first).days + 1
        every = (self.first + timedelta(days=number) for number in range(span))
        return tuple((day, sums[day.isoformat()]) for day in every)

    def provinces(self) -> tuple[tuple[str, int], ...]:
        """Provinces with their numbers of scans, the most first; "" for unknown."""
        return tuple(self._sums("province").most_common())

    def results(self) -> tuple[tuple[str, int], ...]:
        """Results with their numbers of scans, in the order of `RESULTS`."""
        sums = self._sums("result")
        return tuple((name, sums[name]) for name in RESULTS)

    def lines(self) -> Iterator[str]:
        """The counts as CSV."""
        yield "day,province,result,scans\r\n"
        for row in self.rows:
            yield f"{row.day},{row.province},{row.result},{row.count}\r\n"

    def _sums(self, name: str) -> Counter[str]:
        sums: Counter[str] = Counter()
        for row in self.rows:
            sums[getattr(row, name)] += row.count
        return sums


def scan_report(engine: Engine, enterprise_id: str, days: tuple[str, str], gtin: str = "", now: int = 0) -> ScanReport:
    """Counts from a first to a last ISO day; "" for a month until today. Raises `SpanError`, `StoreUnavailable`."""
    today = datetime.fromtimestamp((now + _VIETNAM_MS) / 1000, UTC).date()
    try:
        last = date.fromisoformat(days[1]) if days[1] else today
        first = date.fromisoformat(days[0]) if days[0] else last - timedelta(days=29)
    except (ValueError, OverflowError) as error:
        raise SpanError(f"Expected days YYYY-MM-DD, got {days[0][:20]!r} and {days[1][:20]!r}.") from error
    if not 0 <= (last - first).days < MOST_DAYS:
        raise SpanError(f"Expected 1 to {MOST_DAYS} days in their order, got {first} to {last}.")
    since, until = _begin(first), _begin(last) + 86_400_000
    return ScanReport(first, last, scan_counts(engine, enterprise_id, since, until, gtin))


def _begin(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000) - _VIETNAM_MS
