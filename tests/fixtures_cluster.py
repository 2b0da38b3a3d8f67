"""A real cluster of Valkey servers for tests: three nodes on the loopback address, `valkey_cluster`.

In a test file: `pytest_plugins = ("tests.fixtures_cluster",)`.
PYTEST_DONT_REWRITE: test files may also import from here.
"""

from __future__ import annotations

import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from tests.fixtures_valkey import ValkeyServer

NODES = 3
_SECONDS = 60


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def until(question: Callable[[], bool], expected: str) -> None:
    """Ask again and again until it is so."""
    end = time.monotonic() + _SECONDS
    while not question():
        assert time.monotonic() < end, f"Expected {expected} within {_SECONDS} s."
        time.sleep(0.05)


class Node(ValkeyServer):
    """One server of a cluster."""

    def __init__(self, folder: Path, port: int, bus: int) -> None:
        self.port = port
        options = ["--port", port, "--bind", "127.0.0.1", "--cluster-enabled", "yes", "--cluster-port", bus]
        options += ["--cluster-node-timeout", 2000, "--cluster-require-full-coverage", "no"]
        super().__init__(folder, *map(str, options))

    def ask(self, *words: object) -> bytes:
        """Answer to one command, sent to this very node."""
        with self.client() as client:
            return client.execute_command(*words)


class Cluster:
    """Three servers with a third of the slots each."""

    def __init__(self, folder: Path) -> None:
        ports = _free_ports(2 * NODES)
        self.nodes = []
        for number in range(NODES):
            (folder / str(number)).mkdir()
            self.nodes.append(Node(folder / str(number), ports[number], ports[NODES + number]))
        self._bus = ports[NODES:]

    @property
    def url(self) -> str:
        """The setting REDIS_URL."""
        return "redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)

    def start(self) -> None:
        """Start all servers and wait until they are one cluster."""
        for node in self.nodes:
            node.start()
        size = 16384 // NODES + 1
        for number, node in enumerate(self.nodes):
            node.ask("CLUSTER", "ADDSLOTSRANGE", number * size, min((number + 1) * size, 16384) - 1)
            node.ask("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
            if number:
                node.ask("CLUSTER", "MEET", "127.0.0.1", self.nodes[0].port, self._bus[0])
        until(lambda: all(map(self.whole, self.nodes)), "one cluster")

    def whole(self, node: Node) -> bool:
        """Whether a node knows all others, and they answer it."""
        facts = node.ask("CLUSTER", "INFO")
        return b"cluster_state:ok" in facts and b"cluster_slots_ok:16384" in facts

    def stop(self) -> None:
        """End all servers at once."""
        for node in self.nodes:
            node.kill9()


@pytest.fixture(scope="module")
def _cluster() -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="vc-", dir="/tmp"))
    made = Cluster(folder)
    try:
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def valkey_cluster(_cluster: Cluster) -> Cluster:
    """The module's cluster, empty."""
    for node in _cluster.nodes:
        node.flush()
    return _cluster


def node_of(cluster: Cluster, key: str) -> Node:
    """Which node holds a key."""
    slot = int(cluster.nodes[0].ask("CLUSTER", "KEYSLOT", key))
    with redis.Redis(port=cluster.nodes[0].port) as client:
        ranges = client.execute_command("CLUSTER", "SLOTS")
    port = next(holder[1] for low, high, holder, *_ in _rows(ranges) if low <= slot <= high)
    return next(node for node in cluster.nodes if node.port == port)


def _rows(answer: object) -> list[list]:
    if isinstance(answer, dict):  # redis-py's own reading of the answer
        return [[low, high, [facts["primary"][0], facts["primary"][1]]] for (low, high), facts in answer.items()]
    return list(answer)  # type: ignore[call-overload]
