"""Compressed GS1 Digital Link URIs (GS1 Digital Link Standard, URI compression), both ways.

All AIs and their values are one row of bits, written in base64url: per AI its digits, four bits each, or one code of
`TOGETHER` for AIs that often stand together; then its value by the parts of its format. Digits take as many bits as
their greatest number needs; text says in three bits which alphabet it fits. Facts of the tables: GS1's published
toolkit (GS1DigitalLinkToolkit.js), and the GS1 Barcode Syntax Dictionary for the formats of AIs.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import ceil, log2
from urllib.parse import quote, unquote

from .ai_table import AI_CODES, KEYS, parts_of
from .code import Code, CodeError, Spelling
from .digital_link import read_link
from .element_string import code_of

_ROWS = """
0A:01+22 0B:01+10 0C:01+21 0D:01+17 0E:01+7003 0F:01+30 1A:01+10+21+17 1B:01+15 1C:01+11 1D:01+16 1E:01+91
1F:01+10+15 2A:01+3100 2B:01+3101 2C:01+3102 2D:01+3103 2E:01+3104 2F:01+3105 3A:01+3200 3B:01+3201 3C:01+3202
3D:01+3203 3E:01+3204 3F:01+3205 9A:8010+8011 9B:8017+8019 9C:8018+8019 9D:414+254 A0:01+3920 A1:01+3921 A2:01+3922
A3:01+3923 A4:01+3924 A5:01+3925 A6:01+3926 A7:01+3927 A8:01+3928 A9:01+3929 C0:255+3900 C1:255+3901 C2:255+3902
C3:255+3903 C4:255+3904 C5:255+3905 C6:255+3906 C7:255+3907 C8:255+3908 C9:255+3909 CA:255+3940 CB:255+3941
CC:255+3942 CD:255+3943
"""
TOGETHER = {code: tuple(ais.split("+")) for code, _, ais in (entry.partition(":") for entry in _ROWS.split())}
# GS1's table lists 1A as here; its toolkit sorts the list before it writes. We read both orders, and write neither.
_UNSURE = "1A"
_AS_WRITTEN = (TOGETHER, TOGETHER | {_UNSURE: ("01", "10", "17", "21")})
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_SEGMENT = re.compile(r"[A-Za-z0-9_-]{2,}")
_SHORTEST = 8  # letters of a wholly compressed URI: an AI's number and the shortest key
# Alphabets of text by their number, with the bits of a letter; digits (0) are written as one number.
_LETTERS = ("", "0123456789abcdef", "0123456789ABCDEF", _BASE64, "".join(map(chr, range(128))))
_WIDTHS = (0, 4, 4, 6, 7)
_FITTING = ((0, "[0-9]+"), (2, "[0-9A-F]+"), (1, "[0-9a-f]+"), (3, "[A-Za-z0-9_-]+"), (4, ""))  # the first that fits


_Pairs = list[tuple[str, str]]


class _NotCompressedError(Exception):
    """The bits are no row of AIs."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One part of an AI's value: digits or text of `size` letters, or of at most so many."""

    digits: bool
    fixed: bool
    size: int


def compress(code: Code) -> str:
    """Path of a code's compressed URI with its attributes, such as "/DBFKeiQyWEK7q5qwHQ". Raises `CodeError` for a
    code without a GS1 key. A reader gets the same code and attributes back; where the bits alone could not tell which
    of two keys is the primary one, it stands uncompressed before them: "/01/{gtin}/{bits}"."""
    if code.key not in KEYS:
        raise CodeError("missing_key", "a GS1 key such as (01)", "a code without one", kind="NOT_GS1")
    pairs = {code.key: code.value, **dict(code.qualifiers), **dict(code.attributes)}
    whole = "/" + _pack(pairs)
    path, query = spell_out(whole, "") or ("", "")
    if path and read_link(None, path, query) == code:
        return whole
    del pairs[code.key]
    return f"/{code.key}/{quote(code.value, safe='')}/{_pack(pairs)}"


def spell_out(path: str, query: str) -> tuple[str, str] | None:
    """Path and query of the uncompressed URI; None if the path is no compressed one.

    Compressed are "/…/{bits}" and "/…/{key}/{value}/{bits}"; `path` is not percent-decoded. What the query says besides
    stands behind. Raises `CodeError` where the bits are a row of AIs that cannot stand together.
    """
    segments = path.split("/")
    if not segments[-1]:
        del segments[-1]
    if len(segments) < 2 or not _SEGMENT.fullmatch(segments[-1]):
        return None
    stem, begun = segments[:-1], []
    if len(stem) >= 3 and stem[-2] in KEYS:
        stem, begun = stem[:-2], [(stem[-2], unquote(stem[-1]))]
    elif len(segments[-1]) < _SHORTEST:
        return None
    found = next(filter(None, (_unpack(segments[-1], order) for order in _AS_WRITTEN)), None)
    if found is None:
        return None
    pairs, others = found
    if not (begun or any(ai in KEYS for ai, _ in pairs)):
        return None
    code = code_of([*begun, *pairs], Spelling.COMPRESSED)
    known = [(ai, quote(value, safe="")) for ai, value in code.attributes]
    behind = [f"{name}={value}" for name, value in (*known, *others)]
    return "/".join(stem) + code.path, "&".join([*behind, *([query] if query else [])])


def _pack(values: dict[str, str]) -> str:
    """The bits of AIs and values in base64url, in the order of GS1's toolkit with its optimisations."""
    bits, rest = "", sorted(values)
    while fitting := [code for code, ais in TOGETHER.items() if code != _UNSURE and set(ais) <= set(rest)]:
        best = max(fitting, key=lambda code: len("".join(TOGETHER[code])))  # of equals the first
        bits += f"{int(best, 16):08b}" + "".join(_value_bits(ai, values[ai]) for ai in TOGETHER[best])
        rest = [ai for ai in rest if ai not in TOGETHER[best]]
    for ai in rest:
        bits += f"{int(ai, 16):0{4 * len(ai)}b}" + _value_bits(ai, values[ai])
    bits += "0" * (-len(bits) % 6)
    return "".join(_BASE64[int(bits[start : start + 6], 2)] for start in range(0, len(bits), 6))


def _value_bits(ai: str, value: str) -> str:
    bits, position = "", 0
    for part in _parts(ai):
        piece = value[position : position + part.size]
        position += len(piece)
        length = "" if part.fixed else f"{len(piece):0{part.size.bit_length()}b}"
        if part.digits:
            bits += length + f"{int(piece or 0):0{digit_bits(len(piece))}b}"
        else:
            number = next(number for number, form in _FITTING if not form or re.fullmatch(form, piece))
            bits += f"{number:03b}" + length + _text_bits(piece, number)
    return bits


def _text_bits(text: str, alphabet: int) -> str:
    if alphabet == 0:
        return f"{int(text):0{digit_bits(len(text))}b}"
    return "".join(f"{_LETTERS[alphabet].index(letter):0{_WIDTHS[alphabet]}b}" for letter in text)


class _Bits:
    """A row of bits that is read from the left."""

    def __init__(self, segment: str) -> None:
        self.left = 6 * len(segment)
        whole = segment + "A" * (-len(segment) % 4)
        self._number = int.from_bytes(urlsafe_b64decode(whole), "big") >> 6 * (len(whole) - len(segment))

    def take(self, count: int) -> int:
        if count > self.left:
            raise _NotCompressedError
        self.left -= count
        return self._number >> self.left & (1 << count) - 1

    def digits(self, count: int) -> str:
        number = self.take(digit_bits(count))
        if number >= 10**count:
            raise _NotCompressedError
        return str(number).zfill(count) if count else ""

    def text(self, alphabet: int, count: int) -> str:
        if alphabet == 0:
            return self.digits(count)
        if alphabet > 4:
            raise _NotCompressedError
        letters = _LETTERS[alphabet]
        width = _WIDTHS[alphabet]
        whole, mask = self.take(width * count), (1 << width) - 1
        return "".join([letters[whole >> shift & mask] for shift in range(width * (count - 1), -1, -width)])

    def end(self) -> bool:
        """Whether only the zeros that fill the last letter are left. Raises what else is no compressed URI."""
        if self.left >= 6:
            return False
        if self.take(self.left):
            raise _NotCompressedError
        return True


def _unpack(segment: str, together: Mapping[str, tuple[str, ...]]) -> tuple[_Pairs, _Pairs] | None:
    """(AI, value) pairs, and (name, percent-encoded value) pairs that are not GS1's; None if they are no such row."""
    try:
        return _read_all(_Bits(segment), together)
    except _NotCompressedError:
        return None


def _read_all(bits: _Bits, together: Mapping[str, tuple[str, ...]]) -> tuple[_Pairs, _Pairs]:
    pairs, others = [], []
    while not bits.end():
        start = f"{bits.take(8):02X}"
        if start[0] == "F":
            others.append(_other_pair(bits, int(start[1], 16)))
            continue
        for ai in together.get(start) or (_whole_ai(bits, start),):
            value = _read_value(bits, ai)
            if ai == "17" and start == _UNSURE and not "01" <= value[2:4] <= "12":
                raise _NotCompressedError
            pairs.append((ai, value))
    return pairs, others


def _whole_ai(bits: _Bits, start: str) -> str:
    ai = start
    while ai not in AI_CODES:
        if len(ai) == 4:
            raise _NotCompressedError
        ai += f"{bits.take(4):X}"
    return ai


def _read_value(bits: _Bits, ai: str) -> str:
    value = ""
    for part in _parts(ai):
        alphabet = 0 if part.digits else bits.take(3)
        count = part.size if part.fixed else bits.take(part.size.bit_length())
        if count > part.size:
            raise _NotCompressedError
        value += bits.text(alphabet, count)
    return value


def _other_pair(bits: _Bits, high: int) -> tuple[str, str]:
    """A pair of the query that is not GS1's: seven bits of length, its name; alphabet, length and value."""
    name = bits.text(3, high << 3 | bits.take(3))
    alphabet = bits.take(3)
    value = bits.text(alphabet, bits.take(7))
    if not name or name.isdigit():
        raise _NotCompressedError
    return name, quote(value, safe="")


@cache
def digit_bits(count: int) -> int:
    """Bits for a number of so many digits as GS1's toolkit counts them: a hundredth is added, so none take one bit."""
    return ceil(count * log2(10) + 0.01)


@cache
def _parts(ai: str) -> tuple[_Part, ...]:
    """The parts of an AI's value that are written one by one: neighbours of one kind are one part."""
    found: list[_Part] = []
    for letter, fixed, size in parts_of(ai):
        now = _Part(letter == "N", fixed, size)
        last = found[-1] if found else None
        if last and last.digits == now.digits and last.fixed == now.fixed:
            found[-1] = _Part(last.digits, last.fixed, last.size + size)
        else:
            found.append(now)
    return tuple(found)
