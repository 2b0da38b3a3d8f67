"""Serial numbers and short codes of the demonstration: they look random, yet two installations have the same."""

from __future__ import annotations

from hashlib import blake2b

_KEY = b"verify-app demonstration registry"  # no secret: anybody may know the demonstration's codes
_SYMBOLS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 32, without 0 1 I O, which people confuse
_SERIAL_LENGTH = 13
_SHORT_BITS = 45  # nine symbols of five bits


def serial(gtin: str, lot: str, number: int) -> str:
    """Serial of item `number` (from 1) of a lot: 13 letters and digits."""
    value = _number(f"serial/{gtin}/{lot}/{number}")
    return "".join(_SYMBOLS[(value >> (5 * place)) & 31] for place in range(_SERIAL_LENGTH))


def short_payload(gtin: str, lot: str, number: int) -> int:
    """Payload of an item's short code: 45 bits."""
    return _number(f"short/{gtin}/{lot}/{number}") & ((1 << _SHORT_BITS) - 1)


def visitor(name: str) -> bytes:
    """Key of an invented visitor."""
    return blake2b(f"visitor/{name}".encode(), key=_KEY, digest_size=32).digest()


def scan_id(name: str, when: int) -> str:
    """Identity of an invented scan: 32 hexadecimal digits that rise with time, laid out as UUID version 7."""
    chance = _number(f"scan/{name}/{when}")
    low = (2 << 62) | (chance & ((1 << 62) - 1))
    return f"{when:012x}7{(chance >> 62) & 0xFFF:03x}{low:016x}"


def _number(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), key=_KEY, digest_size=16).digest(), "big")
