"""`verify-app warm`: what it loads, another process need not ask the database for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from tests.fixtures_valkey import ValkeyServer
from tests.migrated import lay_schema
from tests.registry_samples import GTIN, REGISTRY
from verify_app.cli.warm import command
from verify_app.domain.parse import parse
from verify_app.parts import build
from verify_app.settings import Settings
from verify_app.store.engine import open_engine
from verify_app.store.registry import write_registry

pytest_plugins = ("tests.fixtures_valkey",)


@dataclass
class Place:
    settings: Settings
    environ: dict[str, str]
    queries: list[str] = field(default_factory=list)


@pytest.fixture
def place(tmp_path: Path, valkey_server: ValkeyServer) -> Iterator[Place]:
    settings = Settings(data_dir=tmp_path, redis_url=valkey_server.url)
    lay_schema(settings.database)
    engine = open_engine(settings.database)
    write_registry(engine, REGISTRY)
    engine.dispose()
    made = Place(settings, {"DATA_DIR": str(tmp_path), "REDIS_URL": valkey_server.url})

    def asked(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        made.queries.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", asked)
    yield made
    sa.event.remove(sa.Engine, "before_cursor_execute", asked)


def warm(place: Place, text: str):
    return CliRunner().invoke(command, ["-"], input=text, env=place.environ)


def test_a_warmed_product_and_lot_cost_another_process_no_query(place: Place) -> None:
    result = warm(place, f"/01/{GTIN}/10/L1/21/S1\n(01){GTIN}(10)L1(21)S2\n\n")
    assert result.exit_code == 0, result.output
    assert "1 products and lots are warm." in result.output
    place.queries.clear()
    assert build(place.settings).passports.find(parse(f"/01/{GTIN}/10/L1")) is not None
    assert place.queries == []


def test_lines_that_cannot_be_warmed_are_named_and_the_others_are_warmed(place: Place) -> None:
    result = warm(place, f"/01/{GTIN}\nno code at all\n/01/09506000134352\n/01/{GTIN}/10/NO-LOT\n")
    assert result.exit_code == 1
    assert "no code at all" in result.output
    assert "09506000134352: not in the registry." in result.output
    assert "NO-LOT: not in the registry." in result.output
    assert "1 products and lots are warm." in result.output


def test_warming_records_no_scan(place: Place) -> None:
    warm(place, f"/01/{GTIN}/10/L1/21/S1\n")
    with build(place.settings).history._script.client as client:  # type: ignore[attr-defined]
        assert not [key for key in client.scan_iter() if key.startswith((b"s:", b"h:"))]
