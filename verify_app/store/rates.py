"""How often somebody asked within the present minute or hour: counted for all processes in Redis, else in this one."""

from __future__ import annotations

import time
from threading import Lock
from typing import Any

from redis.exceptions import RedisError

_SECONDS = 60
_MOST = 10_000  # counts that this process keeps before it looks for those that have run out


class Rates:
    """Counts of asking. `client` None, or a server that does not answer: this process counts by itself, so that a
    limit is at worst multiplied by the number of processes, and never lifted."""

    def __init__(self, client: Any = None) -> None:
        self._client = client
        self._counts: dict[tuple[str, int], tuple[int, int]] = {}  # (who, seconds) -> (number of the span, count)
        self._lock = Lock()

    def seconds_to_wait(self, who: str, most: int, seconds: int = _SECONDS) -> int:
        """Count one request of somebody; 0 if it is within the limit of a minute (or of so many seconds), else the
        seconds until the next."""
        now = int(time.time())
        count = self._shared(who, now // seconds, seconds)
        if count is None:
            count = self._own(who, now // seconds, seconds)
        return 0 if count <= most else seconds - now % seconds

    def _shared(self, who: str, span: int, seconds: int) -> int | None:
        if self._client is None:
            return None
        key = f"rate:{who}:{span}" if seconds == _SECONDS else f"rate:{who}:{seconds}:{span}"
        try:
            with self._client.pipeline(transaction=False) as pipe:
                count, _ = pipe.incr(key).expire(key, 2 * seconds).execute()
        except RedisError:
            return None
        return int(count)

    def _own(self, who: str, span: int, seconds: int) -> int:
        with self._lock:
            if len(self._counts) >= _MOST:
                self._counts = {key: held for key, held in self._counts.items() if held[0] == self._now(key[1])}
            last, count = self._counts.get((who, seconds), (span, 0))
            count = count + 1 if last == span else 1
            self._counts[who, seconds] = (span, count)
            return count

    @staticmethod
    def _now(seconds: int) -> int:
        return int(time.time()) // seconds
