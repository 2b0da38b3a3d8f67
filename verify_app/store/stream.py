"""The streams of scans on their way to the ledger, read by any number of workers as one consumer group."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import redis

from . import keys
from .cluster import ClusterRedis
from .event import EventError, decode
from .evidence import linked
from .ledger import LedgerRow

_POLL_S = 0.05  # a cluster cannot wait for streams of several slots at once
_FORGET_MS = 3_600_000  # a consumer that has been silent for an hour, with nothing pending, is gone


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a shard's stream."""

    shard: int
    id: bytes
    fields: dict[bytes, bytes]

    def row(self) -> LedgerRow:
        """The ledger's row. Raises `EventError`."""
        try:
            prior = int(self.fields.get(b"n", 0)), int(self.fields.get(b"o", 0))
        except ValueError as error:
            raise EventError(f"Expected counts beside the scan event, got {error}.") from error
        row = decode(self.fields.get(b"e", b""), *prior)
        return replace(row, circumstances=linked(row.circumstances)) if b"l" in self.fields else row

    @property
    def told(self) -> bytes:
        """Evidence that the script found worth a detector's look, as told.py reads it; b"" for none."""
        return self.fields.get(b"x", b"")


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits on its way to the ledger: entries in all streams, those of them given to a worker but not done,
    and when the oldest came in (UTC milliseconds of the server, 0 if nothing waits)."""

    stream_entries: int
    pending: int
    oldest_ms: int


class Consumer:
    """One worker's way to the streams. `client` needs a read timeout longer than `block_ms`."""

    def __init__(self, client: redis.Redis, name: str, *, shards: int) -> None:
        self._client = client
        self._name = name
        self._shards = shards

    def join(self) -> None:
        """Make the group on every stream where it is missing. Raises `redis.RedisError`."""
        for shard in range(self._shards):
            try:
                self._client.xgroup_create(keys.stream(shard), keys.GROUP, id="0", mkstream=True)
            except redis.ResponseError as error:
                if not str(error).startswith("BUSYGROUP"):
                    raise

    def take(self, shards: Collection[int], *, count: int, block_ms: int) -> list[Entry]:
        """New entries of these shards, at most `count` of each; waits up to `block_ms` for the first one.

        Raises `redis.RedisError`."""
        if not shards:
            return []
        number = {keys.stream(shard).encode(): shard for shard in shards}
        wait = self._poll if isinstance(self._client, ClusterRedis) else self._block
        got = wait(sorted(shards), count, block_ms)
        return [Entry(number[name], entry, fields or {}) for name, entries in got for entry, fields in entries]

    def _block(self, shards: list[int], count: int, block_ms: int) -> list[Any]:
        streams: dict[Any, Any] = {keys.stream(shard): ">" for shard in shards}
        block = block_ms or None  # 0 would wait for ever
        got: Any = self._client.xreadgroup(keys.GROUP, self._name, streams, count=count, block=block)
        return got or []

    def _poll(self, shards: list[int], count: int, block_ms: int) -> list[Any]:
        """What `xreadgroup` of all shards would give, asked for one by one: on a cluster one command reads streams of
        one slot only. One round trip to each node, again and again until something is there or the time is over."""
        until = time.monotonic() + block_ms / 1000
        while True:
            with self._client.pipeline(transaction=False) as pipeline:
                for shard in shards:
                    pipeline.xreadgroup(keys.GROUP, self._name, {keys.stream(shard): ">"}, count=count)
                got = [stream for answer in pipeline.execute() for stream in answer or []]
            if got or time.monotonic() >= until:
                return got
            time.sleep(_POLL_S)

    def reclaim(self, shards: Iterable[int], *, idle_ms: int, count: int) -> list[Entry]:
        """Entries that a worker took `idle_ms` ago or longer and has not done: it died, or waits for the database
        (then two workers append them, and the ledger keeps one). Raises `redis.RedisError`."""
        found = []
        for shard in shards:
            name = keys.stream(shard)
            _, entries, *_ = self._client.xautoclaim(name, keys.GROUP, self._name, idle_ms, count=count)
            found += [Entry(shard, entry, fields or {}) for entry, fields in entries if entry]
        return found

    def done(self, entries: Iterable[Entry]) -> None:
        """Forget entries that the ledger has. Raises `redis.RedisError`."""
        ordered = sorted(entries, key=lambda entry: entry.shard)
        with self._client.pipeline(transaction=False) as pipeline:
            for shard, group in groupby(ordered, key=lambda entry: entry.shard):
                ids = [entry.id for entry in group]
                pipeline.xack(keys.stream(shard), keys.GROUP, *ids)
                pipeline.xdel(keys.stream(shard), *ids)
            pipeline.execute()

    def tidy(self) -> None:
        """Forget consumers that died long ago and left nothing. Raises `redis.RedisError`."""
        for shard in range(self._shards):
            name = keys.stream(shard)
            for consumer in self._client.xinfo_consumers(name, keys.GROUP):
                if consumer["pending"] == 0 and consumer["idle"] > _FORGET_MS:
                    self._client.xgroup_delconsumer(name, keys.GROUP, consumer["name"])

    def beat(self, now_ms: int) -> None:
        """Say that this worker lives. Raises `redis.RedisError`."""
        with self._client.pipeline(transaction=False) as pipeline:
            pipeline.zadd(keys.WORKERS, {self._name: now_ms})
            pipeline.zremrangebyscore(keys.WORKERS, "-inf", now_ms - _FORGET_MS)
            pipeline.execute()

    def leave(self) -> None:
        """Say that this worker ends in order. Raises `redis.RedisError`."""
        self._client.zrem(keys.WORKERS, self._name)


def workers(client: redis.Redis, since_ms: int) -> int:
    """How many workers gave a sign of life since a time (UTC milliseconds). Raises `redis.RedisError`."""
    return int(client.zcount(keys.WORKERS, since_ms, "+inf"))


def backlog(client: redis.Redis, *, shards: int) -> Backlog:
    """What waits in all streams, in one round trip. Raises `redis.RedisError`."""
    with client.pipeline(transaction=False) as ask:
        for shard in range(shards):
            ask.xlen(keys.stream(shard))
            ask.xpending(keys.stream(shard), keys.GROUP)
            ask.xrange(keys.stream(shard), count=1)
        answers = ask.execute(raise_on_error=False)
    total = pending = oldest = 0
    for length, group, first in zip(answers[::3], answers[1::3], answers[2::3], strict=True):
        if isinstance(length, Exception):
            raise length
        total += length
        with contextlib.suppress(TypeError):  # the group is made by the first worker
            pending += group["pending"]
        if first:
            came = int(first[0][0].split(b"-")[0])
            oldest = min(oldest or came, came)
    return Backlog(total, pending, oldest)
