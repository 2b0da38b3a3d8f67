"""Check digits of GS1 keys (GS1 General Specifications, section 7.9): modulo 10, and the pair of the GMN."""

from __future__ import annotations

_ZERO = ord("0")
SET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
_SET_32 = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83)


def expected_check_digit(payload: str) -> int:
    """Check digit (0-9) that belongs behind a key's other digits. `payload` must be ASCII digits."""
    codes = payload.encode("ascii")
    odd, even = codes[-1::-2], codes[-2::-2]  # counted from the right, next to the check digit
    return -(3 * sum(odd) + sum(even) - _ZERO * (3 * len(odd) + len(even))) % 10


def mod10(digits: str) -> bool:
    """Whether the last of these ASCII digits is the right check digit of the others."""
    return _ZERO + expected_check_digit(digits[:-1]) == ord(digits[-1])


def check_pair(value: str) -> bool:
    """Whether a Global Model Number of at most 25 characters of set 82 ends in its two right check characters."""
    payload, pair = value[:-2], value[-2:]
    if len(pair) < 2:
        return False
    total = sum(SET_82.index(letter) * prime for letter, prime in zip(reversed(payload), _PRIMES, strict=False))
    high, low = divmod(total % 1021, 32)
    return pair == _SET_32[high] + _SET_32[low]
