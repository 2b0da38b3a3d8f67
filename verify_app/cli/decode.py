"""`verify-app decode`: photos in, one JSON object a file out, for use in scripts."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import click

from ..images.decoded import Decoded
from ..images.errors import DecodeBusy, DecodeTimeout, ImageError
from ..images.limits import BODY_LIMIT
from ..images.pool import DecodePool

_AHEAD = 4  # photos a core that are read from disk before their turn to be written


@click.command(name="decode")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--processes", type=click.IntRange(1, 64), default=os.cpu_count() or 1, help="Decoder processes.")
def command(files: tuple[str, ...], processes: int) -> None:
    """Read the codes in each FILE ("-": standard input) and write one JSON object a line, in the order given.

    {"file", "symbols": [{"text", "format", "symbology_identifier", "position"}], "ms", "error"}. A file that cannot
    be read has an error and no symbols; the exit code is 0 all the same.
    """
    pool = DecodePool(min(processes, len(files)), queue=processes * _AHEAD)
    try:
        for line in answers(pool, files, processes):
            sys.stdout.write(line)
            sys.stdout.flush()
    finally:
        pool.close()


def answers(pool: DecodePool, files: Iterable[str], processes: int) -> Iterator[str]:
    """One line of JSON for each file, in their order, while `processes` photos are decoded at a time."""
    waiting = iter(files)
    with ThreadPoolExecutor(processes) as threads:
        ahead = [threads.submit(describe, pool, file) for file in islice(waiting, processes * _AHEAD)]
        while ahead:
            yield json.dumps(ahead.pop(0).result()) + "\n"  # ASCII: the same bytes in every locale
            ahead.extend(threads.submit(describe, pool, file) for file in islice(waiting, 1))


def describe(pool: DecodePool, file: str) -> dict[str, object]:
    """What was read in one file."""
    try:
        decoded = pool.decode(_bytes(file))
    except OSError as error:
        return _answer(file, None, f"Expected a file that can be read, got: {error.strerror}.")
    except (ImageError, DecodeBusy, DecodeTimeout) as error:
        return _answer(file, None, str(error))
    return _answer(file, decoded, None)


def _bytes(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read(BODY_LIMIT + 1)
    with open(file, "rb") as stream:  # noqa: PTH123 - a name may hold bytes that are no UTF-8
        return stream.read(BODY_LIMIT + 1)


def _answer(file: str, decoded: Decoded | None, error: str | None) -> dict[str, object]:
    symbols = [
        {
            "text": symbol.text,
            "format": symbol.format,
            "symbology_identifier": symbol.symbology_identifier,
            "position": symbol.position,
        }
        for symbol in (decoded.symbols if decoded else ())
    ]
    return {"file": file, "symbols": symbols, "ms": decoded.ms if decoded else None, "error": error}
