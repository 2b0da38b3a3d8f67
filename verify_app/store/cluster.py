"""A cluster of Redis or Valkey servers in place of one: the same commands, each sent to the node that holds its key.

All keys that one scan touches share a hash tag (keys.py), so a scan is one round trip to one node here, too. What
redis-py's own cluster client does otherwise is put right: it would connect when it is made, ask a node where the keys
of a function call are, wait for a dead node again at each call, and raise errors that are no `redis.RedisError`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import redis
from redis.backoff import NoBackoff
from redis.cluster import SLOT_ID, ClusterNode, ClusterPipeline, RedisCluster
from redis.connection import parse_url
from redis.exceptions import AskError, MovedError, RedisClusterException
from redis.retry import Retry

from .circuit import Circuit
from .group_commit import GroupCommit

SCHEMES = ("redis+cluster", "rediss+cluster")
_REDIRECTS = 4  # a slot that moves answers once, or a few times while the nodes agree on it
_REST_MS = 1000


class NodeAway(redis.RedisError):
    """The node that holds the key did not answer a moment ago, and is not asked again yet."""


def is_cluster(url: str) -> bool:
    """Whether a URL names a cluster: "redis+cluster://user:password@host:port,host:port,…" ("rediss…" with TLS)."""
    return url.partition("://")[0] in SCHEMES


class ClusterRedis:
    """A cluster as one client, shared by threads. Connects at its first use, to any of the nodes that the URL names,
    and learns of the others from it. Calls of functions (FCALL) travel in groups, one line for each node."""

    def __init__(self, url: str, timeout_ms: int) -> None:
        self._url, self._seconds = url, timeout_ms / 1000
        self._nodes = nodes_of(url)
        self._gate = Lock()
        self._opened: _Cluster | None = None
        self._lines: dict[str, tuple[redis.Redis, GroupCommit, Circuit]] = {}

    def __getattr__(self, name: str) -> Any:
        """Every command that is not defined here is redis-py's own."""
        return getattr(self._cluster(), name)

    def __enter__(self) -> ClusterRedis:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def get_retry(self) -> Retry:
        """Nothing is sent twice."""
        return Retry(NoBackoff(), 0)

    def close(self) -> None:
        """Give the connections back."""
        if self._opened is not None:
            self._opened.close()

    def execute_command(self, *args: Any, **options: Any) -> Any:
        """Answer to one command. Raises `redis.RedisError`; `NodeAway` only when it was not sent."""
        if args[0] != "FCALL":
            return self._cluster().execute_command(*args, **options)
        for _ in range(_REDIRECTS):
            try:
                return self._call(*args)
            except MovedError as moved:  # another node has the slot now: this one did nothing
                self._cluster().nodes_manager.move_slot(moved)
            except AskError:  # the slot is on its way to another node, and so is this key
                return self._cluster().execute_command(*args)
        raise redis.ConnectionError(f"Expected the node of a slot, got {_REDIRECTS} redirections.")

    def pipeline(self, transaction: bool = True) -> Any:
        """Commands that travel together; with `transaction` all keys need one slot."""
        return self._cluster().pipeline(transaction=transaction)

    def _cluster(self) -> _Cluster:
        if self._opened is None:
            with self._gate:
                if self._opened is None:
                    with _as_redis_errors():
                        self._opened = self._open()
        return self._opened

    def _open(self) -> _Cluster:
        options: dict[str, Any] = parse_url(_plain(self._url))  # type: ignore[no-untyped-call]
        known = {name: options[name] for name in ("username", "password") if name in options}
        return _Cluster(
            startup_nodes=[ClusterNode(host, port) for host, port in self._nodes],  # type: ignore[no-untyped-call]
            require_full_coverage=False,  # while one node is away the others go on
            retry=self.get_retry(),
            socket_timeout=self._seconds,
            socket_connect_timeout=self._seconds,
            ssl=self._url.startswith("rediss"),
            protocol=2,
            driver_info=None,
            max_connections=1024,
            **known,
        )

    def _call(self, *command: Any) -> Any:
        """Send a function call with those that go to the same node. A node that does not answer costs one caller one
        timeout a second; the scans of the other nodes go on meanwhile."""
        cluster = self._cluster()
        with _as_redis_errors():
            node = cluster.nodes_manager.get_node_from_slot(cluster.determine_slot(*command))
        line, circuit = self._line(cluster, node)
        if not circuit.enter():
            raise NodeAway(f"Expected an answer of {node.name}, which gave none a moment ago.")
        try:
            answer = line.call(*command)
        except (redis.ConnectionError, redis.TimeoutError) as error:
            circuit.failed()
            with contextlib.suppress(RedisClusterException, redis.RedisError):
                cluster.nodes_manager.initialize(last_failed_node_name=node.name)  # a replica may have taken over
            raise NodeAway(str(error)) from error
        except redis.RedisError:
            circuit.succeeded()
            raise
        except BaseException:
            circuit.failed()
            raise
        circuit.succeeded()
        return answer

    def _line(self, cluster: _Cluster, node: ClusterNode) -> tuple[GroupCommit, Circuit]:
        found = self._lines.get(node.name)
        client = node.redis_connection
        if found is None or found[0] is not client:
            with self._gate:
                found = self._lines.get(node.name)
                client = cluster.get_redis_connection(node)
                if found is None or found[0] is not client:
                    circuit = found[2] if found else Circuit(_REST_MS)
                    found = self._lines[node.name] = (client, GroupCommit(client, self._seconds), circuit)
        return found[1], found[2]


def nodes_of(url: str) -> list[tuple[str, int]]:
    """Hosts and ports of a cluster's URL. Raises `ValueError`."""
    hosts = urlsplit(url).netloc.rpartition("@")[2].split(",")
    found = []
    for host in hosts:
        parts = urlsplit(f"//{host}")
        if not parts.hostname:
            raise ValueError(f"Expected host:port, separated by commas, got {host!r}.")
        found.append((parts.hostname, parts.port or 6379))
    return found


def _plain(url: str) -> str:
    """The URL of the first node alone, which redis-py can read."""
    scheme, _, rest = url.partition("://")
    return f"{scheme.removesuffix('+cluster')}://{rest.partition(',')[0]}"


class _Keys:
    """Where the key of a command stands, for the commands that this service uses."""

    keyslot: Callable[[Any], int]

    def determine_slot(self, *args: Any) -> int:
        """Slot of a command's first key; the others share its hash tag, or the server refuses."""
        if args[0] in ("FCALL", "EVAL", "EVALSHA"):
            return self.keyslot(args[3])
        if args[0] == "XREADGROUP":
            return self.keyslot(args[args.index(b"STREAMS" if b"STREAMS" in args else "STREAMS") + 1])
        return self.keyslot(args[1])


_FLAGS = {"FCALL": SLOT_ID, "XREADGROUP": SLOT_ID}  # else a node would be asked where the keys are, at each call


class _Pipeline(_Keys, ClusterPipeline):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.command_flags |= _FLAGS

    def execute(self, raise_on_error: bool = True) -> list[Any]:
        """Send what was gathered. Raises `redis.RedisError`."""
        with _as_redis_errors():
            return super().execute(raise_on_error)

    def mget(self, keys: Any, *args: Any) -> Any:
        """Values of keys in one slot."""
        return self.execute_command("MGET", *keys, *args)  # type: ignore[no-untyped-call]


class _Cluster(_Keys, RedisCluster):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.command_flags |= _FLAGS

    def execute_command(self, *args: Any, **options: Any) -> Any:
        with _as_redis_errors():
            return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]

    def pipeline(self, transaction: bool | None = None, shard_hint: None = None) -> _Pipeline:  # noqa: ARG002
        return _Pipeline(
            nodes_manager=self.nodes_manager,
            commands_parser=self.commands_parser,
            startup_nodes=list(self.nodes_manager.startup_nodes.values()),
            result_callbacks=self.result_callbacks,
            cluster_response_callbacks=self.cluster_response_callbacks,
            reinitialize_steps=self.reinitialize_steps,
            retry=self.retry,
            lock=self._lock,
            transaction=transaction,
            event_dispatcher=self._event_dispatcher,
        )


@contextlib.contextmanager
def _as_redis_errors() -> Iterator[None]:
    """redis-py says "no node can be reached" with an error of another family."""
    try:
        yield
    except RedisClusterException as error:
        raise redis.ConnectionError(str(error)) from error
