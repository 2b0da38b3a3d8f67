"""Observing many scans in one pipeline: the same script as a single scan, fewer round trips."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import redis

from ..store import keys
from ..store.history import Mode, Script
from ..store.ledger import LedgerRow

Call = tuple[str | bytes | int, ...]


class Observer:
    """One connection and its script; the server must be empty, or hold only this replay's histories."""

    def __init__(self, client: redis.Redis, script: Script) -> None:
        self._client = client
        self._script = script
        script.load()
        self._head = (b"FCALL", script.name.encode())
        self._connection = client.connection_pool.get_connection()
        for shard in range(script.shards):
            client.set(keys.epoch(shard), "complete:replay")

    def arguments(self, mode: Mode, row: LedgerRow, circumstances: bytes) -> Call:
        """One call of the script, for `send`."""
        return self._script.arguments(mode, row, circumstances=circumstances)

    def send(self, calls: Sequence[Call]) -> None:
        """Send calls; `receive` their answers later, so that server and replay work at the same time. Raises
        `redis.RedisError`. The commands are written here: the library's own packing takes as long as the script."""
        send: Callable[[list[bytes]], None] = self._connection.send_packed_command
        send([b"".join(_packed((*self._head, *call)) for call in calls)])

    def receive(self, count: int) -> list[bytes]:
        """The next `count` answers, in the order of the calls. Raises `redis.RedisError`."""
        receive: Callable[[], bytes] = self._connection.read_response
        return [receive() for _ in range(count)]

    def empty_streams(self) -> None:
        """Forget what the script appended to the streams; a replay has no ledger to move it to."""
        with self._client.pipeline(transaction=False) as pipeline:
            for shard in range(self._script.shards):
                pipeline.delete(keys.stream(shard))
            pipeline.execute()


def _packed(command: Call) -> bytes:
    """A command as the server reads it (RESP, arrays of bulk strings)."""
    words = [word if isinstance(word, bytes) else str(word).encode() for word in command]
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%b\r\n" % (len(word), word) for word in words)
