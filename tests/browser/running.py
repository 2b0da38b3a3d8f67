"""A service as `make run` starts it, for the tests and the pictures of this folder."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BIN = Path(sys.executable).parent


@contextmanager
def running_service(folder: Path) -> Iterator[str]:
    """Address of a service with the demonstration registry, with its data in `folder`; stopped at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        [BIN / "verify-app", "serve"],
        env=os.environ
        | {"PORT": str(port), "DATA_DIR": str(folder / "data"), "WEB_WORKERS": "1", "STYLEGUIDE": "true"}
        | {"RELOAD_MINUTES": "1440"},  # a slow run must not make a second scan of the same browser's second look
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{address}/readyz", timeout=30).close()
                break
            except OSError:
                assert process.poll() is None, (folder / "log").read_text()
                time.sleep(0.25)
        else:
            raise TimeoutError((folder / "log").read_text())
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=90)
        log.close()
