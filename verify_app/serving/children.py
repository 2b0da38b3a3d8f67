"""Child processes of `serve`: started so that they cannot outlive it, watched, restarted, stopped in order."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

_PR_SET_PDEATHSIG = 1
_STEADY_SECONDS = 30.0  # a child that lived this long starts its back-off anew
_LONGEST_PAUSE = 15.0

_libc = ctypes.CDLL(None, use_errno=True)


def tied_to(parent: int) -> Callable[[], None]:
    """What a child runs before its program: the kernel kills it when the process `parent` ends, in whatever way."""

    def tie() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # the parent ended before the line above
            os._exit(1)

    return tie


def start(argv: list[str], environ: Mapping[str, str], descriptors: tuple[int, ...] = ()) -> subprocess.Popen[bytes]:
    """Start a program in a process group of its own (Ctrl-C reaches only the supervisor, which keeps the order)."""
    return subprocess.Popen(
        argv,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        pass_fds=descriptors,
        process_group=0,
        preexec_fn=tied_to(os.getpid()),  # noqa: PLW1509 - called by one-threaded processes, where fork is safe
    )


@dataclass(slots=True)
class Child:
    """One program that must run as long as the service does.

    `begin` starts it and returns its process; `patience` is how many seconds it has for an orderly end."""

    name: str
    begin: Callable[[], subprocess.Popen[bytes]]
    patience: float
    process: subprocess.Popen[bytes] | None = None
    restarts: int = 0
    _born: float = 0.0
    _due: float = 0.0
    _pauses: int = field(default=0)

    def run(self) -> None:
        """Start it now. Raises what `begin` raises."""
        self._born = time.monotonic()
        self.process = self.begin()

    def watch(self, say: Callable[[str], None]) -> None:
        """Start it again if it has ended: at once the first time, then after pauses that double up to 15 s."""
        now = time.monotonic()
        if self.process is not None:
            if (status := self.process.poll()) is None:
                if now - self._born > _STEADY_SECONDS:
                    self._pauses = 0
                return
            sweep(self.process)
            pause = 0.0 if self._pauses == 0 else min(_LONGEST_PAUSE, 0.5 * 2**self._pauses)
            self._pauses += 1
            self._due, self.process = now + pause, None
            say(f"{self.name} ended ({_told(status)}); it starts again in {pause:.0f} s.")
        if now >= self._due:
            self._again(say)

    def _again(self, say: Callable[[str], None]) -> None:
        self.restarts += 1
        try:
            self.run()
        except (OSError, RuntimeError) as error:
            self._pauses += 1
            self._due = time.monotonic() + min(_LONGEST_PAUSE, 0.5 * 2**self._pauses)
            say(f"{self.name} did not start: {error}")

    def stop(self, say: Callable[[str], None]) -> None:
        """End it in order with SIGTERM; after `patience` seconds by force, with all that it started."""
        process, self.process = self.process, None
        if process is None:
            return
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(self.patience)
            except subprocess.TimeoutExpired:
                say(f"{self.name} did not end within {self.patience:.0f} s: stopped by force.")
        sweep(process)


def sweep(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the process's group, and reap it."""
    with suppress(ProcessLookupError):  # nothing was left
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _told(status: int) -> str:
    return f"signal {signal.Signals(-status).name}" if status < 0 else f"status {status}"
