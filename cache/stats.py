"""Counters of the cache, for health and metrics pages."""

from __future__ import annotations

from threading import Lock

COUNTERS = (
    "memory_hits",
    "negative_hits",
    "redis_hits",
    "stale_hits",  # values given past their lifetime, while they were loaded anew
    "loads",
    "renewals",
    "renewal_failures",
    "shared_loads",  # callers that waited for another one's load instead of loading
    "evictions",
    "purges",
    "redis_failures",
    "redis_rests",  # calls that a resting Redis tier did not make
    "decode_failures",
)


class Stats:
    """Counts since the process began; exact under threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._numbers = dict.fromkeys(COUNTERS, 0)

    def count(self, name: str, by: int = 1) -> None:
        """Add to one of `COUNTERS`."""
        with self._lock:
            self._numbers[name] += by

    def snapshot(self) -> dict[str, int]:
        """All counters at one moment."""
        with self._lock:
            return dict(self._numbers)
