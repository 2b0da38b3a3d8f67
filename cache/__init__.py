"""A read-through cache in two tiers, process memory and Redis, that anybody may empty at any time. See README.md."""

import redis

from .kind import Codec, Kind
from .memory import Entry, MemoryTier
from .null import NoCache
from .redis_tier import RedisTier
from .renewal import Renewals
from .stats import Stats
from .tiered import VISIBLE_SECONDS, Labels, Moment, TieredCache

__all__ = [
    "VISIBLE_SECONDS",
    "Codec",
    "Entry",
    "Kind",
    "Labels",
    "MemoryTier",
    "Moment",
    "NoCache",
    "RedisTier",
    "Renewals",
    "Stats",
    "TieredCache",
    "open_cache",
]


def open_cache(
    redis_url: str = "", client: redis.Redis | None = None, *, entries: int = 50_000, size: int = 64 << 20
) -> TieredCache:
    """Cache of one process: `entries` and `size` bytes in memory, before the Redis of a URL ("": none), or of a client
    that the caller made (with short timeouts and without retries; it may be a cluster's)."""
    stats = Stats()
    shared = RedisTier(client, stats=stats) if client else RedisTier.open(redis_url, stats=stats) if redis_url else None
    return TieredCache(MemoryTier(entries=entries, size=size, stats=stats), shared, stats=stats)
