"""The small registry of `tests/registry_samples.py` in a database.

In a test file: `pytest_plugins = ("tests.fixtures_registry",)`, then ask for `engine` or `desk` (the test runs on
SQLite and on PostgreSQL), or for `light_desk` (on SQLite alone).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.migrated import lay_schema
from tests.registry_samples import REGISTRY
from verify_app.enterprise.desk import Desk
from verify_app.store.engine import open_engine
from verify_app.store.registry import write_registry

pytest_plugins = ("tests.fixtures_postgres",)


@pytest.fixture
def engine(registry_url: str) -> Iterator[sa.Engine]:
    """An engine upon the small registry."""
    made = open_engine(registry_url)
    write_registry(made, REGISTRY)
    yield made
    made.dispose()


@pytest.fixture
def desk(engine: sa.Engine, tmp_path: Path) -> Desk:
    """The enterprises' work upon it."""
    return Desk(engine, tmp_path)


@pytest.fixture
def light_desk(tmp_path: Path) -> Iterator[Desk]:
    """The same where one kind of database is enough."""
    url = f"sqlite:///{tmp_path / 'registry.sqlite3'}"
    lay_schema(url)
    made = open_engine(url)
    write_registry(made, REGISTRY)
    yield Desk(made, tmp_path)
    made.dispose()
