"""`verify-app parse`: one text a line in, one JSON object a line out, for use in scripts."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from typing import BinaryIO

import click

from ..domain.code import FOREIGN, SHORT, CodeError
from ..domain.compression import compress
from ..domain.parse import parse

_ENCODER = json.JSONEncoder()  # ASCII with escapes: the same bytes in every locale, and bytes that are no UTF-8 survive


@click.command(name="parse")
@click.argument("files", nargs=-1, type=click.File("rb"))
@click.option("--compress", "compressed", is_flag=True, help="Add the path of the compressed Digital Link.")
def command(files: tuple[BinaryIO, ...], compressed: bool) -> None:
    """Read one code a line from FILES or standard input and write one JSON object a line.

    {"input", "ok", "canonical", "ai": {"01": ...}, "error"}. Each answer is written at once.
    """
    for stream in files or (sys.stdin.buffer,):
        for line in answers(stream, with_compressed if compressed else describe):
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()


def answers(lines: Iterable[bytes], told: Callable[[str], dict[str, object]] | None = None) -> Iterable[bytes]:
    """One line of JSON for each line of input; line ends LF and CRLF, any other control character is content."""
    for raw in lines:
        text = raw.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", "surrogateescape")
        yield _ENCODER.encode((told or describe)(text)).encode("ascii") + b"\n"


def describe(text: str) -> dict[str, object]:
    """What one text turned out to be. `ai` holds key, qualifiers and attributes of a GS1 code."""
    try:
        code = parse(text)
    except CodeError as error:
        return {"input": text, "ok": False, "canonical": None, "ai": {}, "error": str(error)}
    values: dict[str, str] = {}
    if code.key not in (SHORT, FOREIGN):
        values = {code.key: code.value, **dict(code.qualifiers), **dict(code.attributes)}
    return {"input": text, "ok": True, "canonical": code.canonical, "ai": values, "error": None}


def with_compressed(text: str) -> dict[str, object]:
    """The same with `compressed`: path of the compressed Digital Link, null where there is none."""
    found = describe(text)
    has_key = found["ai"] != {}
    return found | {"compressed": compress(parse(text)) if has_key else None}
