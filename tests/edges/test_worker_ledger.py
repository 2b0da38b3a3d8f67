"""The background worker: from the streams to the ledger, once, and past everything that goes wrong."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import redis
import sqlalchemy as sa
from click.testing import CliRunner

from tests.fixtures_history import DAY, GTIN, NOON, RELOAD, SHARDS, item, stream_entries, visit
from tests.fixtures_valkey import ValkeyServer
from tests.migrated import lay_schema
from verify_app.cli.worker import command
from verify_app.domain.audit import Kind, Note, flaws
from verify_app.domain.registry import ActKind, ActRecord
from verify_app.domain.text import Text
from verify_app.serving.worker import Pace, Worker
from verify_app.store import acts, audit, keys, ledger
from verify_app.store.engine import StoreUnavailable, open_engine, reading
from verify_app.store.event import encode, row_of
from verify_app.store.history import Script, ValkeyHistory, connect
from verify_app.store.journal import Journal
from verify_app.store.rebuild import complete
from verify_app.store.stream import Backlog, Consumer, backlog, workers

pytest_plugins = ("tests.fixtures_valkey", "tests.fixtures_history")

PACE = Pace(block_ms=50, idle_ms=100, chores_s=0.05, grace_s=0.0, pause_s=0.05)


@pytest.fixture
def database(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'registry.sqlite3'}"
    lay_schema(url)
    return url


@pytest.fixture
def engine(database: str) -> Iterator[sa.Engine]:
    made = open_engine(database)
    yield made
    made.dispose()


@pytest.fixture
def worker(script: Script, engine: sa.Engine, tmp_path: Path) -> Worker:
    return Worker(script, engine, tmp_path, pace=PACE)


def rows_in(engine: sa.Engine) -> list[ledger.LedgerRow]:
    with reading(engine) as connection:
        return list(ledger.replayable(connection))


def eventually(question: Callable[[], bool]) -> bool:
    return any(question() or time.sleep(0.02) for _ in range(3_000))


def test_scans_reach_the_ledger_whole_and_leave_the_stream(
    worker: Worker, history: ValkeyHistory, engine: sa.Engine, client: redis.Redis
) -> None:
    first = visit("lan", NOON, region="N", country="VN", cell=(420, 2116))
    second = visit("minh", NOON + DAY)
    history.observe(item("S1", lot="L1"), first)
    history.observe(item("S1"), second)
    assert worker.run_once() == 2
    expected = [row_of(item("S1", lot="L1"), first), replace(row_of(item(), second), prior_scans=1, prior_others=1)]
    assert rows_in(engine) == expected
    assert stream_entries(client) == []
    assert backlog(client, shards=SHARDS) == Backlog(0, 0, 0)


def test_backlog_tells_what_waits_and_since_when(worker: Worker, history: ValkeyHistory, client: redis.Redis) -> None:
    assert backlog(client, shards=SHARDS) == Backlog(0, 0, 0)  # before any worker has made its group
    before = int(client.time()[0]) * 1000
    for number in range(3):
        history.observe(item(f"S{number}"), visit("lan", NOON))
    found = backlog(client, shards=SHARDS)
    assert (found.stream_entries, found.pending) == (3, 0)
    assert before <= found.oldest_ms <= before + 60_000
    other = Consumer(client, "other", shards=SHARDS)
    other.join()
    assert len(other.take(range(SHARDS), count=2, block_ms=0)) == 2
    assert backlog(client, shards=SHARDS).pending == 2


def test_entries_of_a_dead_worker_are_taken_over(
    worker: Worker, history: ValkeyHistory, engine: sa.Engine, client: redis.Redis
) -> None:
    history.observe(item(), visit("lan", NOON))
    dead = Consumer(client, "dead", shards=SHARDS)
    dead.join()
    assert len(dead.take(range(SHARDS), count=10, block_ms=0)) == 1
    assert worker.drain(0) == 0
    time.sleep(PACE.idle_ms / 1000 + 0.05)
    worker._reclaim()
    assert len(rows_in(engine)) == 1
    assert backlog(client, shards=SHARDS) == Backlog(0, 0, 0)


def test_crash_between_commit_and_acknowledgement_leaves_one_row(
    worker: Worker, history: ValkeyHistory, engine: sa.Engine, client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    history.observe(item(), visit("lan", NOON))

    def crash(_self: Consumer, _entries: object) -> None:
        raise redis.ConnectionError("killed here")

    worker._consumer.join()
    with monkeypatch.context() as patch:
        patch.setattr(Consumer, "done", crash)
        with pytest.raises(redis.ConnectionError):
            worker.drain(0)
    assert len(stream_entries(client)) == 1
    worker.drain(0)
    assert len(rows_in(engine)) == 1
    assert stream_entries(client) == []


def test_poison_is_put_aside_and_blocks_nothing(
    worker: Worker, history: ValkeyHistory, engine: sa.Engine, client: redis.Redis, tmp_path: Path
) -> None:
    history.observe(item("S1"), visit("lan", NOON))
    for poison in (
        {"e": b"\xff\x00 no event"},
        {"e": b'[99,"x"]'},
        {"x": b"no event at all"},
        {"e": encode(replace(row_of(item(), visit("x")), when=2**63)), "n": "0", "o": "0"},  # wider than the column
        {"e": encode(row_of(item(), visit("y"))), "n": "many", "o": "0"},
    ):
        client.xadd(keys.stream(0), poison)
    history.observe(item("S2"), visit("lan", NOON))

    worker.run_once()

    assert {row.serial for row in rows_in(engine)} == {"S1", "S2"}
    assert backlog(client, shards=SHARDS) == Backlog(0, 0, 0)
    assert len((tmp_path / "dead-letters.jsonl").read_text().splitlines()) == 5


def test_poison_stays_in_the_stream_while_it_cannot_be_put_aside(
    script: Script, history: ValkeyHistory, engine: sa.Engine, client: redis.Redis, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    worker = Worker(script, engine, tmp_path / "file", pace=PACE)
    worker._consumer.join()
    client.xadd(keys.stream(0), {"e": b"poison"})
    history.observe(item(), visit("lan", NOON))
    worker.drain(0)
    assert len(rows_in(engine)) == 1
    assert backlog(client, shards=SHARDS).stream_entries == 1


def test_database_away_keeps_scans_until_it_is_back(
    worker: Worker, history: ValkeyHistory, engine: sa.Engine, client: redis.Redis
) -> None:
    history.observe(item(), visit("lan", NOON))
    worker._consumer.join()
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE scan RENAME TO away")
    with pytest.raises(StoreUnavailable):
        worker.drain(0)
    with pytest.raises(StoreUnavailable):
        worker.drain(0)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO scan")
    worker.drain(0)
    assert len(rows_in(engine)) == 1
    assert stream_entries(client) == []


def test_two_workers_share_the_work(script: Script, history: ValkeyHistory, engine: sa.Engine, tmp_path: Path) -> None:
    stop = threading.Event()
    pair = [Worker(script, engine, tmp_path, pace=PACE) for _ in range(2)]
    threads = [threading.Thread(target=one.run, args=(stop,)) for one in pair]
    for thread in threads:
        thread.start()
    for number in range(400):
        history.observe(item(f"S{number}"), visit("lan", NOON + number))
    assert eventually(lambda: workers(script.client, 0) == 2)
    assert eventually(lambda: len(rows_in(engine)) == 400)
    stop.set()
    for thread in threads:
        thread.join()
    assert workers(script.client, 0) == 0
    assert backlog(script.client, shards=SHARDS) == Backlog(0, 0, 0)


def test_journal_is_replayed_into_history_and_ledger(
    worker: Worker, history: ValkeyHistory, engine: sa.Engine, tmp_path: Path
) -> None:
    journal = Journal(tmp_path / "journal")
    journal.append(encode(row_of(item(), visit("lan", NOON))))
    journal.append(b"damaged, but sealed")
    worker.run_once()
    assert [row.when for row in rows_in(engine)] == [NOON]
    assert journal.pending() == 0
    assert len((tmp_path / "dead-letters.jsonl").read_text().splitlines()) == 1
    found = history.observe(item(), visit("minh", NOON + 1))
    assert found is not None
    assert found.first == NOON


def test_emptied_server_is_made_whole_from_the_ledger(
    worker: Worker, history: ValkeyHistory, engine: sa.Engine, client: redis.Redis
) -> None:
    recall = ActRecord(ActKind.RECALL, GTIN, reason=Text.of("Nhiễm khuẩn"), actor=Text.of("Cơ quan"), when=NOON)
    reference = acts.add_act(engine, recall)
    history.observe(item(), visit("lan", NOON))
    worker.run_once()
    client.flushall()
    assert history.observe(item(), visit("minh", NOON + DAY)) is None

    worker.run_once()

    found = history.observe(item(), visit("hoa", NOON + 2 * DAY))
    assert found is not None
    assert (found.scans, found.first, found.flags.recall) == (2, NOON, reference)
    assert len(rows_in(engine)) == 2


def test_running_worker_recovers_from_an_emptied_server(
    worker: Worker, history: ValkeyHistory, engine: sa.Engine, client: redis.Redis
) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    try:
        history.observe(item(), visit("lan", NOON))
        assert eventually(lambda: len(rows_in(engine)) == 1)
        client.flushall()
        assert eventually(lambda: len(complete(client, SHARDS)) == SHARDS)
        found = history.observe(item(), visit("minh", NOON + 1))
        assert found is not None
        assert found.first == NOON
        assert eventually(lambda: len(rows_in(engine)) == 2)
    finally:
        stop.set()
        thread.join()


def test_worker_asked_to_stop_gives_a_rebuild_back(
    worker: Worker, history: ValkeyHistory, engine: sa.Engine, client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    history.observe(item(), visit("lan", NOON))
    worker.run_once()
    client.flushall()
    stop, read = threading.Event(), ledger.replayable

    def stopped_meanwhile(connection: sa.Connection) -> Iterator[ledger.LedgerRow]:
        stop.set()
        assert not complete(client, SHARDS)
        assert client.get(keys.epoch(0)).startswith(b"building:")
        yield from read(connection)

    monkeypatch.setattr("verify_app.serving.worker.ledger.replayable", stopped_meanwhile)
    worker.run(stop)
    assert not client.exists(*(keys.epoch(shard) for shard in range(SHARDS)))


def test_recall_reaches_the_next_scan_and_its_end_too(
    worker: Worker, history: ValkeyHistory, engine: sa.Engine
) -> None:
    recall = ActRecord(ActKind.RECALL, GTIN, lot="L1", reason=Text.of("x"), actor=Text.of("y"), when=NOON)
    reference = acts.add_act(engine, recall)
    worker.mirror()
    assert history.observe(item("S1", lot="L1"), visit("lan", NOON)).flags.recall == reference
    acts.end_act(engine, reference, NOON + 1)
    worker.mirror()
    assert history.observe(item("S1", lot="L1"), visit("lan", NOON + RELOAD)).flags.recall == ""


def test_command_does_everything_once(
    history: ValkeyHistory, engine: sa.Engine, database: str, tmp_path: Path, valkey_server: ValkeyServer
) -> None:
    history.observe(item(), visit("lan", NOON))
    environ = {"REDIS_URL": valkey_server.url, "DATABASE_URL": database, "DATA_DIR": str(tmp_path)}
    result = CliRunner().invoke(command, ["--once"], env={**environ, "STREAM_SHARDS": str(SHARDS)})
    assert (result.exit_code, result.output.strip()) == (0, "1 scans moved to the ledger.")
    result = CliRunner().invoke(command, ["--once", "--rebuild"], env={**environ, "STREAM_SHARDS": str(SHARDS)})
    assert result.exit_code == 0
    found = history.observe(item(), visit("minh", NOON + 1))
    assert found is not None
    assert found.scans == 1
    assert len(rows_in(engine)) == 1


def test_command_without_a_server_says_so(database: str, tmp_path: Path) -> None:
    environ = {"REDIS_URL": f"unix://{tmp_path}/none.sock", "DATABASE_URL": database, "DATA_DIR": str(tmp_path)}
    result = CliRunner().invoke(command, ["--once"], env=environ)
    assert result.exit_code == 1
    assert "Error" in result.output


def test_consumers_that_died_long_ago_are_forgotten(
    worker: Worker, client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    Consumer(client, "dead", shards=SHARDS).join()
    client.xgroup_createconsumer(keys.stream(0), keys.GROUP, "dead")
    monkeypatch.setattr("verify_app.store.stream._FORGET_MS", -1)
    worker._consumer.join()
    worker._consumer.tidy()
    assert client.xinfo_consumers(keys.stream(0), keys.GROUP) == []


def test_worker_waits_on_a_connection_of_its_own(valkey_server: ValkeyServer) -> None:
    with connect(valkey_server.url, 5_000) as client:
        consumer = Consumer(client, "quiet", shards=SHARDS)
        consumer.join()
        assert consumer.take(range(SHARDS), count=1, block_ms=20) == []
        assert consumer.take([], count=1, block_ms=20) == []


def test_the_worker_takes_away_the_words_of_the_log_class_by_class(worker: Worker, engine: sa.Engine) -> None:
    now = time.time_ns() // 1_000_000
    for kind in (Kind.LOOK, Kind.ACT):
        audit.append(engine, Note(kind, "a", "An", "inspector", "x"), now - 3 * 365 * DAY)
    assert worker.forget() == 1
    assert [(entry.kind, bool(entry.body)) for entry in audit.entries(engine)] == [
        (Kind.LOOK, False),
        (Kind.ACT, True),
    ]
    assert list(flaws(audit.entries(engine), now)) == []
