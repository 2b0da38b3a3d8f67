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
from verify_app.store import ledger
from verify_app.store.engine import open_engine, reading
from verify_app.store.history import Script, connect
from verify_app.store.migrate import migrate
from verify_app.store.registry import write_registry

_MODELS_A_STEP = 500


class Site:
    """One installation with the embedded engines, in a temporary folder that is gone after, or in `kept`, where a
    later measurement finds it again."""

    def __init__(self, goods: Goods, kept: Path | None = None) -> None:
        self.goods, self._kept = goods, kept is not None
        self.folder = kept or Path(tempfile.mkdtemp(prefix="verify-bench-"))
        self.folder.mkdir(parents=True, exist_ok=True)
        self.settings = Settings(data_dir=self.folder, demo=False)
        self._valkey = EmbeddedValkey(self.folder)
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Site:
        try:
            self._valkey.start()
            self._valkey.wait_ready()
            migrate(self.settings.database)
            if not (self.folder / "written").exists():
                self._write()
                (self.folder / "written").touch()
            load_secret(self.settings)
            self.work()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._running.values():
            _end(process)
        self._valkey.stop()
        if not self._kept:
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
        """Scans in the ledger, after all that waits in streams and journals has been moved there."""
        self.work()
        engine = open_engine(self.settings.database)
        try:
            with reading(engine) as connection:
                return ledger.count(connection)
        finally:
            engine.dispose()

    def client(self) -> redis.Redis:
        """A client of the embedded Valkey."""
        return connect(self._valkey.url, 30_000)

    def cpu_us(self, name: str) -> float:
        """CPU time that a candidate's web server has used so far, in microseconds, with Valkey's for the service.

        What else the machine does changes a rate; it hardly changes this."""
        master = self._running[name].pid
        used = sum(map(_cpu_us, (master, *_children(master))))
        if name != "service":
            return used
        with self.client() as client:
            told = client.info("cpu")
        return used + 1e6 * (float(told["used_cpu_user"]) + float(told["used_cpu_sys"]))

    @contextlib.contextmanager
    def serving(self, name: str) -> Iterator[int]:
        """A web server for a candidate, on a port that is given; ended after."""
        port = free_port()
        environ = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "PUBLIC_URL", "SECRET_KEY")}
        metrics = self.folder / f"metrics-{name}"
        metrics.mkdir(exist_ok=True)
        environ |= {"PORT": str(port), "DATA_DIR": str(self.folder), "REDIS_URL": self._valkey.url, "DEMO": "false"}
        environ["TRUSTED_PROXIES"] = "1"  # so that a load may come from elsewhere
        environ["PROMETHEUS_MULTIPROC_DIR"] = str(metrics)
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.serve", name], env=environ, stdin=subprocess.DEVNULL
        )
        self._running[name] = process
        try:
            _await(process, f"http://127.0.0.1:{port}{self.goods.class_path(0)}")
            yield port
        finally:
            _end(process)
            del self._running[name]

    def _write(self) -> None:
        engine = open_engine(self.settings.database)
        try:
            for begin in range(0, self.goods.models, _MODELS_A_STEP):
                write_registry(engine, self.goods.registry(begin, min(self.goods.models, begin + _MODELS_A_STEP)))
        finally:
            engine.dispose()


def _children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _cpu_us(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()  # proc(5): 14 utime, 15 stime
    return 1e6 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _await(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + 240
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
