"""Probes: what each part of a running service says of itself, and since when it is unwell."""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..settings import Settings

NEEDED = ("database", "history")  # /readyz waits for these
_DEADLINE = 2.0  # seconds that a probe may take; /health is asked every few seconds and must not pile up
_FRESH = 1.0  # seconds for which an answer is given again, so that asking often costs nothing
_FRESH_UNWELL = 0.2  # the end of a trouble is news


@dataclass(frozen=True, slots=True)
class Probe:
    """One part's state: `note` is a symbolic word explained in the catalogues as `health.note.<note>`, `value` a
    count or an age that the note speaks of. Neither ever holds a secret, an address or a path."""

    ok: bool
    note: str = ""
    value: int | None = None


Probes = Mapping[str, Callable[[], Probe]]


@dataclass(frozen=True, slots=True)
class Part:
    """A probe's answer and since when it is unwell, in UTC milliseconds; 0 while it is well."""

    ok: bool
    note: str
    value: int | None
    since: int


@dataclass(frozen=True, slots=True)
class Health:
    """The whole: "ok", "degraded" (scans are answered, something is missing) or "down" (no database)."""

    status: str
    parts: Mapping[str, Part]

    @property
    def missing(self) -> list[str]:
        """The parts that a full answer needs and that do not answer; empty: ready."""
        return [name for name in NEEDED if name in self.parts and not self.parts[name].ok]


class Watch:
    """Runs the probes, each with a deadline, and remembers since when each fails, for all processes of an instance.

    A probe that does not answer counts as failed and is not started again before it has ended."""

    def __init__(self, probes: Probes, memory: Path) -> None:
        self._probes = probes
        self._memory = memory
        self._lock = threading.Lock()
        self._threads: ThreadPoolExecutor | None = None
        self._running: dict[str, Future[Probe]] = {}
        self._last: Health | None = None
        self._asked = 0.0
        self._keep = 0.0

    def look(self) -> Health:
        """Health now, or as it was up to a second ago. Never raises."""
        with self._lock:
            if self._last is not None and time.monotonic() - self._asked < self._keep:
                return self._last
            answers = self._ask_all()
            since = _remember(self._memory, {name: probe.ok for name, probe in answers.items()})
            parts = {name: Part(p.ok, p.note, p.value, since.get(name, 0)) for name, p in answers.items()}
            self._last, self._asked = Health(_status(parts), parts), time.monotonic()
            self._keep = _FRESH if self._last.status == "ok" else _FRESH_UNWELL
            return self._last

    def _ask_all(self) -> dict[str, Probe]:
        if self._threads is None:  # made here, not in the constructor: threads do not survive a fork
            self._threads = ThreadPoolExecutor(max_workers=max(1, len(self._probes)), thread_name_prefix="probe")
        for name, probe in self._probes.items():
            if name not in self._running or self._running[name].done():
                self._running[name] = self._threads.submit(probe)
        deadline = time.monotonic() + _DEADLINE
        return {name: _answer(self._running[name], deadline) for name in self._probes}


def _answer(future: Future[Probe], deadline: float) -> Probe:
    try:
        return future.result(max(0.0, deadline - time.monotonic()))
    except FutureTimeout:
        return Probe(ok=False, note="no_answer")
    except Exception:  # noqa: BLE001 - a part that breaks its probe is unwell; /health itself must answer
        return Probe(ok=False, note="failed")


def _status(parts: Mapping[str, Part]) -> str:
    if "database" in parts and not parts["database"].ok:
        return "down"
    return "ok" if all(part.ok for part in parts.values()) else "degraded"


def _remember(memory: Path, well: Mapping[str, bool]) -> dict[str, int]:
    """Since when each part is unwell, kept in a small file that all workers share; written only at a change.

    A disk that cannot be written costs the memory, not the answer: then "since" is now."""
    now = time.time_ns() // 1_000_000
    try:
        with os.fdopen(os.open(memory, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            before = _times(file.read())
            after = {name: before.get(name, now) for name, ok in well.items() if not ok}
            if after != before:
                file.seek(0)
                file.truncate()
                file.write(json.dumps(after))
            return after
    except OSError:
        return {name: now for name, ok in well.items() if not ok}


def _times(text: str) -> dict[str, int]:
    try:
        read = json.loads(text or "{}")
    except ValueError:
        return {}
    return {k: v for k, v in read.items() if isinstance(v, int)} if isinstance(read, dict) else {}


def disk_space(folder: Path, least: int = 256 * 1024 * 1024) -> Probe:
    """Free space of DATA_DIR in MB; unwell below `least` bytes."""
    free = shutil.disk_usage(folder).free
    return Probe(ok=free >= least, note="free_mb" if free >= least else "low_disk", value=free // 1_048_576)


def ask(settings: Settings, path: str, patience: float) -> tuple[int, dict[str, Any]]:
    """Status and JSON that this instance answers at a path; (0, {}) when it does not answer within `patience` s."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.bind, settings.bind)  # noqa: S104 - read, not bound
    connection = http.client.HTTPConnection(host, settings.port, timeout=patience)
    try:
        connection.request("GET", path, headers={"Accept": "application/json", "User-Agent": "verify-app"})
        answer = connection.getresponse()
        body = json.loads(answer.read())
    except (OSError, ValueError, http.client.HTTPException):
        return 0, {}
    finally:
        connection.close()
    return answer.status, body if isinstance(body, dict) else {}
