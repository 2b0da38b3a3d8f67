"""GS1 Digital Link URIs (URI Syntax 1.6.0), read without building anything in between: this is the hot path.

Two tolerances, both decided: GTIN-8, -12 and -13 in the path are padded to 14 digits (our own links never need it),
and one slash at the end is ignored. All else is as strict as GS1's own engine.
"""

from __future__ import annotations

import re
from itertools import pairwise
from urllib.parse import unquote

from .ai_table import AI, AI_CODES, KEYS, check_together, known_ai
from .code import Code, CodeError, Spelling

_URI = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*")
_AUTHORITY = re.compile(r"[A-Za-z0-9\-.:\[\]]+")
_SHORT_GTINS = (8, 12, 13)
_ENOUGH_DIGITS = 6  # of a numeric key: more than a year, a month or a page number in some site's path
_ENOUGH_IN_TEXT = 4  # of a key with letters: the shortest GS1 Company Prefix


def read_link(authority: str | None, path: str, query: str) -> Code | None:
    """The code of a link that is split into its parts and not percent-decoded; None if it holds no GS1 key.

    `authority` is None for a bare path. Raises `CodeError` if the link is meant as a Digital Link and broken:
    a segment that is a primary key's AI is followed by an empty one, or by one with at least six digits (four, for a
    key that may hold letters). Other sites' paths such as /2026/01/15 or /401/login stay theirs.
    """
    segments = path.split("/")
    if not segments[-1]:
        del segments[-1]
    start = _rightmost_key(segments)
    if start is None:
        _refuse_broken_path(segments)
        return None
    try:
        return _read(authority, segments[start:], path, query)
    except CodeError:
        if authority is None or any(_meant(key, value) for key, value in pairwise(segments)):
            raise
        return None


def holds_no_key(path: str) -> bool:
    """Whether no part of a path reads as an uncompressed Digital Link."""
    return _rightmost_key(path.removesuffix("/").split("/")) is None


def _rightmost_key(segments: list[str]) -> int | None:
    """Where the rightmost primary key stands that only pairs of AI and value follow."""
    for position in range(len(segments) - 2, 0, -2):
        if segments[position] in KEYS:
            return position
        if segments[position] not in AI_CODES:
            return None
    return None


def _meant(key: str, value: str) -> bool:
    if key not in KEYS:
        return False
    digits = sum(letter.isdigit() for letter in unquote(value))
    return not value or digits >= (_ENOUGH_DIGITS if known_ai(key).characters == "digits" else _ENOUGH_IN_TEXT)


def _refuse_broken_path(segments: list[str]) -> None:
    for position in range(len(segments) - 2, 0, -1):
        key, value = segments[position], segments[position + 1]
        if _meant(key, value):
            known_ai(key).check(_decode(key, value))
            rest = segments[position + 2 :]
            for ai in rest[::2]:
                if ai not in AI_CODES:
                    raise CodeError("unknown_ai", f"a GS1 Application Identifier after ({key})", ascii(ai))
            raise CodeError("empty", f"a value for ({rest[-1]})", "none")


def _read(authority: str | None, segments: list[str], path: str, query: str) -> Code:
    if authority is not None and not _AUTHORITY.fullmatch(authority):
        raise CodeError("characters", "a host name", ascii(authority))
    if not (_URI.fullmatch(path) and _URI.fullmatch(query)):
        raise CodeError("characters", "characters of a URI, others percent-encoded", ascii(path + query))
    key = known_ai(segments[0])
    order = tuple(segments[2::2])
    if order not in key.paths:
        raise _wrong_order(key, order)
    values = {}
    for position in range(0, len(segments), 2):
        ai, value = segments[position], _decode(segments[position], segments[position + 1])
        known_ai(ai).check(value)
        values[ai] = value
    attributes = tuple(_attributes(key, order, query)) if query else ()
    for ai, value in attributes:
        if ai in values:
            raise CodeError("duplicate", f"({ai}) once", "twice")
        values[ai] = value
    check_together(values)
    return Code(key.code, values[key.code], tuple((ai, values[ai]) for ai in order), attributes, Spelling.DIGITAL_LINK)


def _decode(ai: str, segment: str) -> str:
    value = unquote(segment) if "%" in segment else segment
    if ai == "01" and len(value) in _SHORT_GTINS:
        return value.zfill(14)
    return value


def _wrong_order(key: AI, order: tuple[str, ...]) -> CodeError:
    if len(set(order)) < len(order):
        return CodeError("duplicate", "each qualifier once", "/".join(order))
    lines = " or ".join("/".join(line) for line in key.sequences if line) or "no qualifier"
    return CodeError("order", f"{lines} after ({key.code})", "/".join(order))


def _attributes(key: AI, order: tuple[str, ...], query: str) -> list[tuple[str, str]]:
    """(AI, value) pairs of the query. Keys that are not all digits belong to somebody else and are ignored."""
    found = []
    for item in query.split("&"):
        name, equals, value = item.partition("=")
        if not equals or not name.isdigit():
            continue
        entry = known_ai(name)
        if any(name in line and set(order) <= set(line) for line in key.sequences):
            raise CodeError("order", f"({name}) in the path", "in the query")
        if not entry.attribute:
            raise CodeError("order", f"an attribute that may stand in the query of ({key.code})", f"({name})")
        decoded = _decode(name, value.replace("+", " "))
        entry.check(decoded)
        found.append((name, decoded))
    return found
