"""The newest schema for a test's SQLite database, copied: migrating takes longer than most tests.

PYTEST_DONT_REWRITE: test files and fixtures import from here, before or after pytest does.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import sqlalchemy as sa

from verify_app.store.migrate import migrate


@cache
def _file() -> bytes:
    with tempfile.TemporaryDirectory(prefix="migrated-") as folder:
        path = Path(folder) / "registry.sqlite3"
        migrate(f"sqlite:///{path}")
        return path.read_bytes()


def lay_schema(url: str) -> None:
    """Make the SQLite database of this URL, which is not there yet, as the migrations make it."""
    path = Path(sa.make_url(url).database or "")
    assert not path.exists(), f"Expected no database yet, got {path}."
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_file())
