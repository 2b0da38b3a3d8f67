"""Check characters at the end of a serial number: only who holds the product's key can make a serial that passes.

Five characters of a keyed hash (25 bits): of 33 million guesses one passes, and it must be a registered serial
besides. The symbols leave out 0, 1, I and O, which people confuse.
"""

from __future__ import annotations

from hashlib import blake2b

LENGTH = 5
_SYMBOLS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def check_characters(key: str, gtin: str, stem: str) -> str:
    """The characters that follow `stem` in a serial number of a GTIN."""
    digest = blake2b(f"{gtin}/{stem}".encode(), key=key.encode()[:64], digest_size=4).digest()
    number = int.from_bytes(digest, "big")
    return "".join(_SYMBOLS[number >> 5 * place & 31] for place in range(LENGTH))


def holds(key: str, gtin: str, serial: str) -> bool | None:
    """Whether a serial number ends in its check characters; None where the product's serials carry none."""
    if not key:
        return None
    stem, given = serial[:-LENGTH], serial[-LENGTH:]
    return bool(stem) and given == check_characters(key, gtin, stem)
