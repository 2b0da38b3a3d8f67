"""Scans that the ledger cannot take: kept aside with the reason, so that they block nothing and are not lost."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from prometheus_client import Counter

dead_letters = Counter("verify_app_dead_letters", "Scans that the ledger could not take.", registry=None)


class DeadLetters:
    """An append-only file, one JSON object a line: `{"from", "id", "reason", "fields"}`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, source: str, entry: str, reason: str, fields: Mapping[bytes, bytes]) -> None:
        """Keep one scan; it is on the disk when this returns. Raises `OSError`."""
        readable = {name.decode("latin-1"): value.decode("utf-8", "backslashreplace") for name, value in fields.items()}
        line = json.dumps({"from": source, "id": entry, "reason": reason[:500], "fields": readable})
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.write(descriptor, line.encode() + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        dead_letters.inc()
