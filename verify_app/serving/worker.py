"""The background worker: moves scans from the streams to the ledger, and keeps the histories whole.

Any number may run at once. Every act may be done twice without harm: the ledger keeps a scan once, the mirror of
the flags is compared before it is written, a journal's scans are known again, a rebuild is held by one worker.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import redis
import sqlalchemy as sa
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from ..detection.policy_files import LivePolicy
from ..domain.policy import Policy
from ..store import ledger
from ..store.acts import flag_rows
from ..store.audit import expire
from ..store.dead_letters import DeadLetters
from ..store.engine import StoreUnavailable, reading, writing
from ..store.event import EventError, decode
from ..store.flags import mirror_flags
from ..store.history import Mode, Script
from ..store.journal import Journal
from ..store.ledger import LedgerRow
from ..store.partitions import ensure_months
from ..store.rebuild import RebuildLost, complete, rebuild
from ..store.standing import standing_flags
from ..store.stream import Consumer, Entry
from .detectors import Detectors

_log = logging.getLogger("verify_app.worker")
_UNFIT = (IntegrityError, DataError, ValueError, TypeError, OverflowError)  # a row that no database would take
# anything else that SQL says (a missing table, while a migration runs) is no fault of the scan: it waits
_AWAY = (redis.RedisError, StoreUnavailable, RebuildLost, OSError, SQLAlchemyError)
_Read = tuple[Entry, LedgerRow]
_LAST_WORDS = 10.0  # seconds that the worker goes on draining after it was asked to stop


@dataclass(frozen=True, slots=True)
class Pace:
    """How often and how much, in seconds, milliseconds and entries per shard."""

    block_ms: int = 500
    count: int = 250
    idle_ms: int = 5_000
    chores_s: float = 2.0
    replay_s: float = 0.5  # until then a code whose scan is in a journal may be called new
    sync_s: float = 1.0
    grace_s: float = 1.0
    pause_s: float = 0.5


@dataclass(slots=True)
class _Chore:
    name: str
    act: Callable[[], object]
    every: float
    due: float = 0.0
    sick: bool = False


class Worker:
    """One background worker. `script` carries a client with a read timeout longer than the pace's `block_ms`;
    `sync` brings an embedded server's data to the disk."""

    def __init__(
        self,
        script: Script,
        engine: sa.Engine,
        data_dir: Path,
        *,
        pace: Pace = Pace(),
        sync: Callable[[], None] | None = None,
    ) -> None:
        self._script = script
        self._engine = engine
        self._pace = pace
        self._journal = Journal(data_dir / "journal")
        self._dead = DeadLetters(data_dir / "dead-letters.jsonl")
        name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        self._consumer = Consumer(script.client, name, shards=script.shards)
        self._detectors = Detectors(engine, script.client, LivePolicy(data_dir, b""))
        self._kept: list[Entry] = []  # taken, but the database was away
        self._moved = 0
        self._stop = threading.Event()
        self._chores = [
            _Chore("stream groups", self._consumer.join, 60.0),
            _Chore("flags", self.mirror, pace.chores_s),
            _Chore("histories", self.mend, pace.chores_s),
            _Chore("journal", self.replay, min(pace.replay_s, pace.chores_s)),
            _Chore("sign of life", self._beat, pace.chores_s),
            _Chore("abandoned scans", self._reclaim, pace.idle_ms / 2000),
            _Chore("consumers", self._consumer.tidy, 600.0),
            _Chore("sleeping cases", self._detectors.tidy, 3600.0),
            _Chore("months of the ledger", self.prepare_months, 3600.0),
            _Chore("words of the audit log", self.forget, 6 * 3600.0),
        ]
        if sync is not None:
            self._chores.append(_Chore("disk", sync, pace.sync_s))

    def judge_by(self, policies: Callable[[], Policy]) -> None:
        """Raise alerts by these rules: those of the web, with the thresholds of each product."""
        self._detectors.policies = policies

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set; then drain what is there, for at most ten seconds, and end."""
        self._stop = stop
        while not stop.is_set():
            self._attend()
            if not self._round(self._pace.block_ms):
                stop.wait(self._pace.pause_s)
        end = time.monotonic() + _LAST_WORDS
        while time.monotonic() < end and self._round(0) and self._moved:
            pass
        try:
            self._consumer.leave()
        except redis.RedisError:
            _log.warning("Ended without saying so: the history's server does not answer.")

    def run_once(self) -> int:
        """Do every chore and drain the streams until they are empty; returns how many scans were moved.

        Raises `redis.RedisError` and `StoreUnavailable`."""
        for chore in self._chores:
            chore.act()
        total = len(self._kept)
        self._store_kept()
        while moved := self.drain(0):
            total += moved
        self._consumer.leave()
        return total

    def drain(self, block_ms: int) -> int:
        """Move one batch to the ledger; returns how many entries. Shards whose histories are being rebuilt wait.

        Raises `redis.RedisError` and `StoreUnavailable`; the batch is then kept and tried again."""
        self._store_kept()
        whole = complete(self._script.client, self._script.shards)
        if not whole:
            time.sleep(min(block_ms, 100) / 1000)
        self._kept = self._consumer.take(whole, count=self._pace.count, block_ms=block_ms)
        count = len(self._kept)
        self._store_kept()
        return count

    def mirror(self) -> int:
        """Mirror the acts in force beside the histories."""
        with reading(self._engine) as connection:
            rows = [*flag_rows(connection), *standing_flags(connection, time.time_ns() // 1_000_000)]
        return mirror_flags(self._script.client, rows, shards=self._script.shards)

    def mend(self) -> int:
        """Rebuild the histories that were lost; returns of how many shards."""
        if len(complete(self._script.client, self._script.shards)) == self._script.shards:
            return 0
        self._consumer.join()
        self.mirror()  # first: a complete history without its flags could hide a recall
        mended = rebuild(self._script, self._scans, grace_s=self._pace.grace_s)
        if mended:
            _log.info("Histories of %d shards are complete again.", mended)
        return mended

    def replay(self) -> int:
        """Bring the scans of the journals into the streams; returns how many."""
        self._script.client.ping()
        count = self._journal.replay(self._replay_one)
        if count:
            _log.info("Replayed %d scans from the journal.", count)
        return count

    def prepare_months(self) -> list[str]:
        """Make the ledger's partitions of this month and the next ones, where it has any."""
        with writing(self._engine) as connection:
            return ensure_months(connection, time.time_ns() // 1_000_000)

    def forget(self) -> int:
        """Take away the words of audit entries whose class is kept no longer; their seals stay."""
        return expire(self._engine, time.time_ns() // 1_000_000)

    def _replay_one(self, line: bytes) -> None:
        try:
            row = decode(line)
        except EventError as error:
            self._dead.add("journal", "", str(error), {b"e": line})
        else:
            self._script.call(Mode.REPLAY, row)

    def _scans(self) -> Iterator[LedgerRow]:
        """The ledger for a rebuild, which may take minutes: meanwhile the worker says that it lives, and may stop."""
        with reading(self._engine) as connection:
            for number, row in enumerate(ledger.replayable(connection)):
                if number % 5_000 == 0:
                    self._beat()
                    if self._stop.is_set():
                        raise RebuildLost("Expected to read the whole ledger, got the order to stop.")
                yield row

    def _beat(self) -> None:
        self._consumer.beat(time.time_ns() // 1_000_000)

    def _reclaim(self) -> None:
        if self._kept:
            return
        whole = complete(self._script.client, self._script.shards)
        self._kept = self._consumer.reclaim(whole, idle_ms=self._pace.idle_ms, count=self._pace.count)
        self._store_kept()

    def _store_kept(self) -> None:
        """Append what was taken to the ledger, and forget it in the streams only after the commit."""
        if not self._kept:
            return
        done, rows = [], []
        for entry in self._kept:
            try:
                rows.append((entry, entry.row()))
            except EventError as error:
                done += self._put_aside(entry, str(error))
        try:
            self._append([row for _, row in rows])
        except _UNFIT:
            rows, aside = self._one_by_one(rows)
            done += aside
        self._look(rows)  # before the stream forgets them: a killed worker's batch is looked at again
        done += [entry for entry, _ in rows]
        self._consumer.done(done)
        self._kept = []

    def _append(self, rows: list[LedgerRow]) -> None:
        if rows:
            with writing(self._engine) as connection:
                ledger.append(connection, rows)

    def _one_by_one(self, rows: list[_Read]) -> tuple[list[_Read], list[Entry]]:
        """Append each row of a refused batch alone; returns those that the ledger took, and what was put aside."""
        fit, aside = [], []
        for entry, row in rows:
            try:
                self._append([row])
            except _UNFIT as error:
                aside += self._put_aside(entry, f"{type(error).__name__}: {str(error).splitlines()[0]}")
            else:
                fit.append((entry, row))
        return fit, aside

    def _look(self, rows: list[_Read]) -> None:
        """A detector that fails loses no scan: they are in the ledger, and it says what it could not look at."""
        try:
            self._detectors.look(rows)
        except _UNFIT:
            _log.exception("Expected to look at %d scans of the ledger, from %s on.", len(rows), rows[0][1].scan_id)

    def _put_aside(self, entry: Entry, reason: str) -> list[Entry]:
        """The entry, if it is on the disk now; nothing, if it has to stay in the stream."""
        try:
            self._dead.add(f"stream {entry.shard}", entry.id.decode(), reason, entry.fields)
        except OSError as error:
            _log.error("A scan that the ledger cannot take stays in the stream: %s", error.strerror)
            return []
        _log.error("A scan that the ledger cannot take was put aside: %s", reason)
        return [entry]

    def _round(self, block_ms: int) -> bool:
        """One batch; False if an engine is away."""
        try:
            self._moved = self.drain(block_ms)
        except _AWAY as error:
            _log.debug("Scans wait: %s", error)
            return False
        return True

    def _attend(self) -> None:
        """Do the chores that are due, each by itself: one that fails hinders no other."""
        for chore in self._chores:
            if time.monotonic() < chore.due:
                continue
            try:
                chore.act()
            except _AWAY as error:
                if not chore.sick:
                    _log.warning("%s: %s", chore.name, error)
                chore.sick = True
                chore.due = time.monotonic() + self._pace.pause_s
            else:
                chore.sick = False
                chore.due = time.monotonic() + chore.every
