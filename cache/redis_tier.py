"""The second tier: encoded values in Redis, shared by all processes, and the log of purges that all of them read.

Names in Redis: `{prefix}v:KEY` a value, `{prefix}{tags}:g:TAG` a tag's generation, `{prefix}{tags}:log` and
`{prefix}{tags}:seq` the purges ("{tags}" literally: a hash tag, so that they share a slot of a cluster). Every name
has a lifetime. Nothing here may raise for a sick Redis: a failure is counted, and the tier rests for a while, so
that it costs one timeout and not one per call.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from .stats import Stats

GENERATION_SECONDS = 7 * 24 * 3600
LOG_LENGTH = 1024  # a process that missed more purges drops all that it holds

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Shared:
    """What Redis said of a key. `payload` None: not there, or purged; `lifetime` in seconds."""

    payload: bytes | None
    generations: bytes
    lifetime: float = 0.0


@dataclass(frozen=True, slots=True)
class Purges:
    """Purges up to `sequence`; `tags` None: too many, or the log was lost: everything may be purged."""

    sequence: int
    tags: tuple[str, ...] | None


class RedisTier:
    """Redis behind a breaker. Give it a client with short timeouts and without retries, as `open` makes it."""

    def __init__(
        self, client: redis.Redis, *, prefix: str = "cache:", rest: float = 1.0, stats: Stats | None = None
    ) -> None:
        self._client, self._prefix, self._rest = client, prefix, rest
        self._stats = stats or Stats()
        self._resting_until = 0.0
        self._tags = f"{prefix}{{tags}}:"

    @classmethod
    def open(cls, url: str, *, prefix: str = "cache:", timeout: float = 0.1, stats: Stats | None = None) -> RedisTier:
        """Tier on the server of a URL; connects at first use."""
        client = redis.Redis.from_url(
            url,
            socket_timeout=timeout,
            socket_connect_timeout=timeout,
            retry=Retry(NoBackoff(), 0),  # the client's own retries would multiply the timeout
        )
        return cls(client, prefix=prefix, stats=stats)

    @property
    def resting(self) -> bool:
        """Whether the tier makes no calls now, after a failure."""
        return time.monotonic() < self._resting_until

    def read(self, key: str, tags: tuple[str, ...]) -> Shared | None:
        """A value and the generations of its tags, in one round trip; None if Redis does not answer."""

        def ask() -> Shared:
            pipe = self._client.pipeline(transaction=False)
            pipe.get(f"{self._prefix}v:{key}")
            pipe.pttl(f"{self._prefix}v:{key}")
            if tags:
                pipe.mget([f"{self._tags}g:{tag}" for tag in tags])
            answers: list[Any] = pipe.execute()
            generations = b",".join(mark or b"0" for mark in (answers[2] if tags else ()))
            head, _, payload = (answers[0] or b"").partition(b"\n")
            if answers[0] is None or head != generations:
                return Shared(None, generations)
            return Shared(payload, generations, max(answers[1], 0) / 1000)

        return self._try(ask)

    def write(self, key: str, payload: bytes, *, generations: bytes, lifetime: float) -> None:
        """Keep a value with the generations that `read` gave before it was loaded."""
        name, body = f"{self._prefix}v:{key}", generations + b"\n" + payload
        self._try(lambda: bool(self._client.set(name, body, px=max(int(lifetime * 1000), 1))))

    def purge(self, tag: str) -> bool:
        """Give a tag a new generation and write it into the log; False if Redis does not answer."""

        def ask() -> bool:
            pipe = self._client.pipeline(transaction=True)
            # not a count: a counter that was lost and begins again would make old values true again
            pipe.set(f"{self._tags}g:{tag}", secrets.token_hex(8), ex=GENERATION_SECONDS)
            pipe.lpush(f"{self._tags}log", tag)
            pipe.ltrim(f"{self._tags}log", 0, LOG_LENGTH - 1)
            pipe.expire(f"{self._tags}log", GENERATION_SECONDS)
            pipe.incr(f"{self._tags}seq")
            pipe.expire(f"{self._tags}seq", GENERATION_SECONDS)
            pipe.execute()
            return True

        return bool(self._try(ask))

    def purges_since(self, sequence: int) -> Purges | None:
        """Purges after a sequence number, in one short round trip while there are none; None: no answer."""

        def ask() -> Purges:
            now = int(self._client.get(f"{self._tags}seq") or 0)
            if now == sequence:
                return Purges(now, ())
            pipe = self._client.pipeline(transaction=True)
            pipe.get(f"{self._tags}seq")
            pipe.lrange(f"{self._tags}log", 0, -1)
            answers: list[Any] = pipe.execute()
            now = int(answers[0] or 0)
            missed = now - sequence
            if not 0 < missed <= len(answers[1]):
                return Purges(now, None)
            return Purges(now, tuple(tag.decode() for tag in answers[1][:missed]))

        return self._try(ask)

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def _try(self, ask: Callable[[], _Answer]) -> _Answer | None:
        now = time.monotonic()
        if now < self._resting_until:
            self._stats.count("redis_rests")
            return None
        if self._resting_until:
            self._resting_until = now + self._rest  # one caller tries again, the others go on resting
        try:
            answer = ask()
        except (redis.RedisError, OSError, ValueError):  # ValueError: somebody else wrote strange things there
            self._stats.count("redis_failures")
            self._resting_until = time.monotonic() + self._rest
            return None
        self._resting_until = 0.0
        return answer
