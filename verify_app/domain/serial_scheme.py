"""Serial numbers that cannot be guessed, and that tell an invented one without asking any database.

`docs/decisions/0010-serial-numbers.md` gives the reasons. A serial is the counter of its product, scattered by a keyed
permutation, so no two are alike and nobody without the key can name another one. A signed serial carries the number of
its key and a short code of authenticity besides. Symbols are the 32 that people can read out (no I, L, O, U), all of
GS1 character set 82, at most 20 as AI (21) allows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from hmac import compare_digest

_SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUE = {symbol: value for value, symbol in enumerate(_SYMBOLS)}
_ROUNDS = 8  # of the Feistel network: four are proven for wide blocks, narrow ones are given more (NIST SP 800-38G: 10)
_CHECK = 6  # symbols of the code of authenticity: 30 bits
LARGEST_KEY = len(_SYMBOLS) - 1


class SerialKind(StrEnum):
    """How the serials of a product are made."""

    PLAIN = "plain"  # 14 symbols, 70 bits: whether one was issued, the registry knows
    SIGNED = "signed"  # 17 symbols: number of the key, 50 bits, 30 bits of authenticity


_BITS = {SerialKind.PLAIN: 70, SerialKind.SIGNED: 50}
_SIGNED_FORM = re.compile(f"[{_SYMBOLS}]{{17}}")


@dataclass(frozen=True, slots=True)
class SerialScheme:
    """The scheme of one product. Serials carry the numbers of keys from `oldest_key` to `key`; `alone`: the product has
    no serials of any other making; `fingerprint` tells whether a master secret is the one that they were made with."""

    kind: SerialKind
    key: int = 0
    oldest_key: int = 0
    alone: bool = True
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class SerialKeys:
    """The keys of one product of one enterprise, all derived from the installation's master secret."""

    master: bytes
    enterprise_id: str
    gtin: str

    def of(self, number: int, use: str) -> bytes:
        """Key of a number for one use, 32 bytes."""
        words = "|".join(("serial keys 1", self.enterprise_id, str(number), self.gtin, use))
        return blake2b(words.encode(), key=_fitting(self.master), digest_size=32).digest()


def fingerprint(master: bytes) -> str:
    """Eight hexadecimal digits that name a master secret and tell nothing of it."""
    return blake2b(b"serial fingerprint 1", key=_fitting(master), digest_size=4).hexdigest()


def issue(scheme: SerialScheme, keys: SerialKeys, counter: int) -> str:
    """The serial of a counter, 0 to 2**50 - 1 (signed) or 2**70 - 1 (plain). The same counter gives the same serial,
    another one another. Raises `ValueError` beyond."""
    bits = _BITS[scheme.kind]
    if not 0 <= counter < 1 << bits:
        raise ValueError(f"Expected a counter from 0 to {(1 << bits) - 1}, got {counter}.")
    body = _symbols(_scatter(counter, bits, keys.of(scheme.key, "order")), bits // 5)
    if scheme.kind is SerialKind.PLAIN:
        return body
    begin = _SYMBOLS[scheme.key] + body
    return begin + _authenticity(begin, keys.of(scheme.key, "check"))


def check(scheme: SerialScheme, keys: SerialKeys, serial: str) -> bool | None:
    """Whether a serial is one that the scheme's keys made: False for an invented one, but for one in 2**30; None where
    the scheme cannot tell (plain serials, serials of another making, or another master secret than theirs).

    Costs three short hashes and asks nobody.
    """
    if scheme.kind is SerialKind.PLAIN or scheme.fingerprint != fingerprint(keys.master):
        return None
    if _SIGNED_FORM.fullmatch(serial):
        number = _VALUE[serial[0]]
        if scheme.oldest_key <= number <= scheme.key:
            expected = _authenticity(serial[:-_CHECK], keys.of(number, "check"))
            if compare_digest(expected, serial[-_CHECK:]):
                return True
    return False if scheme.alone else None


def chance(scheme: SerialScheme, issued: int) -> float:
    """Chance that one guess in the scheme's form names one of so many issued serials."""
    space = 1 << _BITS[scheme.kind] + (5 * _CHECK if scheme.kind is SerialKind.SIGNED else 0)
    return min(1.0, issued / space)


def _authenticity(begin: str, key: bytes) -> str:
    digest = blake2b(begin.encode(), key=key, digest_size=8).digest()
    return _symbols(int.from_bytes(digest, "big") >> 64 - 5 * _CHECK, _CHECK)


def _scatter(number: int, bits: int, key: bytes) -> int:
    """A permutation of the numbers of so many bits (Feistel network of two equal halves)."""
    half = bits // 2
    mask = (1 << half) - 1
    left, right = number >> half, number & mask
    for turn in range(_ROUNDS):
        mixed = blake2b(bytes((turn,)) + right.to_bytes(8, "big"), key=key, digest_size=8).digest()
        left, right = right, left ^ int.from_bytes(mixed, "big") & mask
    return left << half | right


def _symbols(number: int, count: int) -> str:
    return "".join(_SYMBOLS[number >> 5 * place & 31] for place in range(count - 1, -1, -1))


def _fitting(master: bytes) -> bytes:
    return master if len(master) <= 64 else blake2b(master, digest_size=64).digest()
