"""The first tier: frozen objects in the process's memory, the least recently used leave first."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Any

from .stats import Stats


@dataclass(frozen=True, slots=True)
class Entry:
    """A value with what decides whether it may still be used. Times are of the monotonic clock, in seconds; between
    `expires` and `ends` it is stale, and to be renewed."""

    value: Any
    expires: float
    loaded: float
    tags: tuple[str, ...] = ()
    marks: tuple[int, ...] = ()  # generations of the tags when loading began
    size: int = 0
    ends: float = 0.0


class MemoryTier:
    """Bounded by number and by bytes; safe under threads."""

    def __init__(self, *, entries: int = 50_000, size: int = 64 << 20, stats: Stats | None = None) -> None:
        self._entries, self._size = entries, size
        self._stats = stats or Stats()
        self._held: OrderedDict[str, Entry] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, key: str) -> Entry | None:
        """Entry of a key, used most recently from now on; it may have expired."""
        with self._lock:
            entry = self._held.get(key)
            if entry is not None:
                self._held.move_to_end(key)
            return entry

    def put(self, key: str, entry: Entry) -> None:
        """Keep an entry; others leave until it fits. One that is larger than the tier is not kept."""
        gone = 0
        with self._lock:
            self._drop(key)
            if entry.size > self._size:
                return
            self._held[key] = entry
            self._bytes += entry.size
            while len(self._held) > self._entries or self._bytes > self._size:
                self._drop(next(iter(self._held)))
                gone += 1
        if gone:
            self._stats.count("evictions", gone)

    def drop(self, key: str) -> None:
        """Forget a key."""
        with self._lock:
            self._drop(key)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._held.clear()
            self._bytes = 0

    def __len__(self) -> int:
        return len(self._held)

    @property
    def bytes(self) -> int:
        """Sum of the sizes of what is held."""
        return self._bytes

    def _drop(self, key: str) -> None:
        old = self._held.pop(key, None)
        if old is not None:
            self._bytes -= old.size
