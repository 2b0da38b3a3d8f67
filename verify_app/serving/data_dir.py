"""DATA_DIR: the one folder that a running instance writes to."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

_FREE_AT_LEAST = 64 * 1024 * 1024  # below this SQLite and the append-only file may stop in the middle of a write


class DataDirError(RuntimeError):
    """DATA_DIR cannot be used; the message says why and what to do."""


def make(folder: Path) -> Path:
    """Make the folder, for its owner only, and return its absolute path. Raises `DataDirError`."""
    folder = folder.absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.stat().st_uid == os.geteuid():
            folder.chmod(0o700)
        if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            raise DataDirError(f"Expected a DATA_DIR that may be written, got {folder}.")
    except OSError as error:
        raise DataDirError(f"DATA_DIR {folder} cannot be made: {error.strerror}.") from error
    if (free := shutil.disk_usage(folder).free) < _FREE_AT_LEAST:
        raise DataDirError(f"Expected at least 64 MB free for DATA_DIR {folder}, got {free // 1_048_576} MB.")
    return folder


class Lock:
    """Holds a DATA_DIR for one instance, until it is released or its process ends in any way."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "serve.lock"
        self._descriptor = -1

    def take(self) -> None:
        """Take the folder. Raises `DataDirError` that names the process which has it."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(descriptor)
            raise DataDirError(
                f"DATA_DIR {self._path.parent} is in use by another instance (process {holder}). "
                "Stop it, or give this one a DATA_DIR of its own."
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._descriptor = descriptor

    def release(self) -> None:
        """Let the folder go; the file stays, for removing it would let two instances hold two different ones."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def empty_metrics(folder: Path) -> Path:
    """Make DATA_DIR/metrics anew and return it: counters of an earlier run belong to processes that are gone."""
    metrics = folder / "metrics"
    shutil.rmtree(metrics, ignore_errors=True)
    metrics.mkdir(mode=0o700)
    return metrics
