"""The bundled load generator: one process that keeps many connections busy. It costs more CPU than wrk does."""

from __future__ import annotations

import json
import random
import selectors
import socket
import sys
import time
from pathlib import Path
from typing import Any


class _Connection:
    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.began = self.due = 0.0
        self.got = b""

    def whole(self) -> int:
        """Status of the answer once all of it is here, else 0."""
        head, found, body = self.got.partition(b"\r\n\r\n")
        if not found:
            return 0
        status, length = int(head[9:12]), 0
        for line in head.split(b"\r\n"):
            if line[:15].lower() == b"content-length:":
                length = int(line[15:])
        return status if status == 304 or len(body) >= length else 0


class Generator:
    """One run of a job (see `load.load`)."""

    def __init__(self, job: dict[str, Any]) -> None:
        self._job, self._sent = job, 0
        headers = "".join(f"{name}: {value}\r\n" for name, value in job["headers"].items())
        self._paths = [f"GET {path} HTTP/1.1\r\n{headers}" for path in Path(job["paths"]).read_text().split("\n")]
        self._times: list[float] = []
        self.failed = 0

    def run(self) -> dict[str, float]:
        """Ask until the time is over."""
        connections = [_Connection(self._job["port"]) for _ in range(self._job["connections"])]
        watch = selectors.DefaultSelector()
        for connection in connections:
            watch.register(connection.socket, selectors.EVENT_READ, connection)
        began, resting = time.perf_counter(), list(connections)
        while (now := time.perf_counter()) < began + self._job["seconds"]:
            for connection in [one for one in resting if one.due <= now]:
                resting.remove(connection)
                self._ask(connection)
            for key, _ in watch.select(0.001 if resting else 0.1):
                if self._hear(key.data):
                    resting.append(key.data)
        seconds = time.perf_counter() - began
        times = sorted(self._times) or [0.0]
        at = {name: 1000 * times[min(len(times) - 1, int(len(times) * part))] for name, part in _PERCENTILES.items()}
        return {"answered": len(self._times), "failed": self.failed, "refused": self.failed, "seconds": seconds, **at}

    def _ask(self, connection: _Connection) -> None:
        number, connection.began = self._sent, time.perf_counter()
        self._sent += 1
        agent = f"Phone {number // len(self._paths) % self._job['phones']} Mobile"
        language = f"vi,en;q=0.{self._job['run'] % 8 + 1},x-{self._job['run'] // 8};q=0.1"
        told = f"User-Agent: {agent}\r\nAccept-Language: {language}\r\n\r\n"
        connection.socket.sendall((self._paths[number % len(self._paths)] + told).encode())

    def _hear(self, connection: _Connection) -> bool:
        got = connection.socket.recv(65536)
        if not got:
            raise RuntimeError("Expected an answer, got a closed connection.")
        connection.got += got
        status = connection.whole()
        if not status:
            return False
        if status in (200, 304):
            self._times.append(time.perf_counter() - connection.began)
        else:
            self.failed += 1  # and refused: whatever else fails ends the run
        connection.got = b""
        pause = self._job["pause_ms"]
        connection.due = time.perf_counter() + (random.uniform(0, 2 * pause) / 1000 if pause else 0.0)
        return True


_PERCENTILES = {"p50": 0.5, "p99": 0.99}

if __name__ == "__main__":
    print(json.dumps(Generator(json.loads(sys.argv[1])).run()))
