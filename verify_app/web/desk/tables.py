"""Tables to take along: CSV, JSON and XLSX of what one may see, row by row, whatever their number.

CSV and JSON are on their way while the database is still read. A workbook is a ZIP whose directory comes last: it is
written to a file on the disk row by row, then sent. `X-Rows` says how many rows there will be, for the page's progress.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import SEEK_END, StringIO
from tempfile import TemporaryFile
from typing import IO

import msgspec
from flask import Response, abort, stream_with_context

FORMS = ("csv", "xlsx", "json")
_MIME = {
    "csv": "text/csv",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_CHUNK = 64 * 1024
Cell = str | int | float


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of the columns for programs (JSON), and as people read them (CSV, XLSX)."""

    names: tuple[str, ...]
    words: tuple[str, ...]


def table_file(form: str, name: str, columns: Columns, rows: Iterable[Sequence[Cell]], total: int = 0) -> Response:
    """The table as a file of one of `FORMS`; any other form is no page. `total`: how many rows there are, at most; 0
    where nobody counted."""
    if form not in FORMS:
        abort(404)
    kept = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    kept |= {"X-Rows": str(total)} if total else {}
    if form == "xlsx":
        file = _xlsx(columns, rows)
        kept["Content-Length"] = str(file.seek(0, SEEK_END))
        file.seek(0)
        return Response(_chunks(file), mimetype=_MIME[form], headers=kept)
    write = {"csv": _csv, "json": _json}[form]
    return Response(stream_with_context(write(columns, rows)), mimetype=_MIME[form], headers=kept)


def _csv(columns: Columns, rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    yield b"\xef\xbb\xbf" + _line(columns.words)  # a spreadsheet knows UTF-8 by its mark
    for row in rows:
        yield _line(row)


def _line(row: Sequence[Cell]) -> bytes:
    line = StringIO()
    csv.writer(line).writerow([_plain(cell) for cell in row])
    return line.getvalue().encode()


def _plain(cell: Cell) -> Cell:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _json(columns: Columns, rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    before = b"[\n"
    for row in rows:
        yield before + msgspec.json.encode(dict(zip(columns.names, row, strict=True)))
        before = b",\n"
    yield b"\n]\n" if before != b"[\n" else b"[]\n"


def _xlsx(columns: Columns, rows: Iterable[Sequence[Cell]]) -> IO[bytes]:
    import xlsxwriter  # only here: it takes its time to load

    file = TemporaryFile()  # noqa: SIM115 - closed by whoever reads it to its end
    with xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False}) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(columns.words) - 1, 20)
        sheet.write_row(0, 0, columns.words, bold)
        for number, row in enumerate(rows, start=1):
            for place, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, place, cell)
                else:
                    sheet.write_number(number, place, cell)
    return file


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk
