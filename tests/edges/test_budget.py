"""What one scan costs on the whole way through the pages: SQL queries, Redis round trips and bytes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from redis.connection import AbstractConnection

from tests.fixtures_valkey import ValkeyServer
from tests.migrated import lay_schema
from tests.registry_samples import GTIN, REGISTRY
from verify_app.app import create_app
from verify_app.parts import build
from verify_app.serving.worker import Worker
from verify_app.settings import Settings
from verify_app.store.engine import open_engine
from verify_app.store.history import Script, connect
from verify_app.store.registry import write_registry

pytest_plugins = ("tests.fixtures_valkey",)

ITEMS = [record.part for record in REGISTRY.items if record.gtin == GTIN]
BYTES = 14 * 1024


@dataclass
class Cost:
    """What the test's own thread asked of the engines; the cache's watch over purges runs in a thread of its own."""

    queries: list[str] = field(default_factory=list)
    round_trips: int = 0

    def clear(self) -> None:
        self.queries.clear()
        self.round_trips = 0


@pytest.fixture
def cost(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cost]:
    made, mine = Cost(), threading.get_ident()
    send = AbstractConnection.send_packed_command

    def counted(self: AbstractConnection, *args: object, **options: object) -> None:
        if threading.get_ident() == mine:
            made.round_trips += 1
        send(self, *args, **options)

    def asked(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if threading.get_ident() == mine:
            made.queries.append(statement)

    monkeypatch.setattr(AbstractConnection, "send_packed_command", counted)
    sa.event.listen(sa.Engine, "before_cursor_execute", asked)
    yield made
    sa.event.remove(sa.Engine, "before_cursor_execute", asked)


@pytest.fixture
def client(tmp_path: Path, valkey_server: ValkeyServer) -> Iterator[FlaskClient]:
    settings = Settings(data_dir=tmp_path, redis_url=valkey_server.url, history_timeout_ms=5_000, demo=False)
    lay_schema(settings.database)
    engine = open_engine(settings.database)
    write_registry(engine, REGISTRY)
    with connect(settings.redis_url, 10_000) as redis:
        Worker(Script(redis, shards=settings.stream_shards, reload_ms=1), engine, tmp_path).run_once()
    parts = build(settings)
    yield create_app(settings, parts).test_client()
    parts.decoder.close()
    engine.dispose()


def path(item: int, lot: bool = True) -> str:
    part = ITEMS[item]
    return f"/01/{GTIN}" + (f"/10/{part.lot}" if lot and part.lot else "") + f"/21/{part.serial}"


def scan(client: FlaskClient, at: str, phone: str = "Phone", accept: str = "text/html") -> int:
    answer = client.get(at, headers={"User-Agent": phone, "Accept": accept, "Accept-Encoding": "gzip"})
    assert answer.status_code == 200, answer.text
    return len(answer.data)


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_cold_scan_is_one_query_and_at_most_two_more_round_trips(
    client: FlaskClient, cost: Cost, accept: str
) -> None:
    scan(client, "/01/09520123456788", accept=accept)  # another product: connections are open, the script is loaded
    cost.clear()
    scan(client, path(0), accept=accept)
    assert len(cost.queries) == 1, cost.queries
    assert cost.round_trips <= 3  # the look into the shared tier, its filling, and the scan itself


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_warm_scan_is_no_query_and_one_round_trip(client: FlaskClient, cost: Cost, accept: str) -> None:
    scan(client, path(0), accept=accept)
    cost.clear()
    scan(client, path(0), phone="Other phone", accept=accept)
    assert cost.queries == []
    assert cost.round_trips == 1


def test_an_item_of_a_known_lot_is_one_query_and_one_round_trip(client: FlaskClient, cost: Cost) -> None:
    same = next(number for number in range(1, len(ITEMS)) if ITEMS[number].lot == ITEMS[0].lot)
    scan(client, path(0))
    cost.clear()
    scan(client, path(same))
    assert len(cost.queries) == 1, cost.queries
    assert cost.round_trips == 1


def test_an_invented_serial_asks_the_database_once_and_then_no_more(client: FlaskClient, cost: Cost) -> None:
    scan(client, f"/01/{GTIN}/21/INVENTED")
    cost.clear()
    scan(client, f"/01/{GTIN}/21/INVENTED", phone="Other phone")
    assert cost.queries == []
    assert cost.round_trips == 1


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_first_response_with_its_styles_fits_in_fourteen_kilobytes(client: FlaskClient, language: str) -> None:
    assert scan(client, f"{path(0)}?lang={language}") <= BYTES
