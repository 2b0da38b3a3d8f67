"""A PostgreSQL of a measurement's own, in a temporary folder."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.fixtures_postgres import PostgresServer


@contextmanager
def own_postgres(options: str = "") -> Iterator[str]:
    """URL of an empty database; the server and its folder are gone after. With `options` ("-c …") they are all that
    differs from a new installation; without them it writes nothing durably, as in the tests."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    server = PostgresServer(found[-1].parent, folder)
    try:
        server.start(options)
        yield server.database()
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
