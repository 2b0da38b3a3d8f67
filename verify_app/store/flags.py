"""Acts in force, mirrored beside the histories, so that a recall or suspension shows at the very next scan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import redis

from . import keys
from .acts import Flag


def set_flags(client: redis.Redis, gtin: str, rows: Iterable[Flag], *, shards: int) -> None:
    """Make the mirror of one product hold exactly these acts, at once. Raises `redis.RedisError`."""
    fields: dict[str, str] = {}
    for row in rows:
        field = _field(row)
        fields[field] = f"{fields[field]} {row.id}" if field in fields else row.id
    _write(client, keys.shard_of(gtin, "", shards), gtin, fields)


def mirror_flags(client: redis.Redis, rows: Iterable[Flag], *, shards: int) -> int:
    """Make the mirror hold exactly these acts; returns for how many products it changed. Each product changes at
    once and whole; nothing is written where nothing changed. Raises `redis.RedisError`."""
    wanted: dict[tuple[int, str], dict[str, str]] = defaultdict(dict)
    for row in rows:
        field = _field(row)
        fields = wanted[keys.shard_of(row.gtin, "", shards), row.gtin]
        fields[field] = f"{fields[field]} {row.id}" if field in fields else row.id
    present = _present(client, wanted, shards)
    changed = 0
    for (shard, gtin), held in present.items():
        fields = wanted.get((shard, gtin), {})
        if fields == held:
            continue
        changed += 1
        _write(client, shard, gtin, fields)
    return changed


def _field(row: Flag) -> str:
    return f"21/{row.serial}" if row.serial else f"10/{row.lot}" if row.lot else ""


def _write(client: redis.Redis, shard: int, gtin: str, fields: dict[str, str]) -> None:
    """Write all flags of one product, or that it has none."""
    with client.pipeline(transaction=True) as product:
        product.delete(keys.flags(shard, gtin))
        if fields:
            product.hset(keys.flags(shard, gtin), items=[word for pair in fields.items() for word in pair])
            product.sadd(keys.flagged(shard), gtin)
        else:
            product.srem(keys.flagged(shard), gtin)
        product.execute()


def _present(
    client: redis.Redis, wanted: Iterable[tuple[int, str]], shards: int
) -> dict[tuple[int, str], dict[str, str]]:
    """What the mirror holds for every product that has flags there or should have."""
    with client.pipeline(transaction=False) as ask:
        for shard in range(shards):
            ask.smembers(keys.flagged(shard))
        known = {(shard, gtin.decode()) for shard, gtins in enumerate(ask.execute()) for gtin in gtins}
    products = sorted(known | set(wanted))
    with client.pipeline(transaction=False) as ask:
        for shard, gtin in products:
            ask.hgetall(keys.flags(shard, gtin))
        held = ask.execute()
    return {
        product: {field.decode(): acts.decode() for field, acts in fields.items()}
        for product, fields in zip(products, held, strict=True)
    }
