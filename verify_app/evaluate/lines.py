"""What fitting learns from, as JSON lines, one value a line (.gz if so named)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from ..replay.trace import open_lines

Value = TypeVar("Value", bound=msgspec.Struct)


def save(path: Path, found: Iterable[msgspec.Struct]) -> int:
    """Write values; returns how many."""
    written = 0
    with open_lines(path, "wb") as file:
        for one in found:
            file.write(msgspec.json.encode(one) + b"\n")
            written += 1
    return written


def load(path: Path, kind: type[Value]) -> Iterator[Value]:
    """Read what `save` wrote of a kind. Raises `ValueError` for a line that is none."""
    decoder = msgspec.json.Decoder(kind)
    with open_lines(path, "rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                yield decoder.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise ValueError(f"Expected an example in line {number} of {path.name}, got {error}.") from error
