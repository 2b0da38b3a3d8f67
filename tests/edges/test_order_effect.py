"""An order shows on the very next scan, with real Valkey and caches that are warm; `verify-app audit` on its log."""

from __future__ import annotations

from click.testing import CliRunner

from tests.fixtures_valkey import ValkeyServer
from tests.migrated import lay_schema
from tests.registry_samples import GTIN, REGISTRY
from verify_app.app import create_app
from verify_app.cli.audit import command
from verify_app.domain.account import Account, Role, Scope
from verify_app.domain.order import Order, Target
from verify_app.domain.registry import ActKind
from verify_app.parts import build
from verify_app.serving.worker import Worker
from verify_app.settings import Settings
from verify_app.store.engine import open_engine
from verify_app.store.history import Script, connect
from verify_app.store.registry import write_registry
from verify_app.web.accounts.person import now_ms

pytest_plugins = ("tests.fixtures_valkey",)
PERSON = Account("a", "a@example.vn", "Lan", Role.INSPECTOR, Scope(("*",), ("*",)), "Sở Công Thương (hư cấu)")


def test_a_suspended_lot_shows_at_the_next_scan_of_every_process_and_goes_when_lifted(
    valkey_server: ValkeyServer, tmp_path
) -> None:
    settings = Settings(data_dir=tmp_path, redis_url=valkey_server.url, demo=False, secret_key="k" * 32)
    lay_schema(settings.database)
    engine = open_engine(settings.database)
    write_registry(engine, REGISTRY)
    with connect(settings.redis_url, 10_000) as redis:
        Worker(Script(redis, shards=settings.stream_shards, reload_ms=1), engine, tmp_path).run_once()
    here, elsewhere = build(settings), build(settings)
    client = create_app(settings, elsewhere).test_client()
    path = f"/01/{GTIN}/10/L1/21/S1"

    def verdict() -> str:
        return client.get(path, headers={"Accept": "application/json", "User-Agent": "P"}).json["verdict"]

    before = verdict()
    order = Order(0, ActKind.SUSPENDED, Target(GTIN, "L1"), "Nghi ngờ nhãn", "", "", "", "", 0)
    made = here.office.propose(order, PERSON, now_ms())
    assert verdict() == "SUSPENDED"
    here.office.lift(made.id, PERSON, now_ms(), "Đúng hàng")
    assert verdict() == before
    for parts in (here, elsewhere):
        parts.decoder.close()
    engine.dispose()

    environment = {"DATA_DIR": str(tmp_path)}
    whole = CliRunner().invoke(command, ["verify"], env=environment)
    assert (whole.exit_code, whole.output.split(",")[:2]) == (0, ["2 entries", " 0 flaws"])
    head = whole.output.strip().rpartition("head ")[2]
    assert CliRunner().invoke(command, ["verify", "--head", head], env=environment).exit_code == 0
    assert CliRunner().invoke(command, ["verify", "--head", f"9:{head[2:]}"], env=environment).exit_code == 1
    assert len(CliRunner().invoke(command, ["export"], env=environment).output.splitlines()) == 2
    assert CliRunner().invoke(command, ["expire"], env=environment).output == "0 entries\n"
