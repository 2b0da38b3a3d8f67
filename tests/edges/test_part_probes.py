"""The probes against real engines: well, away, behind, lost."""

import time

import pytest

from tests.fixtures_valkey import ValkeyServer
from tests.migrated import lay_schema
from verify_app.i18n import catalogue
from verify_app.serving import part_probes
from verify_app.serving.part_probes import Engines, probes_of
from verify_app.settings import Settings
from verify_app.store import keys
from verify_app.store.engine import open_engine
from verify_app.store.history import connect
from verify_app.store.journal import Journal, JournalState
from verify_app.store.migrate import downgrade

pytest_plugins = ("tests.fixtures_valkey",)
SHARDS = 4


@pytest.fixture
def engines(tmp_path, valkey_server):
    url = f"sqlite:///{tmp_path / 'registry.sqlite3'}"
    lay_schema(url)
    made = Engines(open_engine(url), connect(valkey_server.url, 500), Journal(tmp_path / "journal"))
    yield made
    made.database.dispose()
    made.redis.close()


@pytest.fixture
def probe(engines, tmp_path):
    probes = probes_of(Settings(data_dir=tmp_path, stream_shards=SHARDS), engines)
    return lambda name: probes[name]()


def test_a_migrated_database_is_well(probe):
    assert probe("database").ok
    assert probe("migrations").ok
    assert probe("migrations").value == 0


def test_an_empty_database_is_unwell_and_its_migrations_are_counted(engines, tmp_path, probe):
    downgrade(f"sqlite:///{tmp_path / 'registry.sqlite3'}", "base")
    engines.database.dispose()
    assert probe("migrations").note == "behind"
    assert probe("migrations").value >= 1


def test_a_database_that_is_away_is_told(tmp_path, valkey_server):
    away = Engines(
        open_engine("postgresql+psycopg://nobody@127.0.0.1:1/none"),
        connect(valkey_server.url, 500),
        Journal(tmp_path),
    )
    probes = probes_of(Settings(data_dir=tmp_path), away)
    assert (probes["database"]().ok, probes["database"]().note) == (False, "away")
    assert (probes["migrations"]().ok, probes["migrations"]().note) == (False, "away")


def test_history_is_well_only_when_every_shard_is_complete(engines, probe):
    lost = probe("history")
    assert (lost.ok, lost.note, lost.value) == (False, "rebuilding", SHARDS)
    for shard in range(SHARDS):
        engines.redis.set(keys.epoch(shard), "complete:1")
    assert probe("history").ok


def test_a_history_that_is_away_is_told_by_each_part_that_needs_it(probe, valkey_server: ValkeyServer):
    valkey_server.kill9()
    for name in ("history", "stream", "worker"):
        assert (probe(name).ok, probe(name).note) == (False, "away")


def test_the_stream_is_well_while_the_worker_keeps_up(engines, probe):
    assert (probe("stream").ok, probe("stream").value) == (True, 0)
    engines.redis.xadd(keys.stream(1), {"e": "x"})
    assert (probe("stream").ok, probe("stream").value) == (True, 1)
    engines.redis.xadd(keys.stream(2), {"e": "x"}, id=f"{int(time.time() * 1000) - 600_000}-0")
    assert (probe("stream").ok, probe("stream").value) == (False, 2)


def test_scans_in_the_journal_are_counted_until_they_are_replayed(engines, probe):
    assert probe("journal").ok
    assert engines.journal.append(b"a scan")
    assert (probe("journal").ok, probe("journal").value) == (False, 1)
    engines.journal.replay(lambda line: None)
    assert probe("journal").ok


@pytest.mark.parametrize(
    ("state", "note"), [(JournalState.FULL, "full"), (JournalState.UNWRITABLE, "unwritable")], ids=["full", "readonly"]
)
def test_a_journal_that_takes_no_scans_is_told(engines, probe, state, note):
    engines.journal.state = state
    assert (probe("journal").ok, probe("journal").note) == (False, note)


def test_a_worker_is_well_while_it_gives_signs_of_life(engines, probe):
    assert (probe("worker").ok, probe("worker").note) == (False, "silent")
    engines.redis.zadd(keys.WORKERS, {"one": time.time() * 1000})
    assert (probe("worker").ok, probe("worker").value) == (True, 1)
    engines.redis.zadd(keys.WORKERS, {"one": time.time() * 1000 - 120_000})
    assert not probe("worker").ok


def test_a_missing_zbar_is_told(probe, monkeypatch):
    assert probe("decoder").ok

    def missing(name):
        raise OSError(name)

    monkeypatch.setattr(part_probes.ctypes, "CDLL", missing)
    assert (probe("decoder").ok, probe("decoder").note) == (False, "no_zbar")


def test_scans_that_were_put_aside_stay_visible(tmp_path, probe):
    assert probe("dead_letters").ok
    (tmp_path / "dead-letters.jsonl").write_text('{"from": "x"}\n{"from": "y"}\n')
    assert (probe("dead_letters").ok, probe("dead_letters").value) == (False, 2)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_part_and_note_has_words(language, engines, tmp_path):
    words = catalogue(language, strict=True)
    for name in probes_of(Settings(data_dir=tmp_path), engines):
        assert words.text(f"health.part.{name}")
    notes = ("away", "behind", "rebuilding", "pending", "full", "unwritable", "alive", "silent", "put_aside", "no_zbar")
    for note in (*notes, "no_answer", "failed", "free_mb", "low_disk"):
        assert words.text(f"health.note.{note}", value=1)
