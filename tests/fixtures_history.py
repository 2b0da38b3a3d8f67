"""Histories on a real Valkey server, for tests: `history`, `script`, `journal`, and quick ways to make visits.

In a test file: `pytest_plugins = ("tests.fixtures_valkey", "tests.fixtures_history")`.
PYTEST_DONT_REWRITE: test files also import the functions from here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.fixtures_valkey import ValkeyServer
from verify_app.domain.code import Code
from verify_app.domain.scan import Visit
from verify_app.store import keys
from verify_app.store.event import row_of
from verify_app.store.history import Script, ValkeyHistory, connect
from verify_app.store.journal import Journal
from verify_app.store.ledger import LedgerRow
from verify_app.store.rebuild import rebuild

SHARDS = 4
GTIN = "09521234543213"
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
RELOAD = 30 * MINUTE
NOON = 1_795_000_000_000 - 1_795_000_000_000 % DAY + 5 * HOUR  # 12:00 in Vietnam

_numbers = count(1)


def item(serial: str = "S1", lot: str = "") -> Code:
    """One item of the demonstration product."""
    return Code("01", GTIN, ((("10", lot),) if lot else ()) + (("21", serial),))


def visit(who: str, when: int = NOON, **facts: Any) -> Visit:
    """A visit by somebody, with an id of its own."""
    return Visit(f"{next(_numbers):032x}", when, hashlib.sha256(who.encode()).digest(), **facts)


def ledger_row(who: str, when: int, code: Code | None = None, **facts: Any) -> LedgerRow:
    """The ledger's row of a visit."""
    return row_of(code or item(), visit(who, when, **facts))


def stream_entries(client: redis.Redis) -> list[dict[bytes, bytes]]:
    """Fields of all entries in all streams."""
    return [fields for shard in range(SHARDS) for _, fields in client.xrange(keys.stream(shard))]


def state_of(client: redis.Redis, code: Code) -> bytes | None:
    """The packed state of a code."""
    return client.get(keys.state(keys.shard_of(code.gtin, code.identity, SHARDS), code.identity))


@pytest.fixture
def client(valkey_server: ValkeyServer) -> Iterator[redis.Redis]:
    with connect(valkey_server.url, 5_000) as made:
        yield made


@pytest.fixture
def script(client: redis.Redis) -> Script:
    """The script on a server whose histories are complete (there are none yet)."""
    made = Script(client, shards=SHARDS, reload_ms=RELOAD)
    assert rebuild(made, lambda: [], grace_s=0) == SHARDS
    return made


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal")


@pytest.fixture
def history(script: Script, journal: Journal) -> ValkeyHistory:
    return ValkeyHistory(script.client, journal, shards=SHARDS, reload_ms=RELOAD)
