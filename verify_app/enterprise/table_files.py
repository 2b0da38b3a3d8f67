"""Tables in files: CSV, XLSX and JSON read row by row, and the annotated file that goes back to the sender."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from ..store.import_jobs import BadRow
from .columns import COLUMNS, PROBLEM, REMARK, ROW

FORMS = ("csv", "xlsx", "json", "jsonl")
XLSX_BYTES = 256 * 1024 * 1024  # unpacked: a spreadsheet is held in memory as a whole; more rows belong into CSV
JSON_BYTES = 64 * 1024 * 1024  # a JSON array is held in memory as a whole; more rows belong into JSON lines
_DELIMITERS = ",;\t"


class TableError(ValueError):
    """The file is no table of its form; the message says what was expected and what came."""


@dataclass(slots=True)
class Table:
    """An open file: its header, its rows with their numbers (as a spreadsheet shows them: the header is row 1; the
    first record of a JSON file is 1), and how many bytes have been read."""

    header: tuple[str, ...]
    rows: Iterator[tuple[int, list[str]]]
    _file: BinaryIO
    _text: object = None  # kept: a text wrapper that is thrown away closes its file

    @property
    def read_bytes(self) -> int:
        """Bytes read so far."""
        return self._file.tell()


def form_of(name: str) -> str:
    """Form of a file by its name. Raises `TableError`."""
    ending = Path(name).suffix.lower().lstrip(".")
    form = {"ndjson": "jsonl", "txt": "csv", "tsv": "csv"}.get(ending, ending)
    if form not in FORMS:
        raise TableError(f"Expected a file .csv, .xlsx, .json or .jsonl, got {name[-40:]!r}.")
    return form


@contextmanager
def open_table(path: Path, form: str, kind: str) -> Iterator[Table]:
    """Open a file for reading. Raises `TableError`, also in the middle of the rows."""
    with path.open("rb") as file:
        if form == "csv":
            yield _csv(file)
        elif form == "xlsx":
            yield _xlsx(file)
        else:
            header = tuple(column.key for column in COLUMNS[kind])
            yield Table(header, _json_rows(file, form, header), file)


def _csv(file: BinaryIO) -> Table:
    # surrogates mark bytes that are no UTF-8; the reader of rows refuses them one by one
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
    first = text.readline(65_536)
    if "\x00" in first:
        raise TableError("Expected a CSV file in UTF-8, got one in UTF-16; save it as “CSV UTF-8”.")
    delimiter = max(_DELIMITERS, key=first.count)
    header = next(csv.reader([first], delimiter=delimiter), [])
    if not any(name.strip() for name in header):
        raise TableError("Expected a first line with the names of the columns, got an empty line.")
    return Table(tuple(header), _numbered(csv.reader(text, delimiter=delimiter)), file, text)


def _numbered(rows: Any) -> Iterator[tuple[int, list[str]]]:
    try:
        yield from enumerate(rows, start=2)
    except csv.Error as error:
        said = f"Expected a row after line {rows.line_num}, got {error}; look for a quotation mark there."
        raise TableError(said) from error


def _xlsx(file: BinaryIO) -> Table:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with zipfile.ZipFile(file) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile as error:
        raise TableError("Expected an Excel workbook .xlsx, got something else.") from error
    if unpacked > XLSX_BYTES:
        raise TableError(f"Expected a workbook of at most {XLSX_BYTES:,} bytes unpacked, got {unpacked:,}; use CSV.")
    file.seek(0)
    try:
        rows = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).iter_rows()
        header = [_cell(cell) for cell in next(iter(rows), [])]
    except (CalamineError, OSError, ValueError) as error:
        raise TableError(f"Expected a readable Excel workbook, got: {error}.") from error
    return Table(tuple(header), ((n, [_cell(cell) for cell in row]) for n, row in enumerate(rows, start=2)), file)


def _cell(value: Any) -> str:
    """Text of a cell: whole numbers without ".0", dates in ISO spelling."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(timespec="minutes")
    return value.isoformat() if isinstance(value, date) else str(value)


def _json_rows(file: BinaryIO, form: str, header: tuple[str, ...]) -> Iterator[tuple[int, list[str]]]:
    for number, record in enumerate(_records(file, form), start=1):
        if not isinstance(record, dict):
            raise TableError(f"Expected an object as record {number}, got {type(record).__name__}.")
        unknown = [key for key in record if key not in header and not key.startswith(REMARK)]
        if unknown:
            raise TableError(f"Expected only the keys {', '.join(header)} in record {number}, got {unknown[0][:60]!r}.")
        yield number, [_plain(record.get(key)) for key in header]


def _records(file: BinaryIO, form: str) -> Iterator[Any]:
    number = 0
    try:
        if form == "json":
            data = file.read(JSON_BYTES + 1)
            if len(data) > JSON_BYTES:
                raise TableError(f"Expected at most {JSON_BYTES:,} bytes of JSON, got more; use JSON lines.")
            records = msgspec.json.decode(data)
            yield from records if isinstance(records, list) else [records]
            return
        decoder = msgspec.json.Decoder()
        for number, line in enumerate(file, start=1):  # noqa: B007 - told in the error
            if line.strip():
                yield decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TableError(f"Expected JSON in line {number or 1}, got: {error}.") from error


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ";".join(map(str, value))
    return _cell(value)


def write_template(kind: str, form: str, out: BinaryIO) -> None:
    """Write an empty file of a kind, with the Vietnamese header and one example row, as CSV or XLSX."""
    columns = COLUMNS[kind]
    rows = [[column.vi for column in columns], [column.example for column in columns]]
    _write(form, rows[0], rows[1:], out)


def write_annotated(form: str, header: Sequence[str], bad: Iterable[tuple[BadRow, str]], out: BinaryIO) -> None:
    """Write the refused rows with two remarks in front, their number and what is wrong; mended, the file can be sent
    again as it is. The form is that of the file that came."""
    keep = [place for place, name in enumerate(header) if not name.strip().startswith(REMARK)]
    names = [ROW, PROBLEM, *(header[place] for place in keep)]
    rows = ([str(b.row), words, *(b.cells[p] if p < len(b.cells) else "" for p in keep)] for b, words in bad)
    if form in ("json", "jsonl"):
        for row in rows:
            out.write(msgspec.json.encode({k: v for k, v in zip(names, row, strict=True) if v}) + b"\n")
    else:
        _write(form, names, rows, out)


def _write(form: str, header: Sequence[str], rows: Iterable[Sequence[str]], out: BinaryIO) -> None:
    if form == "xlsx":
        import xlsxwriter  # only here: reading needs it not, and it takes its time to load

        with xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False}) as book:
            sheet, as_text = book.add_worksheet(), book.add_format({"num_format": "@"})
            sheet.set_column(0, len(header) - 1, 24, as_text)
            for number, row in enumerate((header, *rows) if isinstance(rows, list) else _chained(header, rows)):
                for place, cell in enumerate(row):
                    sheet.write_string(number, place, cell, as_text)
        return
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    text.detach()


def _chained(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
    yield header
    yield from rows
