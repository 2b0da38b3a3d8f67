"""The packed forms of circumstances and evidence: what observe.lua is told, and what it answers."""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import Any

from verify_app.domain.evidence import Circumstances, Evidence, Network, Peers

_CIRCUMSTANCES = struct.Struct(">BBhhHHBB")
_COUNTS = 36  # of the newest form, in the order of Evidence
_OLD_COUNTS = {1: 31, 2: 36}  # of forms that an entry of the stream may still have while releases change
_OLD_HEADS = {version: struct.Struct(f">B3sB3s{counts}BHHH3sBBB") for version, counts in _OLD_COUNTS.items()}
_PEERS = struct.Struct(">6I")
_FACTS = ("used", "destroyed", "unshipped", "outside", "inside", "campaign", "flagged", "vague", "linked", "unlisted",
          "complete", "invalid")  # fmt: skip
PEERS_SIZE = _PEERS.size
_MINUTES_PER_DAY = 1440


def pack(c: Circumstances) -> bytes:
    """Circumstances for observe.lua: 12 bytes."""
    facts = (
        (c.used_days >= 0)
        | c.destroyed << 1
        | c.unshipped << 2
        | c.outside << 3
        | c.inside << 4
        | c.campaign << 5
        | c.flagged << 6
        | c.vague << 7
        | c.linked << 8
        | c.unlisted << 9
        | c.complete << 10
        | c.invalid << 11
    )
    lat, lon = c.place or (0, 0)
    sure = 0 if c.place is None else 2 if c.sure else 1
    since = min(255, max(0, c.used_days))
    return _CIRCUMSTANCES.pack(c.network | c.abroad << 2, sure, lat, lon, c.line, facts, since, min(255, c.life_days))


def circumstances(packed: bytes) -> Circumstances:
    """Circumstances from their 12 bytes; what is not there is not known."""
    if len(packed) < _CIRCUMSTANCES.size:
        return Circumstances()
    network, place, lat, lon, line, facts, since, life = _CIRCUMSTANCES.unpack_from(packed)
    said: dict[str, Any] = {name: bool(facts >> bit & 1) for bit, name in enumerate(_FACTS)}
    used = said.pop("used")
    return Circumstances(
        network=Network(network & 3),
        abroad=bool(network & 4),
        place=(lat, lon) if place else None,
        sure=place == 2,
        line=line,
        used_days=since if used else -1,
        life_days=life,
        **said,
    )


def linked(packed: bytes) -> bytes:
    """The same circumstances, of a scan that came through a shared link."""
    if len(packed) < _CIRCUMSTANCES.size:
        return packed
    return packed[:8] + bytes((packed[8] | 1,)) + packed[9:]


def unpack(packed: bytes, first_minute: int) -> Evidence:
    """Evidence as evidence.lua tells it; `first_minute` is the code's first scan in minutes since 2020. Raises
    `struct.error` for what is none."""
    if packed[0] in _OLD_HEADS:
        counts, last_new, seen = _old(packed)
    elif packed[0] == 3 and len(packed) >= 1 + _COUNTS + 3:
        counts, last_new, seen = packed[1 : 1 + _COUNTS], packed[1 + _COUNTS : 4 + _COUNTS], packed[4 + _COUNTS :]
    else:
        raise struct.error(f"Expected evidence of version 1 to 3, got {len(packed)} bytes of version {packed[0]}.")
    last = int.from_bytes(last_new, "big")
    span = max(0, last - first_minute) // _MINUTES_PER_DAY if last else 0
    return _evidence((*counts, len(seen), span, sum(seen) - max(seen, default=0)))


def _old(packed: bytes) -> tuple[bytes, bytes, bytes]:
    """Counts, minute of the last newcomer, and newcomers by place, of versions 1 and 2."""
    known, form = _OLD_COUNTS[packed[0]], _OLD_HEADS[packed[0]]
    *_, last_new, _, _, places = form.unpack_from(packed)
    counts = packed[8 : 8 + known] + bytes(_COUNTS - known)
    return counts, last_new, bytes(packed[form.size + 7 + 8 * number] & 127 for number in range(places))


@lru_cache(maxsize=8192)
def _evidence(counts: tuple[int, ...]) -> Evidence:
    """Evidence of these counts; many codes have the same few."""
    return Evidence(*counts)


def peers(packed: bytes) -> Peers:
    """Peers from the reply's 24 bytes."""
    return Peers(*_PEERS.unpack(packed))
