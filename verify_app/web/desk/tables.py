"""Tables to take along: CSV, JSON and XLSX of what one may see, row by row, whatever their number.

CSV and JSON are on their way while the database is still read. A workbook is a ZIP whose directory comes last: it is
written to a file on the disk row by row, then sent. Each writer yields pieces: how many rows are done, and the bytes
that came since the piece before, b"" while a workbook is written. A page that asks with `X-Progress: rows` gets the
pieces in frames (rows and length as two big-endian numbers of 32 bits, then the bytes; the last one is `END`), so it
tells rows done of `X-Rows` in all; everybody else gets the file alone. Who goes away ends the writing.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from struct import Struct
from tempfile import TemporaryDirectory, TemporaryFile

import msgspec
from flask import Response, abort, request, stream_with_context

FORMS = ("csv", "xlsx", "json")
_MIME = {
    "csv": "text/csv",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_CHUNK = 64 * 1024
_PART = 250  # rows from one piece to the next: some 40 KB, and a few hundredths of a second of a workbook
_FRAME = Struct(">II")
END = _FRAME.pack(2**32 - 1, 0)
Cell = str | int | float
Piece = tuple[int, bytes]


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
    pieces = {"csv": _csv, "json": _json, "xlsx": _xlsx}[form](columns, rows)
    return send(pieces, f"{name}.{form}", _MIME[form], total)


def send(pieces: Iterable[Piece], name: str, mime: str, total: int = 0) -> Response:
    """A file of these pieces to take along, in frames for a page that asks for them."""
    kept = {"Content-Disposition": f'attachment; filename="{name}"', "Vary": "X-Progress"}
    kept |= {"X-Rows": str(total)} if total else {}
    if request.headers.get("X-Progress") == "rows":
        return Response(stream_with_context(_framed(pieces)), mimetype="application/octet-stream", headers=kept)
    bare = (data for _, data in pieces if data)
    return Response(stream_with_context(bare), mimetype=mime, headers=kept)


def _framed(pieces: Iterable[Piece]) -> Iterator[bytes]:
    for done, data in pieces:
        yield _FRAME.pack(done, len(data)) + data
    yield END


def gathered(lines: Iterable[bytes]) -> Iterator[Piece]:
    """Lines, one a row, some hundred to a piece."""
    part, number = bytearray(), 0
    for number, line in enumerate(lines, start=1):
        part += line
        if number % _PART == 0:
            yield number, bytes(part)
            part.clear()
    yield number, bytes(part)


def _csv(columns: Columns, rows: Iterable[Sequence[Cell]]) -> Iterator[Piece]:
    yield 0, b"\xef\xbb\xbf" + _line(columns.words)  # a spreadsheet knows UTF-8 by its mark
    yield from gathered(map(_line, rows))


def _line(row: Sequence[Cell]) -> bytes:
    line = StringIO()
    csv.writer(line).writerow([_plain(cell) for cell in row])
    return line.getvalue().encode()


def _plain(cell: Cell) -> Cell:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _json(columns: Columns, rows: Iterable[Sequence[Cell]]) -> Iterator[Piece]:
    done = 0
    objects = (msgspec.json.encode(dict(zip(columns.names, row, strict=True))) for row in rows)
    for done, data in gathered((b",\n" if number else b"[\n") + one for number, one in enumerate(objects)):
        yield done, data
    yield done, b"\n]\n" if done else b"[]\n"


def _xlsx(columns: Columns, rows: Iterable[Sequence[Cell]]) -> Iterator[Piece]:
    import xlsxwriter  # only here: it takes its time to load

    number = 0
    with TemporaryFile() as file, TemporaryDirectory() as parts:
        told = {"constant_memory": True, "strings_to_formulas": False, "tmpdir": parts}
        book = xlsxwriter.Workbook(file, told)
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
            if number % _PART == 0:
                yield number, b""
        yield number, b""
        book.close()
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield number, chunk
