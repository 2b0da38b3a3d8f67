"""Histories that were lost are rebuilt from the ledger; until then no scan is told that it is the first.

Each shard has an epoch beside its histories, which vanishes with them. While it is absent, `observe` records scans
in the stream and says nothing of the past, and no worker moves that stream to the ledger. The rebuild holds the
epoch with a mark of its own, folds the ledger and then the waiting stream into fresh histories, and declares the
shard complete in the same step in which it sees that nothing is left: so no scan is missed between the two.
"""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from importlib.resources import files
from itertools import islice
from typing import TypeVar

import redis

from . import keys
from .event import EventError, decode
from .history import Mode, Script
from .ledger import LedgerRow

_SOURCE = files(__package__).joinpath("rebuild.lua").read_text(encoding="utf-8")
_HELD_MS = 60_000
_BATCH = 500
_Thing = TypeVar("_Thing")
_FIRST = "0-0"


class RebuildLost(RuntimeError):  # noqa: N818 - a state, not a fault: another worker took over
    """The shard was taken by another worker, or emptied again, while it was being rebuilt."""


def complete(client: redis.Redis, shards: int) -> frozenset[int]:
    """Shards whose histories are complete. Raises `redis.RedisError`."""
    with client.pipeline(transaction=False) as ask:
        for shard in range(shards):
            ask.get(keys.epoch(shard))
        return frozenset(n for n, epoch in enumerate(ask.execute()) if epoch and epoch.startswith(b"complete:"))


def forget(client: redis.Redis, shards: int) -> None:
    """Declare every history incomplete, so that the workers rebuild them all (after a restored backup, say)."""
    for shard in range(shards):
        client.delete(keys.epoch(shard))


def rebuild(script: Script, rows: Callable[[], Iterable[LedgerRow]], *, grace_s: float = 1.0) -> int:
    """Rebuild every incomplete shard that nobody else rebuilds; returns for how many it did.

    `rows` is called once, after the shards are held, and gives the ledger's scans oldest first. `grace_s` is the
    time that a batch already on its way to the ledger needs to arrive. Raises `redis.RedisError`, `RebuildLost`,
    and what `rows` raises; what was held is then given back, and another try begins anew.
    """
    client, mark = script.client, f"building:{secrets.token_hex(8)}"
    lacking = set(range(script.shards)) - complete(client, script.shards)
    held = {shard for shard in lacking if client.set(keys.epoch(shard), mark, nx=True, px=_HELD_MS)}
    if not held:
        return 0
    try:
        time.sleep(grace_s)
        _purge(client, held)
        script.load()
        for batch in _batches(rows()):
            _fold(script, [row for row in batch if _shard(script, row) in held], mark)
            for shard in held:
                _epoch(client, shard, mark, "hold")
        for shard in held:
            _close(script, shard, mark)
    except BaseException:
        for shard in held:
            with contextlib.suppress(redis.RedisError, RebuildLost):
                _epoch(client, shard, mark, "release")
        raise
    return len(held)


def _shard(script: Script, row: LedgerRow) -> int:
    return keys.shard_of(row.gtin, row.identity, script.shards)


def _purge(client: redis.Redis, held: set[int]) -> None:
    """Remove what an earlier, broken-off rebuild left."""
    prefixes = tuple(keys.state(shard, "").encode() for shard in held)
    found = (key for key in client.scan_iter(match="h:{*", count=1000) if key.startswith(prefixes))
    for batch in _batches(found):
        client.unlink(*batch)


def _fold(script: Script, rows: list[LedgerRow], mark: str) -> None:
    if not rows:
        return
    with script.client.pipeline(transaction=False) as pipeline:
        add: Callable[..., object] = pipeline.execute_command
        for row in rows:
            add("FCALL", script.name, *script.arguments(Mode.FOLD, row, mark))
        with _lost():
            pipeline.execute()


def _close(script: Script, shard: int, mark: str) -> None:
    last = _FIRST
    while left := _epoch(script.client, shard, mark, "close", last):
        rows = []
        for entry, fields in left:
            last = entry.decode()
            with contextlib.suppress(EventError):  # the worker will put it aside when it comes to it
                rows.append(decode(dict(zip(fields[::2], fields[1::2], strict=True)).get(b"e", b"")))
        _fold(script, rows, mark)


def _epoch(client: redis.Redis, shard: int, mark: str, act: str, last: str = _FIRST) -> list[tuple[bytes, list[bytes]]]:
    with _lost():
        answer = client.eval(_SOURCE, 2, keys.stream(shard), keys.epoch(shard), mark, last, act)
    return answer if isinstance(answer, list) else []


@contextlib.contextmanager
def _lost() -> Iterator[None]:
    try:
        yield
    except redis.ResponseError as error:
        if "LOST" in str(error):
            raise RebuildLost("Expected to hold the shard until the end, got another holder.") from error
        raise


def _batches(things: Iterable[_Thing]) -> Iterator[list[_Thing]]:
    rest = iter(things)
    while batch := list(islice(rest, _BATCH)):
        yield batch
