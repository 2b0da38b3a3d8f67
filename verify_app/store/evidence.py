"""The packed forms of circumstances and evidence: what observe.lua is told, and what it answers."""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import Any

from verify_app.domain.evidence import Circumstances, Evidence, Network, Peers

_CIRCUMSTANCES = struct.Struct(">BBhhHHBB")
_COUNTS = {1: 31, 2: 36}  # by version, as in evidence.lua, and in the order of Evidence
_HEADS = {version: struct.Struct(f">B3sB3s{counts}BHHH3sBBB") for version, counts in _COUNTS.items()}
_PLACE = struct.Struct(">hh3sB")
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
    """Evidence from the state; `first_minute` is the code's first scan in minutes since 2020."""
    known, form = _COUNTS[packed[0]], _HEADS[packed[0]]
    head = form.unpack_from(packed)
    counts = head[4 : 4 + known] + (0,) * (_COUNTS[2] - known)
    last_new = int.from_bytes(head[4 + known + 3], "big")
    places = head[-1]
    at = form.size
    seen = [packed[at + 7 + 8 * number] & 127 for number in range(places)]
    span = max(0, last_new - first_minute) // _MINUTES_PER_DAY if last_new else 0
    return _evidence((*counts, places, span, sum(seen) - max(seen, default=0)))


@lru_cache(maxsize=8192)
def _evidence(counts: tuple[int, ...]) -> Evidence:
    """Evidence of these counts; many codes have the same few."""
    return Evidence(*counts)


def peers(packed: bytes) -> Peers:
    """Peers from the reply's 24 bytes."""
    return Peers(*_PEERS.unpack(packed))
