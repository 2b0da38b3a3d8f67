"""`verify-app serve`: everything that one installation needs, as children of one process.

The order is the law here. Start: folder, lock, port, key, Valkey, migrations, demonstration registry, background
worker, web. Stop: web first (so that no new scan comes), then the worker (which drains the stream), Valkey last.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from types import FrameType

from ..secret import load_secret
from ..settings import Settings
from . import data_dir
from .children import Child, start
from .engines import EmbeddedValkey, EngineError
from .probes import ask

_READY_SECONDS = 90.0  # a small machine may need this long to import and start all workers
_LOOK_SECONDS = 15.0  # how often the supervisor asks /health, so that "since when" is known without visitors
_TICK = 0.2
_PYTHON = [sys.executable, "-P"]  # -P: a folder named `cache` where the operator stands is not our package


class ServeError(RuntimeError):
    """The service cannot start; the message says why."""


class Supervisor:
    """One instance. `run` returns its exit status: 0 after an orderly stop."""

    def __init__(self, settings: Settings, say: Callable[[str], None]) -> None:
        self._settings = settings
        self._say = say
        self._children: list[Child] = []
        self._stopping = False
        self._environ = dict(os.environ)
        self._listener: socket.socket | None = None
        self._health = ""
        self._looked = 0.0
        self._later: subprocess.Popen[bytes] | None = None

    def run(self, greet: Callable[[Settings], None]) -> int:
        """Serve until SIGINT, SIGTERM or SIGHUP; `greet` is called once, when the web answers.

        Raises `ServeError` or `DataDirError` when a start step fails; whatever runs by then is stopped first."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        os.umask(0o077)
        folder = data_dir.make(self._settings.data_dir)
        self._settings = replace(self._settings, data_dir=folder)
        lock = data_dir.Lock(folder)
        lock.take()
        try:
            self._start()
            if not self._stopping:
                greet(self._settings)
            self._watch()
        finally:
            self._stop()
            lock.release()
        return 0

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _start(self) -> None:
        self._listener = _listen(self._settings)
        load_secret(self._settings)
        self._environ["DATA_DIR"] = str(self._settings.data_dir)
        self._environ["PROMETHEUS_MULTIPROC_DIR"] = str(data_dir.empty_metrics(self._settings.data_dir))
        if not self._settings.redis_url:
            self._start_engine()
        for words in self._steps():
            if self._stopping:
                return
            self._step(words)
        self._add(Child("The background worker", self._begin("worker"), patience=30.0))
        self._add(Child("The web server", self._begin_web, patience=20.0))
        self._await_web()
        if not self._stopping:  # behind the web server: no visitor waits for the imports of enterprises
            self._add(Child("The jobs of enterprises", self._begin("jobs"), patience=10.0))
        if self._settings.demo and not self._stopping:  # what is nice to have comes after what visitors wait for
            self._later = self._begin("demo", "pictures")()

    def _start_engine(self) -> None:
        engine = EmbeddedValkey(self._settings.data_dir)
        self._add(Child("The embedded Valkey", engine.start, patience=20.0))
        try:
            engine.wait_ready()
        except EngineError as error:
            raise ServeError(str(error)) from error
        self._environ["REDIS_URL"] = engine.url

    def _steps(self) -> list[tuple[str, ...]]:
        steps: list[tuple[str, ...]] = [("init",)]
        if self._settings.demo:
            steps.append(("demo", "load", "--if-empty", "--quick"))
        return steps

    def _step(self, words: tuple[str, ...]) -> None:
        """Run one command to its end, as a process of its own: what it imports does not stay in this one."""
        process = start([*_PYTHON, "-m", "verify_app.cli", *words], self._environ)
        while (status := process.poll()) is None:
            if self._stopping:
                process.terminate()
                process.wait()
                return
            time.sleep(0.05)
        if status:
            raise ServeError(f"The step `verify-app {' '.join(words)}` failed with status {status}; see above.")

    def _begin(self, *words: str) -> Callable[[], subprocess.Popen[bytes]]:
        return lambda: start([*_PYTHON, "-m", "verify_app.cli", *words], self._environ)

    def _begin_web(self) -> subprocess.Popen[bytes]:
        """gunicorn on the socket that this process holds: while it restarts, visitors wait instead of failing."""
        if self._listener is None:
            raise ServeError("Expected a listening socket before the web server starts, got none.")
        descriptor = self._listener.fileno()
        environ = {**self._environ, "VERIFY_APP_LISTENER": str(descriptor)}
        return start([*_PYTHON, "-m", "verify_app.serving.web_server"], environ, (descriptor,))

    def _add(self, child: Child) -> None:
        self._children.append(child)
        try:
            child.run()
        except (OSError, RuntimeError) as error:
            raise ServeError(f"{child.name} did not start: {error}") from error

    def _await_web(self) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while not self._stopping:
            for child in self._children:
                if child.process is not None and child.process.poll() is not None:
                    raise ServeError(f"{child.name} ended while the service was starting; see above.")
            if ask(self._settings, "/readyz", 2.0)[0] == HTTPStatus.OK:
                return
            if time.monotonic() > deadline:
                raise ServeError(f"Expected the web server to be ready within {_READY_SECONDS:.0f} s; see /health.")
            time.sleep(_TICK)

    def _watch(self) -> None:
        self._looked = time.monotonic()
        while not self._stopping:
            for child in self._children:
                child.watch(self._say)
            if self._later is not None and self._later.poll() is not None:
                self._later = None  # done, and taken off the list of processes
            if time.monotonic() - self._looked > _LOOK_SECONDS:
                self._look()
            time.sleep(_TICK)

    def _look(self) -> None:
        """Ask /health and say when the state of the whole has changed."""
        health = ask(self._settings, "/health", 1.0)[1]
        state, self._looked = str(health.get("status", "no answer")), time.monotonic()
        if state != self._health and (self._health or state != "ok"):
            parts = health.get("parts", {})
            sick = ", ".join(name for name, part in parts.items() if not part["ok"])
            self._say(f"Health: {state}{f' ({sick})' if sick else ''}.")
        self._health = state

    def _stop(self) -> None:
        """End the children in the reverse of the order in which they were started."""
        if self._listener is not None:
            self._listener.close()
        if self._later is not None and self._later.poll() is None:
            self._later.kill()  # each file appears when it is whole, and the next start goes on
            self._later.wait()
        for child in reversed(self._children):
            child.stop(self._say)


def _listen(settings: Settings) -> socket.socket:
    """The listening socket of BIND and PORT. Raises `ServeError` when it cannot be had."""
    family = socket.AF_INET6 if ":" in settings.bind else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.bind, settings.port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise ServeError(
            f"Port {settings.port} of {settings.bind} cannot be used: {error.strerror}. "
            "Stop the program that has it, or choose another PORT."
        ) from error
    return listener
