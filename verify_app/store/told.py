"""Evidence that the script laid beside an event (field x), for the detectors of the worker."""

from __future__ import annotations

import struct

from verify_app.domain.evidence import Evidence, Peers

from .evidence import PEERS_SIZE, unpack
from .evidence import peers as peers_of

_LENGTH = struct.Struct(">H")


def read_told(packed: bytes) -> tuple[Evidence, Peers]:
    """Evidence and peers that the script laid beside an event (field x). Raises `struct.error` if they are none."""
    (length,) = _LENGTH.unpack_from(packed)
    end = _LENGTH.size + length
    first = int.from_bytes(packed[end + PEERS_SIZE :], "big")
    return unpack(packed[_LENGTH.size : end], first // 60_000), peers_of(packed[end : end + PEERS_SIZE])
