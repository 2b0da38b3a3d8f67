"""An office upon the small registry, and somebody of its enterprise e1.

In a test file: `pytest_plugins = ("tests.fixtures_portal",)`, then ask for `office`, `desk` or `author`. A file that
needs more of its office defines an `office` of its own that takes this one.
"""

from __future__ import annotations

import pytest

from tests.fixtures_accounts import empty_database, make_office
from tests.registry_samples import REGISTRY
from verify_app.domain.account import Role, Scope
from verify_app.store.registry import write_registry

__all__ = ["empty_database"]


@pytest.fixture
def office(tmp_path, empty_database):
    made = make_office(tmp_path, empty_database)
    write_registry(made.engine, REGISTRY)
    yield made
    made.engine.dispose()


@pytest.fixture
def desk(office):
    return office.app.extensions["parts"].desk


@pytest.fixture
def author(office):
    return office.someone(Role.ENTERPRISE, scope=Scope(enterprises=("e1",)))
