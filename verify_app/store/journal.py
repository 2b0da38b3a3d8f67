"""The journal of scans that could not reach the stream: one file per process, on the disk before the answer."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from time import monotonic
from zlib import crc32

from .whole_file import sync_folder

_OPEN, _TAKEN = ".journal", ".replaying"
_LIMIT = 256 * 1024 * 1024  # bytes of all files together: a million scans
_LOOK_SECONDS = 1.0
_GLANCE_SECONDS = 0.2


class JournalState(StrEnum):
    """Whether the journal takes scans."""

    READY = "ready"
    FULL = "full"  # the disk is, or the files have reached their limit
    UNWRITABLE = "unwritable"


@dataclass(slots=True)
class _Waiting:
    line: bytes
    kept: bool | None = None


class Journal:
    """A folder of append-only files. Threads and processes may append and replay at the same time.

    Each line is a checksum and a scan. `append` returns after fsync, which threads that wait together share. A
    process holds its file's lock while it writes, and a replay takes the lock to rename the file; so nobody needs
    to know who is alive, and files of dead processes are replayed like any other. Local file systems only.
    """

    def __init__(self, folder: Path, *, limit: int = _LIMIT) -> None:
        self._folder = folder
        self._limit = limit
        self._gate = threading.Lock()  # guards the queue
        self._pen = threading.Lock()  # held by the thread that writes
        self._queue: list[_Waiting] = []
        self._file = -1
        self._path = Path()
        self._owner = 0
        self._looked = (-_LOOK_SECONDS, 0)
        self._glanced = (-_GLANCE_SECONDS, False)
        self._counted: dict[str, tuple[int, int]] = {}  # file -> bytes and lines already counted: files only grow
        self.state = JournalState.READY

    def append(self, line: bytes) -> bool:
        """Keep one scan (no newline in it). True: it is on the disk; False: it is not kept, see `state`."""
        mine = _Waiting(line)
        with self._gate:
            self._queue.append(mine)
        with self._pen:
            if mine.kept is None:
                with self._gate:
                    batch, self._queue = self._queue, []
                kept = self._write(b"".join(_sealed(waiting.line) for waiting in batch))
                for waiting in batch:
                    waiting.kept = kept
        return bool(mine.kept)

    def pending(self) -> int:
        """Scans that wait for their replay."""
        before = self._counted
        self._counted = {path.stem: _count(path, *before.get(path.stem, (0, 0))) for path in self._files()}
        return sum(lines for _, lines in self._counted.values())

    def waiting(self) -> bool:
        """Whether any scan waits for its replay, of whatever process of this host; at most 0.2 s old, quick."""
        now = monotonic()
        if now - self._glanced[0] >= _GLANCE_SECONDS:
            self._glanced = (now, any(_bytes(path) for path in self._files()))
        return self._glanced[1]

    def replay(self, replay_one: Callable[[bytes], None]) -> int:
        """Call `replay_one` with every scan that waits; returns how many. A file is removed after all its scans.

        What `replay_one` raises ends the replay and keeps the file for the next time: a scan may come twice, so
        `replay_one` must bear that. A torn or damaged line is passed over: `append` has not returned True for it.
        """
        count = 0
        for path in self._files():
            descriptor = _locked(path)
            if descriptor < 0:
                continue
            try:
                taken = path.with_suffix(_TAKEN)
                path.rename(taken)
                with taken.open("rb") as lines:
                    for line in _intact(lines):
                        replay_one(line)
                        count += 1
                taken.unlink()
            finally:
                os.close(descriptor)
        return count

    def _files(self) -> list[Path]:
        try:
            return sorted(path for path in self._folder.iterdir() if path.suffix in (_OPEN, _TAKEN))
        except FileNotFoundError:
            return []

    def _write(self, data: bytes) -> bool:
        try:
            if self._size() + len(data) > self._limit:
                self.state = JournalState.FULL
                return False
            self._take_file()
            start = os.fstat(self._file).st_size
            try:
                if os.write(self._file, data) < len(data):
                    raise OSError("Expected a whole line on the disk, got a part.")
                os.fdatasync(self._file)
            except OSError:
                os.ftruncate(self._file, start)  # half a line must not stand before the next one
                raise
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)
        except OSError:
            self._close()
            self.state = JournalState.UNWRITABLE if self._has_room() else JournalState.FULL
            return False
        self._looked = (self._looked[0], self._looked[1] + len(data))
        self._glanced = (monotonic(), True)
        self.state = JournalState.READY
        return True

    def _take_file(self) -> None:
        """Lock this process's file; begin a new one after a fork, or when a replay has taken the old one."""
        if self._file >= 0 and self._owner == os.getpid() and _lock(self._file, self._path):
            return
        self._close()
        if not self._folder.is_dir():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            sync_folder(self._folder.parent)
        while True:
            self._owner = os.getpid()
            self._path = self._folder / f"{self._owner}-{os.urandom(6).hex()}{_OPEN}"
            self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            if _lock(self._file, self._path):
                sync_folder(self._folder)
                return
            self._close()  # a replay was quicker; its file is empty

    def _close(self) -> None:
        if self._file >= 0 and self._owner == os.getpid():
            os.close(self._file)
        self._file = -1

    def _size(self) -> int:
        """Bytes of all files, at most a second old: what other processes write is seen late, and that is enough."""
        if monotonic() - self._looked[0] >= _LOOK_SECONDS:
            self._looked = (monotonic(), sum(_bytes(path) for path in self._files()))
        return self._looked[1]

    def _has_room(self) -> bool:
        try:
            status = os.statvfs(self._folder)
        except OSError:
            return True
        return status.f_bavail * status.f_frsize > 1024 * 1024


def _sealed(line: bytes) -> bytes:
    return b"%08x %s\n" % (crc32(line), line)


def _intact(lines: Iterable[bytes]) -> Iterator[bytes]:
    for sealed in lines:
        line = sealed[9:].rstrip(b"\n")
        if sealed == _sealed(line):
            yield line


def _lock(descriptor: int, path: Path) -> bool:
    """Lock a file that still has its name, without waiting."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if path.stat().st_ino == os.fstat(descriptor).st_ino:
            return True
        fcntl.flock(descriptor, fcntl.LOCK_UN)
    except (BlockingIOError, FileNotFoundError):
        pass
    return False


def _locked(path: Path) -> int:
    """Descriptor of a file that is now locked, or -1 if another process has it."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return -1
    if _lock(descriptor, path):
        return descriptor
    os.close(descriptor)
    return -1


def _count(path: Path, size: int, lines: int) -> tuple[int, int]:
    try:
        with path.open("rb") as file:
            file.seek(size)
            while part := file.read(1 << 20):
                size, lines = size + len(part), lines + part.count(b"\n")
    except FileNotFoundError:  # a replay has just ended
        return 0, 0
    return size, lines


def _bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
