"""Everything that a measurement needs, started and stopped by itself: a folder, Valkey, a registry, web servers."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import redis

from benchmarks.goods import Goods
from loadtests.instance import free_port
from verify_app.secret import load_secret
from verify_app.serving.engines import EmbeddedValkey
from verify_app.serving.worker import Worker
from verify_app.settings import Settings
from verify_app.store import keys, ledger
from verify_app.store.engine import open_engine, reading
from verify_app.store.history import Script, connect
from verify_app.store.migrate import migrate
from verify_app.store.registry import write_registry

_MODELS_A_STEP = 500


class Site:
    """One installation in a temporary folder, with the embedded engines. As a context it is gone after."""

    def __init__(self, goods: Goods) -> None:
        self.goods = goods
        self.folder = Path(tempfile.mkdtemp(prefix="verify-bench-"))
        self.settings = Settings(data_dir=self.folder, demo=False)
        self._valkey = EmbeddedValkey(self.folder)
        self._running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Site:
        try:
            self._valkey.start()
            self._valkey.wait_ready()
            migrate(self.settings.database)
            self._write()
            load_secret(self.settings)
            self.work()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._running:
            _end(process)
        self._valkey.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def work(self) -> int:
        """Run the background worker once: histories complete, streams drained. Returns how many scans it moved."""
        engine = open_engine(self.settings.database)
        script = Script(
            self.client(), shards=self.settings.stream_shards, reload_ms=self.settings.reload_minutes * 60_000
        )
        try:
            return Worker(script, engine, self.folder).run_once()
        finally:
            engine.dispose()
            script.client.close()

    def recorded(self) -> int:
        """Scans that are on their way to the ledger or in it."""
        engine = open_engine(self.settings.database)
        try:
            with reading(engine) as connection:
                kept = ledger.count(connection)
        finally:
            engine.dispose()
        with self.client() as client:
            return kept + sum(client.xlen(keys.stream(shard)) for shard in range(self.settings.stream_shards))

    def client(self) -> redis.Redis:
        """A client of the embedded Valkey."""
        return connect(self._valkey.url, 30_000)

    @contextlib.contextmanager
    def serving(self, name: str) -> Iterator[int]:
        """A web server for a candidate, on a port that is given; ended after."""
        port = free_port()
        environ = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "PUBLIC_URL", "SECRET_KEY")}
        metrics = self.folder / f"metrics-{name}"
        metrics.mkdir(exist_ok=True)
        environ |= {"PORT": str(port), "DATA_DIR": str(self.folder), "REDIS_URL": self._valkey.url, "DEMO": "false"}
        environ["PROMETHEUS_MULTIPROC_DIR"] = str(metrics)
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.serve", name], env=environ, stdin=subprocess.DEVNULL
        )
        self._running.append(process)
        try:
            _await(process, f"http://127.0.0.1:{port}{self.goods.class_path(0)}")
            yield port
        finally:
            _end(process)
            self._running.remove(process)

    def _write(self) -> None:
        engine = open_engine(self.settings.database)
        try:
            for begin in range(0, self.goods.models, _MODELS_A_STEP):
                write_registry(engine, self.goods.registry(begin, min(self.goods.models, begin + _MODELS_A_STEP)))
        finally:
            engine.dispose()


def _await(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            # a robot that draws previews: its look is no scan
            request = urllib.request.Request(url, headers={"User-Agent": "Twitterbot/1.0"})
            with urllib.request.urlopen(request, timeout=5):
                return
        except OSError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Expected a web server that answers, got {error}.") from error
            time.sleep(0.1)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
