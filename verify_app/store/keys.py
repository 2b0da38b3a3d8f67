"""Names of the keys in Redis. All keys of one product share a hash tag, so that they live in one cluster slot."""

from __future__ import annotations

from functools import lru_cache
from zlib import crc32

WORKERS = "verify:workers"  # sorted set: background workers by the time of their last sign of life
GROUP = "ledger"  # consumer group of every stream


def shard_of(gtin: str, identity: str, shards: int) -> int:
    """Shard of a code: by its GTIN, so that a product's codes stay together; else by its whole identity."""
    return crc32((gtin or identity).encode()) % shards


def state(shard: int, identity: str) -> str:
    """History of one code: a packed value."""
    return f"h:{{{shard:02d}}}:{identity}"


def flags(shard: int, gtin: str) -> str:
    """Acts in force for one product, its lots and its items: a hash of "", "10/LOT" and "21/SERIAL"."""
    return f"f:{{{shard:02d}}}:{gtin}"


def peers(shard: int, gtin: str) -> str:
    """Sums over the scanned codes of one product, for comparing a code with its peers."""
    return f"p:{{{shard:02d}}}:{gtin}"


def flagged(shard: int) -> str:
    """GTINs of the shard that have flags: a set."""
    return f"g:{{{shard:02d}}}"


def stream(shard: int) -> str:
    """Scans of the shard on their way to the ledger."""
    return f"s:{{{shard:02d}}}"


def epoch(shard: int) -> str:
    """Whether the shard's histories are complete: "complete:…", "building:…" or absent."""
    return f"e:{{{shard:02d}}}"


@lru_cache(maxsize=8192)
def of_call(gtin: str, identity: str, shards: int) -> tuple[str, str, str, str, str]:
    """The keys that the history's function takes for one code, in its order."""
    shard = shard_of(gtin, identity, shards)
    return state(shard, identity), flags(shard, gtin), stream(shard), epoch(shard), peers(shard, gtin)
