"""The demonstration's pictures, drawn once for all services of a test run instead of once for each of them.

PYTEST_DONT_REWRITE: test files may also import from here, before or after pytest does.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

import pytest

from verify_app.demo.build import recipes
from verify_app.demo.pictures import write_pictures


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all pictures, which the processes of one test run share."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "drawn-pictures"
    with shared.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        write_pictures(shared, recipes())
    return shared


def lay_pictures(drawn: Path, data: Path) -> Path:
    """Put the pictures into a DATA_DIR that is not there yet, and return it: its service then draws none."""
    data.mkdir(mode=0o700, parents=True)
    shutil.copytree(drawn, data / "pictures", copy_function=os.link)
    return data
