"""`kill -9` of server, scanning process and worker, under load: every answered scan is in the ledger once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fixtures_history import SHARDS
from tests.migrated import lay_schema
from verify_app.serving.engines import EmbeddedValkey
from verify_app.store import ledger
from verify_app.store.engine import open_engine, reading
from verify_app.store.history import connect
from verify_app.store.journal import Journal
from verify_app.store.rebuild import complete
from verify_app.store.stream import Backlog, backlog

SCANNER = """
import os, secrets, signal, sys, threading, time
from pathlib import Path
from verify_app.domain.code import Code
from verify_app.domain.scan import Visit
from verify_app.store.history import ValkeyHistory, connect, outcomes
from verify_app.store.journal import Journal

url, folder, shards, threads = sys.argv[1], Path(sys.argv[2]), *map(int, sys.argv[3:])
stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
history = ValkeyHistory(connect(url, 250), Journal(folder), shards=shards, reload_ms=60_000, rest_ms=100)

def scan(who):
    number = 0
    while not stop.wait(0.001):
        number += 1
        scan_id = secrets.token_hex(16)
        code = Code("01", "09521234543213", (("21", f"S{number % 97}"),))
        history.observe(code, Visit(scan_id, time.time_ns() // 1_000_000, secrets.token_bytes(32)))
        os.write(1, scan_id.encode() + b"\\n")  # answered

workers = [threading.Thread(target=scan, args=(who,)) for who in range(threads)]
for worker in workers:
    worker.start()
for worker in workers:
    worker.join()
os.write(1, b"lost %d\\n" % outcomes.labels("lost")._value.get())
"""


class Site:
    """An installation without its web: server, database, worker, and processes that scan."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.valkey = EmbeddedValkey(folder)
        self.valkey.start()
        self.valkey.wait_ready(60)
        self.database = f"sqlite:///{folder / 'registry.sqlite3'}"
        lay_schema(self.database)
        self.engine = open_engine(self.database)
        self.client = connect(self.valkey.url, 5_000)
        self.journal = Journal(folder / "journal")
        self.worker = self.begin_worker()
        assert self.eventually(lambda: len(complete(self.client, SHARDS)) == SHARDS)

    def begin_worker(self) -> subprocess.Popen[bytes]:
        environ = {**os.environ, "DATA_DIR": str(self.folder), "STREAM_SHARDS": str(SHARDS), "LOG_LEVEL": "error"}
        return subprocess.Popen(
            [sys.executable, "-c", "from verify_app.cli import main; main(['worker'])"], env=environ
        )

    def begin_scanner(self) -> subprocess.Popen[bytes]:
        options = [self.valkey.url, str(self.journal._folder), str(SHARDS), "2"]
        with (self.folder / "answered.txt").open("ab") as answered:  # a pipe would fill up and stop the scanner
            return subprocess.Popen([sys.executable, "-c", SCANNER, *options], stdout=answered)

    def kill_valkey(self) -> None:
        process = self.valkey._process
        assert process is not None
        process.kill()
        process.wait()

    def restart_valkey(self) -> None:
        self.valkey.start()
        self.valkey.wait_ready(60)

    def in_ledger(self) -> Counter[str]:
        with reading(self.engine) as connection:
            return Counter(row.scan_id for row in ledger.replayable(connection))

    def settled(self) -> bool:
        """Whether nothing is on its way any more."""
        return self.journal.pending() == 0 and backlog(self.client, shards=SHARDS) == Backlog(0, 0, 0)

    def eventually(self, question: Callable[[], bool], seconds: float = 60) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if question():
                return True
            time.sleep(0.05)
        return False

    def close(self) -> None:
        self.client.close()
        self.engine.dispose()
        self.worker.kill()
        self.worker.wait()
        self.valkey.stop()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    made.close()


def finish(site: Site, scanners: list[subprocess.Popen[bytes]]) -> tuple[list[str], list[str]]:
    """End the scanners; the ids that were answered, and what each scanner said at its end."""
    for scanner in scanners:
        scanner.terminate()
    for scanner in scanners:
        scanner.wait()
    lines = (site.folder / "answered.txt").read_text().splitlines()
    return [line for line in lines if len(line) == 32], [line for line in lines if line.startswith("lost")]


def assert_each_once(site: Site, answered: list[str]) -> None:
    assert site.eventually(site.settled)
    found = site.in_ledger()
    assert set(answered) <= set(found)
    assert set(found.values()) == {1}


def test_killed_server_loses_and_doubles_nothing(site: Site) -> None:
    scanners = [site.begin_scanner() for _ in range(2)]
    for kills in range(1, 3):
        assert site.eventually(lambda: len(site.in_ledger()) > 200 * kills)  # noqa: B023 - asked at once
        site.kill_valkey()
        assert site.eventually(lambda: site.journal.pending() > 20)
        site.restart_valkey()
    answered, words = finish(site, scanners)
    assert words == ["lost 0", "lost 0"]
    assert_each_once(site, answered)
    assert len(site.in_ledger()) == len(answered)


def test_killed_scanning_process_loses_nothing_that_it_answered(site: Site) -> None:
    scanners = [site.begin_scanner() for _ in range(2)]
    assert site.eventually(lambda: len(site.in_ledger()) > 200)
    scanners[0].kill()
    site.kill_valkey()  # so that the second one is killed while it writes the journal
    assert site.eventually(lambda: site.journal.pending() > 20)
    scanners[1].kill()
    answered, words = finish(site, scanners)
    assert words == []
    site.restart_valkey()
    assert_each_once(site, answered)
    assert 0 <= len(site.in_ledger()) - len(answered) <= 4  # per thread one may be recorded, but not answered


def test_killed_worker_loses_and_doubles_nothing(site: Site) -> None:
    scanners = [site.begin_scanner() for _ in range(2)]
    for kills in range(1, 3):
        assert site.eventually(lambda: len(site.in_ledger()) > 200 * kills)  # noqa: B023 - asked at once
        site.worker.send_signal(signal.SIGKILL)
        site.worker.wait()
        site.worker = site.begin_worker()
    answered, words = finish(site, scanners)
    assert words == ["lost 0", "lost 0"]
    assert_each_once(site, answered)
    assert len(site.in_ledger()) == len(answered)


def test_worker_ends_in_order_and_leaves_nothing_behind(site: Site) -> None:
    scanners = [site.begin_scanner()]
    assert site.eventually(lambda: len(site.in_ledger()) > 100)
    answered, _ = finish(site, scanners)
    site.worker.terminate()
    assert site.worker.wait(60) == 0
    assert backlog(site.client, shards=SHARDS) == Backlog(0, 0, 0)
    assert set(site.in_ledger()) == set(answered)
