"""On a cluster node every key that one scan touches lies in one slot; a key elsewhere would be refused."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from loadtests.instance import free_port
from tests.fixtures_history import DAY, NOON, RELOAD, SHARDS, item, visit
from tests.fixtures_valkey import ValkeyServer
from verify_app.domain.code import Code
from verify_app.store.acts import Flag
from verify_app.store.event import row_of
from verify_app.store.flags import mirror_flags
from verify_app.store.history import Script, ValkeyHistory, connect
from verify_app.store.journal import Journal
from verify_app.store.rebuild import rebuild


@pytest.fixture
def node() -> Iterator[redis.Redis]:
    """A server in cluster mode that owns every slot."""
    folder = Path(tempfile.mkdtemp(prefix="vk-", dir="/tmp"))
    # a bus port of its own: without one it is 10000 for every server that has no port
    server = ValkeyServer(folder, "--bind", "127.0.0.1", "--cluster-enabled", "yes", "--cluster-port", str(free_port()))
    server.start()
    client = connect(server.url, 5_000)
    client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
    end = time.monotonic() + 60
    while client.execute_command("CLUSTER", "INFO").find(b"cluster_state:ok") < 0:
        assert time.monotonic() < end
        time.sleep(0.05)
    yield client
    client.close()
    server.kill9()
    shutil.rmtree(folder)


def test_scans_crowds_replays_and_rebuilds_stay_in_one_slot(node: redis.Redis, tmp_path: Path) -> None:
    script = Script(node, shards=SHARDS, reload_ms=RELOAD)
    history = ValkeyHistory(node, Journal(tmp_path), shards=SHARDS, reload_ms=RELOAD)
    assert rebuild(script, lambda: [], grace_s=0) == SHARDS
    mirror_flags(node, [Flag(item().gtin, "", "", "recall", "recall:1")], shards=SHARDS)
    for number in range(20):  # more than the state has places for
        found = history.observe(item(), visit(f"phone {number}", NOON + number))
        assert found is not None
        assert found.flags.recall == "recall:1"
    history.replay(row_of(item(), visit("late", NOON - DAY)))
    assert history.observe(item(), visit("last", NOON + DAY)).first == NOON - DAY
    assert history.observe(Code("00", "195212345432100018"), visit("lan")) is not None
    assert {key[:1] for key in node.scan_iter()} >= {b"h", b"s", b"e", b"f", b"g", b"r", b"d"}


def test_an_installation_with_many_shards_keeps_them_apart(node: redis.Redis, tmp_path: Path) -> None:
    script = Script(node, shards=256, reload_ms=RELOAD)
    history = ValkeyHistory(node, Journal(tmp_path), shards=256, reload_ms=RELOAD)
    rebuild(script, lambda: [], grace_s=0)
    for number in range(300):
        code = Code("00", f"{number:018d}")
        assert history.observe(code, visit("lan")) is not None
        history.replay(row_of(code, visit("late", NOON - DAY)))
    assert len(list(node.scan_iter(match="s:*"))) > 100
