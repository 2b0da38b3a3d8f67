"""How often somebody asked within the present minute: counted for all processes in Redis, else in this one."""

from __future__ import annotations

import time
from threading import Lock
from typing import Any

from redis.exceptions import RedisError

_SECONDS = 60


class Rates:
    """Counts of asking. `client` None, or a server that does not answer: this process counts by itself, so that a
    limit is at worst multiplied by the number of processes, and never lifted."""

    def __init__(self, client: Any = None) -> None:
        self._client = client
        self._minute, self._counts = 0, {}  # type: tuple[int, dict[str, int]]
        self._lock = Lock()

    def seconds_to_wait(self, who: str, per_minute: int) -> int:
        """Count one request of somebody; 0 if it is within the limit, else the seconds until the next minute."""
        now = int(time.time())
        count = self._shared(who, now // _SECONDS)
        if count is None:
            count = self._own(who, now // _SECONDS)
        return 0 if count <= per_minute else _SECONDS - now % _SECONDS

    def _shared(self, who: str, minute: int) -> int | None:
        if self._client is None:
            return None
        key = f"rate:{who}:{minute}"
        try:
            with self._client.pipeline(transaction=False) as pipe:
                count, _ = pipe.incr(key).expire(key, 2 * _SECONDS).execute()
        except RedisError:
            return None
        return int(count)

    def _own(self, who: str, minute: int) -> int:
        with self._lock:
            if minute != self._minute:
                self._minute, self._counts = minute, {}
            self._counts[who] = self._counts.get(who, 0) + 1
            return self._counts[who]
