"""The serials of a batch, made anew from its counters: no registry is asked, so any process can print any part."""

from __future__ import annotations

from collections.abc import Iterator

from ..domain.serial_scheme import SerialKeys, SerialScheme, issue
from ..store.code_batches import Batch


def batch_serials(batch: Batch, keys: SerialKeys, start: int = 0, stop: int | None = None) -> Iterator[str]:
    """The serials of a batch from place `start` to before `stop`, made anew from the keys."""
    scheme = SerialScheme(batch.kind, batch.key_number)
    for place in range(start, batch.wanted if stop is None else min(stop, batch.wanted)):
        yield issue(scheme, keys, batch.first + place)
