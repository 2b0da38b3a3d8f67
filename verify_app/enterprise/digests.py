"""A letter in the morning about yesterday: alerts, imports, reviews, certificates that end. Nothing of who scanned."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from ..store.digests import Wish, drop_wish, due_wish, wishes_of, write_wish
from ..store.engine import Engine
from ..store.news import DayCounts, day_counts
from .letters import Letters

__all__ = ["DayCounts", "Digests", "Wish"]

_VIETNAM_MS = 7 * 3_600_000
_DAY_MS = 86_400_000
_HOUR_MS = 6 * 3_600_000  # letters about yesterday are written from six in the morning on
_SOON_DAYS = 30


Said = Callable[[DayCounts, str, date], tuple[str, str]]  # counts, language and day to subject and text


class Digests:
    """Daily letters of one installation."""

    def __init__(self, engine: Engine, letters: Letters) -> None:
        self._engine, self._letters = engine, letters

    def wanted(self, enterprise_id: str) -> tuple[Wish, ...]:
        """Who gets letters about an enterprise."""
        return wishes_of(self._engine, enterprise_id)

    def begin(self, enterprise_id: str, email: str, lang: str, now: int = 0) -> None:
        """Write letters from tomorrow on."""
        write_wish(self._engine, Wish(enterprise_id, email, lang, _yesterday(now or _now()).isoformat()))

    def end(self, enterprise_id: str, email: str) -> None:
        """Write no more letters."""
        drop_wish(self._engine, enterprise_id, email)

    def run_next(self, said: Said, now: int = 0) -> Wish | None:
        """Write the next letter that is due, in the words of `said`; None if none is. A day on which nothing happened
        gets none."""
        if not self._letters.possible:
            return None
        day = _yesterday((now or _now()) - _HOUR_MS)
        wish = due_wish(self._engine, day.isoformat())
        if wish is None:
            return None
        first = date.fromisoformat(wish.last_day) + timedelta(days=1) if wish.last_day else day  # none is left out
        # a certificate is told once, on the day on which it comes within the month
        soon = tuple((one + timedelta(days=_SOON_DAYS)).isoformat() for one in (first, day))
        found = day_counts(self._engine, wish.enterprise_id, _begin(first), _begin(day) + _DAY_MS, (soon[0], soon[1]))
        if found.anything:
            subject, body = said(found, wish.lang, day)
            self._letters.write(f"digest-{wish.enterprise_id}-{wish.email}-{day}", wish.email, subject, body)
        write_wish(self._engine, Wish(wish.enterprise_id, wish.email, wish.lang, day.isoformat()))
        return wish


def _begin(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000) - _VIETNAM_MS


def _yesterday(now: int) -> date:
    return datetime.fromtimestamp((now + _VIETNAM_MS) / 1000, UTC).date() - timedelta(days=1)


def _now() -> int:
    return time.time_ns() // 1_000_000
