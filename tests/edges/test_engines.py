"""The embedded Valkey: private, durable, one for a folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from verify_app.serving.engines import EmbeddedValkey, EngineError


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EmbeddedValkey]:
    engine = EmbeddedValkey(tmp_path / "dữ liệu" / 'with "quotes"')
    engine.start()
    engine.wait_ready(60)
    yield engine
    engine.stop()


def client(engine: EmbeddedValkey) -> redis.Redis:
    return redis.Redis.from_url(engine.url)


def test_server_listens_on_a_private_socket_only(engine: EmbeddedValkey) -> None:
    settings = client(engine).config_get("*")
    assert settings["port"] == "0"
    socket = Path(settings["unixsocket"])
    assert stat.S_IMODE(socket.stat().st_mode) == 0o700
    assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(Path(settings["dir"]).stat().st_mode) == 0o700


def test_server_never_evicts_and_always_appends(engine: EmbeddedValkey) -> None:
    settings = client(engine).config_get("*")
    assert (settings["maxmemory-policy"], settings["appendonly"], settings["appendfsync"]) == (
        "noeviction",
        "yes",
        "no",
    )
    assert int(settings["maxmemory"]) == 2048 * 1024 * 1024


def test_killed_server_has_kept_every_answered_write(engine: EmbeddedValkey) -> None:
    for number in range(300):
        client(engine).set(f"k{number}", number)
    assert engine._process is not None
    engine._process.kill()
    engine._process.wait()

    engine.start()
    engine.wait_ready(60)

    assert client(engine).dbsize() == 300


def test_second_server_on_one_folder_is_refused(engine: EmbeddedValkey) -> None:
    second = EmbeddedValkey(engine._folder.parent)
    with pytest.raises(EngineError, match="Expected no other server"):
        second.start()
    assert client(engine).ping()


def test_long_folder_gets_a_short_private_socket_elsewhere(tmp_path: Path) -> None:
    engine = EmbeddedValkey(tmp_path / ("x" * 100))
    assert len(os.fsencode(engine._socket)) <= 100
    engine.start()
    try:
        engine.wait_ready(60)
        assert client(engine).ping()
        assert stat.S_IMODE(engine._socket.parent.stat().st_mode) == 0o700
        assert EmbeddedValkey(tmp_path / ("x" * 100)).url == engine.url
    finally:
        engine.stop()


def test_sync_reads_the_append_only_file_that_is_in_use(engine: EmbeddedValkey) -> None:
    client(engine).set("k", "v")
    engine.sync()
    client(engine).bgrewriteaof()
    client(engine).set("k", "w")
    engine.sync()
    assert list((engine._folder / "appendonlydir").glob("*.incr.aof"))


def test_server_that_ends_at_once_is_reported_with_its_log(tmp_path: Path) -> None:
    engine = EmbeddedValkey(tmp_path, memory_mb=-1)
    engine.start()
    with pytest.raises(EngineError, match="Expected a running Valkey"):
        engine.wait_ready(60)
