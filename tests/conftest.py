"""How all tests run together: what begins first, and what is never swept."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from hypothesis.internal.conjecture import providers

import tests.compiled  # noqa: F401 - before an application is made

# Hypothesis reads every module of the project in search of numbers and words to try, which takes each process seconds;
# and as it tries those of the modules that happen to be there, a run would not have the examples of the one before.
providers._get_local_constants = lambda: providers._local_constants

HERE = Path(__file__).parent
LONG = (  # they begin first, so that the two processes of a run end at about the same time
    "guard/test_tools.py",
    "edges/test_smoke_load.py",
    "edges/test_serve.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long come first; all others stay in their order, with those of the pages at the end."""
    place = {HERE / name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path, len(LONG)))


def pytest_collection_finish() -> None:
    """What was collected stays until the end: sweeping through it again and again finds nothing."""
    gc.collect()
    gc.freeze()
