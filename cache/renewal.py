"""Values loaded anew behind those who are given the stale one: nobody waits for it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock, Thread

from .stats import Stats

_AT_ONCE = 4  # keys; of the others the next to be asked for follow

Work = Callable[[], object]


def _in_thread(work: Work) -> None:
    Thread(target=work, name="cache-renewal", daemon=True).start()


class Renewals:
    """At most one renewal of each key at a time; safe under threads. `begin` runs it apart from its caller."""

    def __init__(self, stats: Stats, begin: Callable[[Work], None] = _in_thread) -> None:
        self._stats, self._begin = stats, begin
        self._lock = Lock()
        self._under_way: set[str] = set()

    def start(self, key: str, load: Work) -> None:
        """Begin to load a key, unless that is being done. An error is counted: whoever asks next tries again, until
        the stale value may not be given any more and the asker is told."""
        with self._lock:
            if key in self._under_way or len(self._under_way) >= _AT_ONCE:
                return
            self._under_way.add(key)
        self._stats.count("renewals")
        try:
            self._begin(lambda: self._renew(key, load))
        except RuntimeError:  # no thread to be had
            self._end(key, failed=True)

    def _renew(self, key: str, load: Work) -> None:
        failed = True
        try:
            load()
            failed = False
        except Exception:  # noqa: BLE001, S110 - whatever a loader raises: it is counted, and nobody waits for it
            pass
        finally:
            self._end(key, failed=failed)

    def _end(self, key: str, *, failed: bool) -> None:
        with self._lock:
            self._under_way.discard(key)
        if failed:
            self._stats.count("renewal_failures")
