"""Histories of codes in Redis or Valkey: one script call records a scan and says what was there before.

The state itself and its rules are in `observe.lua`; here is the way to it and back. One call is one round trip.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from enum import IntEnum
from hashlib import sha256
from importlib.resources import files
from typing import Any, cast

import redis
from prometheus_client import Counter
from redis.backoff import NoBackoff
from redis.retry import Retry

from verify_app.domain.code import Code
from verify_app.domain.evidence import NO_EVIDENCE, NO_PEERS
from verify_app.domain.history import NO_FLAGS, History
from verify_app.domain.scan import Actor, Visit, VisitKind

from . import keys
from .circuit import Circuit
from .cluster import ClusterRedis, is_cluster
from .event import encode, row_of
from .evidence import PEERS_SIZE, unpack
from .evidence import peers as peers_of
from .flag_words import read_flags
from .journal import Journal
from .ledger import LedgerRow

LIFETIME_MS = 5 * 366 * 86_400_000  # a code's history ends five years after its last scan
STREAM_LIMIT = 1_000_000  # entries of one shard; beyond it scans go to the journal

_PARTS = ("evidence.lua", "state.lua", "observe.lua")
_SOURCE = "".join(files(__package__).joinpath(part).read_text(encoding="utf-8") for part in _PARTS)
# named after its content: while releases change, each process calls the function that it was made for
_NAME = f"verify_{sha256(_SOURCE.encode()).hexdigest()[:16]}"
_LIBRARY = f"#!lua name={_NAME}\n{_SOURCE}\nredis.register_function('{_NAME}', observe)\n"
_EPOCH_MS = 1_577_836_800_000  # 2020-01-01 UTC: times of the state have 40 bits from here, enough until 2054
_LATEST = 2**40 - 1
_FACTS = struct.Struct(">B5sIBhh5s5sI")
_BEFORE = struct.Struct(">BBIIH5s5sHHHBH")
_YEAR_MS = 366 * 86_400_000
_REGIONS = {"N": 1, "C": 2, "S": 3}
Arguments = tuple[str | bytes | int, ...]
_REPEAT, _RECORDED, _MINE, _CORRUPT, _EVIDENCE = 1, 2, 4, 8, 16
_LENGTH = struct.Struct(">H")

outcomes = Counter(
    "verify_app_history",
    "Scans whose history was not there as it should be, by what became of them.",
    ("outcome",),  # incomplete, behind, unreadable, corrupt, journaled, lost
    registry=None,
)


class Mode(IntEnum):
    """What the script is called for: a scan, a look, a scan from a journal, a scan from the ledger, a robot's preview
    of the link (which only the evidence learns of)."""

    SCAN = 0
    LOOK = 1
    REPLAY = 2
    FOLD = 3
    PREVIEW = 4


_MODES = {VisitKind.SCAN: Mode.SCAN, VisitKind.LOOK: Mode.LOOK, VisitKind.PREVIEW: Mode.PREVIEW}


def connect(url: str, timeout_ms: int) -> redis.Redis:
    """Client for `ValkeyHistory`: threads may share it, nothing is ever sent twice, and it waits at most `timeout_ms`
    to connect and as long to read. (redis-py's own default is ten retries with five seconds each.)

    A URL of a cluster (see cluster.py) gives a client with the same commands."""
    if is_cluster(url):
        return cast(redis.Redis, ClusterRedis(url, timeout_ms))
    return redis.Redis.from_url(
        url,
        socket_timeout=timeout_ms / 1000,
        socket_connect_timeout=timeout_ms / 1000,
        retry=Retry(NoBackoff(), 0),
        protocol=2,  # with RESP3 each new connection would greet the server first, and replies cost more to read
        driver_info=None,
        max_connections=1024,
    )


class Script:
    """The script with the constants of one installation: builds its arguments, calls it, reads its answer."""

    def __init__(self, client: redis.Redis, *, shards: int, reload_ms: int, lifetime_ms: int = LIFETIME_MS) -> None:
        self.client = client
        self.shards = shards
        self._reload = reload_ms.to_bytes(5, "big")
        self._lifetime = lifetime_ms.to_bytes(5, "big")

    def call(self, mode: Mode, row: LedgerRow, guard: str = "") -> bytes:
        """Run the script for one scan; `guard` is the epoch's value in FOLD. Raises `redis.RedisError`."""
        return self.send(self.arguments(mode, row, guard))

    def send(self, arguments: Arguments) -> bytes:
        """Run the script with what `arguments` made, in one round trip. Raises `redis.RedisError`."""
        execute: Callable[..., bytes] = self.client.execute_command
        try:
            return execute("FCALL", _NAME, *arguments)
        except redis.ResponseError as error:
            if "unction not found" not in str(error):
                raise
        self.load()  # a new or emptied server; functions are kept with the data, so a restart is not enough
        return execute("FCALL", _NAME, *arguments)

    def send_all(self, scans: Sequence[Arguments]) -> list[Any]:
        """Run the script for many scans, in one round trip where the client can do that. Instead of an answer stands
        the `redis.RedisError` that `send` would raise."""
        execute_all: Callable[..., list[Any]] | None = getattr(self.client, "execute_all", None)
        if execute_all is None:
            return [self._tried(arguments) for arguments in scans]
        answers = execute_all([("FCALL", _NAME, *arguments) for arguments in scans])
        return [
            self._tried(arguments) if isinstance(answer, redis.ResponseError) and "unction not found" in str(answer)
            else answer
            for arguments, answer in zip(scans, answers, strict=True)
        ]  # fmt: skip

    def _tried(self, arguments: Arguments) -> Any:
        try:
            return self.send(arguments)
        except redis.RedisError as error:
            return error

    @property
    def name(self) -> str:
        """Name of the function in the server, for pipelines (after `load`)."""
        return _NAME

    def load(self) -> None:
        """Put the function into the server. Raises `redis.RedisError`."""
        self.client.function_load(_LIBRARY, replace=True)

    def arguments(
        self, mode: Mode, row: LedgerRow, guard: str = "", circumstances: bytes = b"", lifetime: bytes = b""
    ) -> Arguments:
        """What follows the function's name in FCALL. Without `circumstances` (an item's own, if none are given; see
        evidence.py) the evidence of copies is neither gathered nor returned. `lifetime` is that of the code's state in
        milliseconds, five bytes."""
        lat, lon = row.cell or (0, 0)
        marks = _REGIONS.get(row.region, 0) | (row.country not in ("", "VN")) << 2
        marks |= (row.cell is not None) << 3 | (row.actor == Actor.PUBLIC) << 4
        when = min(max(row.when - _EPOCH_MS, 0), _LATEST).to_bytes(5, "big")
        kept = lifetime or self._lifetime
        facts = _FACTS.pack(mode, when, row.tag, marks, lat, lon, self._reload, kept, STREAM_LIMIT)
        return (
            5,
            *keys.of_call(row.gtin, row.identity, self.shards),
            facts,
            encode(row) if mode in (Mode.SCAN, Mode.REPLAY) else b"",
            row.lot and f"10/{row.lot}",
            row.serial and f"21/{row.serial}",
            row.scan_id if mode is Mode.REPLAY else guard,
            circumstances or (row.circumstances if row.serial else b""),
        )


class ValkeyHistory:
    """Histories of all codes, shared by threads. `client` comes from `connect`."""

    def __init__(
        self, client: redis.Redis, journal: Journal, *, shards: int, reload_ms: int, rest_ms: int = 1000
    ) -> None:
        retry = client.get_retry()
        if retry is not None and retry.get_retries() != 0:
            raise ValueError(f"Expected a client that sends nothing twice, got {retry.get_retries()} retries.")
        self._script = Script(client, shards=shards, reload_ms=reload_ms)
        self._journal = journal
        self._circuit = Circuit(rest_ms)

    @property
    def available(self) -> bool:
        """Whether the last scan reached the engine."""
        return self._circuit.closed

    def observe(self, code: Code, visit: Visit) -> History | None:
        """Record this scan and return what was there before, in one atomic step and one round trip.

        None: the history is not available or not complete; the scan is then in the stream or in the journal (or,
        when the disk is full, nowhere: `outcomes` counts it as "lost" and the journal says so in its state).
        A visit that is not a SCAN changes nothing, but that a PREVIEW opens the window of a shared link. The flags
        are those of the product, of `code.lot` and of `code.serial`: pass the passport's code, which carries the lot
        of an item where it is known.
        """
        row = row_of(code, visit)
        scan = visit.kind is VisitKind.SCAN
        arguments = self._script.arguments(_MODES[visit.kind], row, lifetime=_lifetime(visit))
        if self._circuit.enter():
            try:
                reply = self._script.send(arguments)
            except (redis.ConnectionError, redis.TimeoutError):
                self._circuit.failed()
            except redis.RedisError:  # it answered, but could not write: out of memory, stream full, read-only
                self._circuit.succeeded()
            except BaseException:  # the process is being ended: nobody else may wait for this probe
                self._circuit.failed()
                raise
            else:
                self._circuit.succeeded()
                return self._unless_behind(read(reply))
        return self._missed(row, scan)

    def observe_all(self, scans: Sequence[tuple[Code, Visit]]) -> list[History | None]:
        """The same for many scans, in one round trip: each is recorded and answered by itself, in this order."""
        rows = [(row_of(code, visit), visit.kind is VisitKind.SCAN) for code, visit in scans]
        if not self._circuit.enter():
            return [self._missed(row, scan) for row, scan in rows]
        try:
            replies = self._script.send_all(
                [
                    self._script.arguments(_MODES[visit.kind], row, lifetime=_lifetime(visit))
                    for (row, _), (_, visit) in zip(rows, scans, strict=True)
                ]
            )
        except BaseException:
            self._circuit.failed()
            raise
        if any(isinstance(reply, redis.ConnectionError | redis.TimeoutError) for reply in replies):
            self._circuit.failed()
        else:
            self._circuit.succeeded()
        return [
            self._missed(*row) if isinstance(reply, redis.RedisError) else self._unless_behind(read(reply))
            for row, reply in zip(rows, replies, strict=True)
        ]

    def _missed(self, row: LedgerRow, scan: bool) -> History | None:
        """Answer to a scan that the engine did not take: to the journal with it. A look leaves no trace anyway."""
        if scan:
            outcomes.labels("journaled" if self._journal.append(encode(row)) else "lost").inc()
        return None

    def _unless_behind(self, history: History | None) -> History | None:
        """Not "nobody else was here" while scans of this host wait in its journal: one may be of this very code."""
        if history is not None and history.others == 0 and self._journal.waiting():
            outcomes.labels("behind").inc()
            return None
        return history

    def replay(self, row: LedgerRow) -> None:
        """Record a scan that went to a journal; again is as once. Raises `redis.RedisError` if it cannot be now."""
        self._script.call(Mode.REPLAY, row)


def read(reply: bytes) -> History | None:
    """The script's answer to a scan, look or preview; None: the history is not complete or not ours to read."""
    status, facts, scans, others, days, first, last, north, centre, south, travel, abroad = _BEFORE.unpack_from(reply)
    if status:
        outcomes.labels("incomplete" if status == 1 else "unreadable").inc()
        return None
    if facts & _CORRUPT:
        outcomes.labels("corrupt").inc()
    rest, evidence, peers = reply[_BEFORE.size :], NO_EVIDENCE, NO_PEERS
    if facts & _EVIDENCE:
        (length,) = _LENGTH.unpack_from(rest)
        end = _LENGTH.size + length
        if length:
            evidence = unpack(rest[_LENGTH.size : end], int.from_bytes(first, "big") // 60_000 if scans else _LATEST)
        peers, rest = peers_of(rest[end : end + PEERS_SIZE]), rest[end + PEERS_SIZE :]
    return History(
        scans=scans,
        others=others,
        days=days,
        first=_EPOCH_MS + int.from_bytes(first, "big") if scans else 0,
        last=_EPOCH_MS + int.from_bytes(last, "big") if scans else 0,
        regions=(north, centre, south),
        travel=travel,
        abroad=abroad,
        mine_first=bool(facts & _MINE),
        repeat=bool(facts & _REPEAT),
        recorded=bool(facts & _RECORDED),
        flags=read_flags(rest.decode()) if rest else NO_FLAGS,
        evidence=evidence,
        peers=peers,
    )


def _lifetime(visit: Visit) -> bytes:
    """How long a state is kept after this visit: the goods' life and a year, but a year at least; b"": as usual."""
    if not visit.keep_until:
        return b""
    return min(max(visit.keep_until - visit.when, _YEAR_MS), _LATEST).to_bytes(5, "big")
