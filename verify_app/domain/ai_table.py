"""The GS1 Application Identifiers: what each value looks like, and which AIs may or must stand together.

The facts are data, `gs1_ai.json`, with their source and version; this module reads them once and compiles an AI's
pattern when the AI is first met.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import combinations
from typing import Any

from .ai_content import CONTENT
from .check_digit import expected_check_digit
from .code import CodeError

_DATA = json.loads((resources.files(__package__) / "gs1_ai.json").read_text(encoding="utf-8"))
SOURCE: str = _DATA["source"]

_SETS = {
    "N": ("[0-9]", "digits"),
    "X": (r"""[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]""", "characters of GS1 set 82"),
    "Y": (r"[#\-/0-9A-Z]", "characters of GS1 set 39"),
    "Z": (r"[\-0-9A-Z_a-z]", "characters of GS1 set 64"),
}
_PART = re.compile(r"(\[?)([NXYZ])(\.\.)?(\d+)((?:/\w+)*)\]?")
_SERIALISED = {"253": 13, "255": 13, "8003": 14}  # with a digital signature these keys need their serial part


def _expand(ranges: str) -> list[str]:
    codes = []
    for item in ranges.split():
        first, _, last = item.partition("-")
        codes += [str(code).zfill(len(first)) for code in range(int(first), int(last or first) + 1)]
    return codes


_ROWS: dict[str, dict[str, Any]] = {code: row for row in _DATA["rows"] for code in _expand(row["ai"])}
AI_CODES = frozenset(_ROWS)
KEYS = frozenset(code for code, row in _ROWS.items() if "key" in row)


@dataclass(frozen=True, slots=True)
class AI:
    """One Application Identifier. `fixed` is the value's length where no separator follows, else 0; `paths` are all
    sequences of qualifiers that may follow a primary key, empty for an AI that is none."""

    code: str
    pattern: re.Pattern[str]
    shortest: int
    longest: int
    characters: str
    contents: tuple[tuple[int, str, Callable[[str], bool]], ...]
    fixed: int
    attribute: bool
    sequences: tuple[tuple[str, ...], ...]
    paths: frozenset[tuple[str, ...]]
    needs: tuple[tuple[str, ...], ...]
    simple_needs: frozenset[str]
    excludes: tuple[str, ...]

    def check(self, value: str) -> None:
        """Refuse a value that this AI cannot have (`CodeError`)."""
        match = self.pattern.fullmatch(value)
        if match is None:
            raise self._misfit(value)
        for group, name, right in self.contents:
            part = match[group]
            if part is not None and not right(part):
                raise self._wrong(name, part)

    def _misfit(self, value: str) -> CodeError:
        if not value:
            return CodeError("empty", f"a value for ({self.code})", "none")
        if not self.shortest <= len(value) <= self.longest:
            sizes = str(self.longest) if self.shortest == self.longest else f"{self.shortest} to {self.longest}"
            kind = "digits" if self.characters == "digits" else "characters"
            return CodeError("length", f"{sizes} {kind} in ({self.code})", str(len(value)))
        return CodeError("characters", f"{self.characters} in ({self.code})", ascii(value))

    def _wrong(self, name: str, part: str) -> CodeError:
        if name == "csum":
            digit = expected_check_digit(part[:-1])
            return CodeError("check_digit", f"check digit {digit} in ({self.code}) {part}", part[-1])
        if name == "checkpair":
            return CodeError("check_digit", f"right check characters in ({self.code})", ascii(part[-2:]))
        return CodeError("value", f"a {_MEANING.get(name, 'permitted value')} in ({self.code})", ascii(part))


_MEANING = {
    "yymmd0": "date YYMMDD",
    "yymmdd": "date YYMMDD",
    "yyyymmdd": "date YYYYMMDD",
    "hhmm": "time HHMM",
    "gcp": "GS1 Company Prefix",
    "country": "country number of ISO 3166",
    "country2": "country code of ISO 3166",
    "country999": "country number of ISO 3166",
    "currency": "currency number of ISO 4217",
}


def find_ai(code: str) -> AI | None:
    """The AI of this number, None if GS1 has assigned no such AI."""
    return _compile(code) if code in AI_CODES else None


def known_ai(code: str) -> AI:
    """The AI of this number. Raises `CodeError` ("unknown_ai") if GS1 has assigned no such AI."""
    found = find_ai(code)
    if found is None:
        raise CodeError("unknown_ai", "a GS1 Application Identifier", ascii(code))
    return found


def parts_of(code: str) -> tuple[tuple[str, bool, int], ...]:
    """The parts of an AI's value, in order: character set, whether the length is fixed, length or greatest length."""
    parts = (match.groups() for match in _PART.finditer(_ROWS[code]["form"]))
    return tuple((letter, not (optional or up_to), int(length)) for optional, letter, up_to, length, _ in parts)


@cache
def _compile(code: str) -> AI:
    row = _ROWS[code]
    parts = [match.groups() for match in _PART.finditer(row["form"])]
    pattern, contents, shortest, longest = "", [], 0, 0
    for group, (optional, letter, up_to, length, tests) in enumerate(parts, start=1):
        size = f"1,{length}" if up_to else length
        pattern += f"({_SETS[letter][0]}{{{size}}})" + ("?" if optional else "")
        contents += [(group, name, CONTENT[name]) for name in tests.split("/")[1:]]
        shortest += 0 if optional else 1 if up_to else int(length)
        longest += int(length)
    if code == "8030":  # set 64 may be padded with = to a multiple of three characters
        pattern = r"((?=.{1,90}$)(?=[^=]*$|(?:...)*$)[\-0-9A-Z_a-z]+={0,2})"
    sequences = tuple(map(tuple, row.get("key", ())))
    needs = tuple(tuple(choice.split("+")) for choice in row.get("needs", ()))
    return AI(
        code=code,
        pattern=re.compile(pattern),
        shortest=shortest,
        longest=longest,
        characters=_SETS[max(part[1] for part in parts)][1],
        contents=tuple(contents),
        fixed=longest if row.get("fixed") else 0,
        attribute=bool(row.get("attribute")),
        sequences=sequences,
        paths=frozenset(
            chosen for line in sequences for size in range(len(line) + 1) for chosen in combinations(line, size)
        ),
        needs=needs,
        simple_needs=frozenset(choice[0] for choice in needs if len(choice) == 1 and "n" not in choice[0]),
        excludes=tuple(code[:3] + "n" if name == "own" else name for name in row.get("excludes", ())),
    )


def check_together(values: Mapping[str, str]) -> None:
    """Refuse AIs that exclude each other, or an AI without those that it needs (GS1 General Specifications, 4.13).

    `values` holds every AI of one carrier. Raises `CodeError` ("pair").
    """
    for code in values:
        entry = _compile(code)
        for other in entry.excludes:
            if _present(other, values, code):
                raise CodeError("pair", f"no ({other}) beside ({code})", "both")
        if entry.needs and entry.simple_needs.isdisjoint(values) and not _any_choice(entry, values):
            choices = " or ".join("+".join(f"({part})" for part in choice) for choice in entry.needs)
            raise CodeError("pair", f"{choices} beside ({code})", "none")
    if "8030" in values:
        for code, length in _SERIALISED.items():
            if len(values.get(code, "")) == length:
                raise CodeError("pair", f"a serial part in ({code}) beside (8030)", "none")


def _any_choice(entry: AI, values: Mapping[str, str]) -> bool:
    return any(all(_present(part, values, entry.code) for part in choice) for choice in entry.needs)


def _present(pattern: str, values: Mapping[str, str], own: str) -> bool:
    if pattern.endswith("n"):
        start = pattern.rstrip("n")
        return any(code.startswith(start) and code != own for code in values)
    return pattern in values
