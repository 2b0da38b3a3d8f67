"""Clients that try codes out, as the workers found them: shared by all processes through Redis, for one day.

Each process reads the list every ten seconds in a thread of its own, so that no scan waits for it.
"""

from __future__ import annotations

import os
import threading
import time
from typing import Any

import redis

_KEY = "verify:flagged"  # sorted set: keyed tag of a client for one day -> when it was flagged
_DAY_MS = 86_400_000
_EVERY = 10.0


class FlaggedClients:
    """The list as it was at most ten seconds ago; while Redis is away, as it was."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._known: frozenset[int] = frozenset()
        self._due = 0.0
        self._owner = os.getpid()
        self._reading = threading.Lock()

    def __contains__(self, client: int) -> bool:
        """Whether a client is on the list. Never waits."""
        if time.monotonic() >= self._due or self._owner != os.getpid():
            self._refresh()
        return client in self._known

    def _refresh(self) -> None:
        if self._owner != os.getpid():  # a forked process has no thread of its parent's
            self._owner, self._reading = os.getpid(), threading.Lock()
        if self._reading.acquire(blocking=False):
            self._due = time.monotonic() + _EVERY
            threading.Thread(target=self._read, name="flagged clients", daemon=True).start()

    def _read(self) -> None:
        try:
            self._known = flagged(self._client)
        except redis.RedisError:
            pass
        finally:
            self._reading.release()


def flagged(client: redis.Redis) -> frozenset[int]:
    """Tags of all flagged clients. Raises `redis.RedisError`."""
    tags: Any = client.zrange(_KEY, 0, -1)
    return frozenset(int(tag) for tag in tags)


def flag(client: redis.Redis, tag: int, now: int) -> None:
    """Put a client on the list; those of yesterday leave it. Raises `redis.RedisError`."""
    with client.pipeline(transaction=False) as pipeline:
        pipeline.zadd(_KEY, {str(tag): now})
        pipeline.zremrangebyscore(_KEY, "-inf", now - _DAY_MS)
        pipeline.pexpire(_KEY, _DAY_MS)
        pipeline.execute()
