"""An instance of the service for a test: free port, folder of its own, stopped in order."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

_ENGINES = ("DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "SECRET_KEY", "PROMETHEUS_MULTIPROC_DIR", "VERIFY_APP_LISTENER")


def free_port() -> int:
    """A port of the loopback address that nobody has at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Instance:
    """`verify-app serve` with embedded engines. As a context it is ready inside and gone after."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.port = int(settings.get("PORT", 0)) or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder.with_name(folder.name + ".log")
        inherited = {name: value for name, value in os.environ.items() if name not in _ENGINES}
        self._environ = {**inherited, **settings, "PORT": str(self.port), "DATA_DIR": str(folder)}
        self._begin = 0  # where the present run's lines begin in the log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it is ready. Raises `RuntimeError` with its log when it is not."""
        self._begin = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "verify_app.cli", "serve"],
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + 120
        while not self._greeted():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"Expected a ready instance, got none:\n{self.log.read_text(errors='replace')}")
            time.sleep(0.1)

    def _greeted(self) -> bool:
        """It prints its address when everything is ready."""
        return b"The service is ready" in self.log.read_bytes()[self._begin :]

    def get(self, path: str, timeout: float = 60.0, **headers: str) -> tuple[int, bytes]:
        """Status and body of a path."""
        request = urllib.request.Request(self.url + path, headers=headers)  # noqa: S310 - our own loopback address
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def stop(self, number: int = signal.SIGTERM, patience: float = 90.0) -> int:
        """Stop it in order and return its exit status; by force, with -9, when it does not end."""
        process, self.process = self.process, None
        if process is None:
            return 0
        process.send_signal(number)
        try:
            return process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def __enter__(self) -> Instance:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
