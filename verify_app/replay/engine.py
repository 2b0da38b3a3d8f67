"""Observing many scans in one pipeline: the same script as a single scan, fewer round trips."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import redis

from ..store import keys
from ..store.history import Mode, Script
from ..store.ledger import LedgerRow

__all__ = ["Mode", "Observer"]


class Observer:
    """One connection and its script; the server must be empty, or hold only this replay's histories."""

    def __init__(self, client: redis.Redis, script: Script) -> None:
        self._client = client
        self._script = script
        script.load()
        for shard in range(script.shards):
            client.set(keys.epoch(shard), "complete:replay")

    def arguments(self, mode: Mode, row: LedgerRow, circumstances: bytes) -> tuple[object, ...]:
        """One call of the script, for `run`."""
        return self._script.arguments(mode, row, circumstances=circumstances)

    def run(self, calls: Sequence[tuple[object, ...]]) -> list[bytes]:
        """Answers of these calls, in order. Raises `redis.RedisError`."""
        with self._client.pipeline(transaction=False) as pipeline:
            add: Callable[..., object] = pipeline.execute_command
            for arguments in calls:
                add("FCALL", self._script.name, *arguments)
            answers: list[bytes] = pipeline.execute()
        return answers

    def empty_streams(self) -> None:
        """Forget what the script appended to the streams; a replay has no ledger to move it to."""
        with self._client.pipeline(transaction=False) as pipeline:
            for shard in range(self._script.shards):
                pipeline.delete(keys.stream(shard))
            pipeline.execute()
