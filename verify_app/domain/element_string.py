"""Element strings: what GS1 carriers hold, raw with separators or printed with brackets.

Raw (GS1 General Specifications, clause 7.8): AI and value follow each other; FNC1, sent as the character GS, ends
every value whose length the AI does not fix. Bracketed: "(01)09506000134352(10)ABC", as it is printed for people.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from .ai_table import AI, AI_CODES, KEYS, check_together, known_ai
from .code import Code, CodeError, Spelling

GS = "\x1d"
_SPELLED_GS = re.compile(r"\{GS\}|<GS>|\[GS\]|\^\]|␝|\{FNC1\}|<FNC1>|\[FNC1\]", re.IGNORECASE)
_GAPS = re.compile(r"[ \t\u00a0]+")
_OPENING = re.compile(r"(?<!\\)\(")
_SERIALS = ("21", "235")
_PLACES = ("410", "411", "412", "413", "416")  # roles of a place in a shipment: the place itself is (414)


def spell_out_separators(text: str) -> str:
    """Text with every spelling of the separator ({GS}, <GS>, ^], {FNC1} …) replaced by the character GS.

    No spelling but "<GS>" can occur in a value, and no issued value is known to hold that one."""
    return _SPELLED_GS.sub(GS, text)


def looks_like_elements(text: str) -> bool:
    """Whether text without a symbology identifier begins like an element string: with a primary key, whole and of
    right content. A GTIN or SSCC also counts with a wrong check digit, for nothing else has their AI and length."""
    code = next((text[:size] for size in (2, 3, 4) if text[:size] in KEYS), "")
    if not code:
        return False
    entry = known_ai(code)
    value = text[len(code) :].partition(GS)[0]
    value = value[: entry.fixed] if entry.fixed else value
    if code in ("00", "01"):
        return len(value) == entry.fixed and value.isascii() and value.isdigit()
    try:
        entry.check(value)
    except CodeError:
        return False
    return entry.characters == "digits" or value[:7].isdigit()  # not free text that begins with 401, 8004 …


def read_elements(text: str) -> list[tuple[str, str]]:
    """(AI, value) pairs of a raw element string without symbology identifier, values checked. Raises `CodeError`."""
    pairs = []
    position, end = 1 if text.startswith(GS) else 0, len(text)
    while position < end:
        entry = _ai_at(text, position)
        position += len(entry.code)
        stop = text.find(GS, position)
        stop = end if stop < 0 else stop
        if entry.fixed:
            stop = min(stop, position + entry.fixed)
        value = text[position:stop]
        entry.check(value)
        pairs.append((entry.code, value))
        position = stop + 1 if text.startswith(GS, stop) else stop
    return pairs


def _ai_at(text: str, position: int) -> AI:
    for size in (2, 3, 4):  # no AI is the beginning of another
        if text[position : position + size] in AI_CODES:
            return known_ai(text[position : position + size])
    raise CodeError("unknown_ai", "a GS1 Application Identifier", ascii(text[position : position + 4]))


def read_brackets(text: str) -> list[tuple[str, str]]:
    r"""(AI, value) pairs of an element string that begins with a bracket, values checked. Spaces are ignored; a
    bracket that belongs to a value is written "\(". Raises `CodeError`."""
    pairs = []
    for piece in _OPENING.split(_GAPS.sub("", text))[1:]:
        code, _, value = piece.partition(")")
        value = value.replace("\\(", "(").removesuffix(GS)
        known_ai(code).check(value)
        pairs.append((code, value))
    return pairs


def code_of(pairs: Iterable[tuple[str, str]], spelling: Spelling) -> Code:
    """The code that checked (AI, value) pairs name: the first primary key, its qualifiers in the order of the
    standard, all else as attributes. Repeated AIs must agree. Raises `CodeError`."""
    values: dict[str, str] = {}
    for ai, value in pairs:
        if values.setdefault(ai, value) != value:
            raise CodeError("duplicate", f"({ai}) once, or twice the same", f"{values[ai]!a} and {value!a}")
    check_together(values)
    key = next((ai for ai in values if ai in KEYS), "")
    if not key:
        return _place(values, spelling)
    # Alternatives of qualifiers cannot be mixed: the one with a serial is taken, else the one with most of them.
    line = max(known_ai(key).sequences, key=lambda choice: (_serial_in(choice, values), _count(choice, values)))
    qualifiers = tuple((ai, values[ai]) for ai in line if ai in values)
    attributes = tuple((ai, value) for ai, value in values.items() if ai != key and ai not in line)
    return Code(key, values[key], qualifiers, attributes, spelling)


def _serial_in(line: tuple[str, ...], values: dict[str, str]) -> bool:
    return any(ai in values for ai in _SERIALS if ai in line)


def _count(line: tuple[str, ...], values: dict[str, str]) -> int:
    return sum(ai in values for ai in line)


def _place(values: dict[str, str], spelling: Spelling) -> Code:
    role = next((ai for ai in _PLACES if ai in values), "")
    if not role:
        raise CodeError("missing_key", "a GS1 key such as (01) or (00)", " ".join(f"({ai})" for ai in values) or "none")
    return Code("414", values[role], (), tuple(values.items()), spelling)
