"""What can be wrong with one cell, as data: the words stand in the catalogues ("import.problem.{slug}")."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..domain.code import CodeError
from ..domain.parse import parse
from ..domain.printed_date import PrintedDate
from ..store.import_jobs import BadRow

Problem = dict[str, str]  # column, slug, expected, got
Row = tuple[int, list[str]]

_SPREADSHEET = re.compile(r"[0-9][.,]?[0-9]*[eE]\+?[0-9]+")
_DAY_FIRST = re.compile(r"(?:([0-9]{1,2})[/.-])?([0-9]{1,2})[/.-]([0-9]{4})")
_LONGEST = 60


class CellError(ValueError):
    """A cell is refused; `problem` says why."""

    def __init__(self, column: str, slug: str, expected: str = "", got: str = "") -> None:
        super().__init__(f"Expected {expected} in {column}, got {got[:_LONGEST]!r}.")
        self.problem: Problem = {"column": column, "slug": slug, "expected": expected, "got": clean(got)[:_LONGEST]}


def clean(text: str) -> str:
    """The text with bytes that were no UTF-8 shown as the replacement character."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def bad_row(row: Row, problems: Sequence[Problem]) -> BadRow:
    """A refused row as it is kept."""
    return BadRow(row[0], tuple(clean(cell) for cell in row[1]), tuple(problems))


def read_gtin(text: str) -> str:
    """GTIN-14 of a cell in any usual spelling. Raises `CellError`."""
    text = text.strip()
    if not text:
        raise CellError("gtin", "missing", "a GTIN", "")
    if _SPREADSHEET.fullmatch(text):
        raise CellError("gtin", "spreadsheet_number", "all digits of the GTIN", text)
    try:
        code = parse(text)
    except CodeError as error:
        raise CellError("gtin", error.problem, error.expected, error.got) from error
    if not code.gtin or code.qualifiers:
        raise CellError("gtin", "not_a_gtin", "a GTIN alone", text)
    return code.gtin


def read_date(column: str, text: str) -> PrintedDate | None:
    """Date of a cell: YYYY-MM-DD, YYYY-MM, dd/mm/yyyy or mm/yyyy; None for an empty one. Raises `CellError`."""
    text = text.strip()
    if not text:
        return None
    found = _DAY_FIRST.fullmatch(text)
    try:
        if found:
            return PrintedDate(int(found[3]), int(found[2]), int(found[1] or 0))
        return PrintedDate.from_iso(text)
    except ValueError as error:
        raise CellError(column, "date", "dd/mm/yyyy", text) from error


def read_whole(column: str, text: str, highest: int) -> int:
    """Whole number from 0 of a cell, 0 for an empty one; separators of thousands are allowed. Raises `CellError`."""
    digits = text.strip().replace(" ", "").replace("\u00a0", "").replace(".", "").replace(",", "")
    if not digits:
        return 0
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18 and int(digits) <= highest):
        raise CellError(column, "number", f"0–{highest}", text)
    return int(digits)


def read_choice(column: str, text: str, choices: Sequence[str]) -> str:
    """One of some words, "" for an empty cell. Raises `CellError`."""
    word = text.strip().lower()
    if word and word not in choices:
        raise CellError(column, "choice", ", ".join(choices), text)
    return word
