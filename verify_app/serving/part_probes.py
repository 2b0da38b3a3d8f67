"""The probe of each part of this service: database, its structure, history, stream, journal, worker, disk."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import redis
import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from ..settings import Settings
from ..store import listing, migrate
from ..store.engine import StoreUnavailable, reading
from ..store.journal import Journal, JournalState
from ..store.rebuild import complete
from ..store.stream import backlog, workers
from .probes import Probe, Probes, disk_space

_BACKLOG = 10_000  # scans waiting for the ledger; beyond it the worker does not keep up
_LATE_S = 60  # no scan should wait longer for the ledger while a worker runs
_SILENCE_S = 30  # a worker that gave no sign of life for so long is taken for dead


@dataclass(frozen=True, slots=True)
class Engines:
    """What the probes ask. All of it may be shared by threads."""

    database: sa.Engine
    redis: redis.Redis
    journal: Journal


def probes_of(settings: Settings, engines: Engines) -> Probes:
    """The probe of each part, by the name that /health shows. Each raises nothing that matters: a probe that breaks
    is a part that is unwell."""
    probes: dict[str, Callable[[], Probe]] = {
        "database": partial(_database, engines.database),
        "migrations": partial(_migrations, engines.database),
        "history": partial(_history, engines.redis, settings.stream_shards),
        "stream": partial(_stream, engines.redis, settings.stream_shards),
        "journal": partial(_journal, engines.journal),
        "worker": partial(_worker, engines.redis),
        "decoder": _decoder,
        "dead_letters": partial(_dead_letters, settings.data_dir / "dead-letters.jsonl"),
        "disk": partial(disk_space, settings.data_dir),
    }
    return probes


def _database(engine: sa.Engine) -> Probe:
    try:
        with reading(engine) as connection:
            listing.list_tenants(connection)
    except StoreUnavailable:
        return Probe(ok=False, note="away")
    return Probe(ok=True)


def _migrations(engine: sa.Engine) -> Probe:
    try:
        with reading(engine) as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    except StoreUnavailable:
        return Probe(ok=False, note="away")
    pending = len(list(_scripts().iterate_revisions("head", current or "base")))
    return Probe(ok=pending == 0, note="behind" if pending else "", value=pending)


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).with_name("migrations")).replace("%", "%%"))
    return ScriptDirectory.from_config(config)


def _history(client: redis.Redis, shards: int) -> Probe:
    try:
        incomplete = shards - len(complete(client, shards))
    except redis.RedisError:
        return Probe(ok=False, note="away")
    return Probe(ok=incomplete == 0, note="rebuilding" if incomplete else "", value=incomplete)


def _stream(client: redis.Redis, shards: int) -> Probe:
    try:
        waiting = backlog(client, shards=shards)
    except redis.RedisError:
        return Probe(ok=False, note="away")
    late = waiting.oldest_ms > 0 and time.time() - waiting.oldest_ms / 1000 > _LATE_S
    ok = waiting.stream_entries < _BACKLOG and not late
    return Probe(ok=ok, note="pending", value=waiting.stream_entries)


def _journal(journal: Journal) -> Probe:
    waiting = journal.pending()
    if journal.state is not JournalState.READY:
        return Probe(ok=False, note="full" if journal.state is JournalState.FULL else "unwritable", value=waiting)
    return Probe(ok=waiting == 0, note="pending", value=waiting)


def _worker(client: redis.Redis) -> Probe:
    try:
        alive = workers(client, int((time.time() - _SILENCE_S) * 1000))
    except redis.RedisError:
        return Probe(ok=False, note="away")
    return Probe(ok=alive > 0, note="alive" if alive else "silent", value=alive)


def _decoder() -> Probe:
    """Photos are read without zbar too, with a lower recall."""
    try:
        ctypes.CDLL("libzbar.so.0")
    except OSError:
        return Probe(ok=False, note="no_zbar")
    return Probe(ok=True)


def _dead_letters(path: Path) -> Probe:
    try:
        count = path.read_bytes().count(b"\n")
    except FileNotFoundError:
        count = 0
    return Probe(ok=count == 0, note="put_aside" if count else "", value=count)
