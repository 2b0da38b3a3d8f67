"""Loading the demonstration into a real database and a real Valkey: once, whole, and with the promised verdicts."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import product
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from PIL import Image

from tests.fixtures_valkey import ValkeyServer
from tests.migrated import lay_schema
from tests.registry_samples import REGISTRY as OTHER_REGISTRY
from verify_app.cli import main
from verify_app.demo.build import build_registry, recipes
from verify_app.demo.cases import Case, cases
from verify_app.demo.identifiers import scan_id, visitor
from verify_app.demo.load import Loaded, Target, load
from verify_app.demo.pictures import WIDTHS
from verify_app.detection.policy_files import built_in
from verify_app.domain.code import Code, CodeError
from verify_app.domain.evidence import Circumstances, Network
from verify_app.domain.judge import judge, judge_error
from verify_app.domain.policy import Policy
from verify_app.domain.scan import Visit
from verify_app.domain.verdict import Detail, Reason, Verdict
from verify_app.parts import Parts, build
from verify_app.serving.worker import Worker
from verify_app.settings import Settings
from verify_app.store.engine import open_engine, reading
from verify_app.store.history import Script, connect
from verify_app.store.registry import Counts, counts, find, version, write_registry
from verify_app.store.tables import scan
from verify_app.verify import verify

pytest_plugins = ("tests.fixtures_valkey", "tests.drawn_pictures")

DAY = 24 * 3_600_000
PAST = len([case for case in cases() if case.seen])


@pytest.fixture
def settings(tmp_path: Path, valkey_server: ValkeyServer, drawn: Path) -> Settings:
    """An installation that has been set up and holds nothing; its pictures are there."""
    made = Settings(data_dir=tmp_path, redis_url=valkey_server.url, history_timeout_ms=5_000)
    lay_schema(made.database)
    shutil.copytree(drawn, tmp_path / "pictures", copy_function=os.link)
    return made


@dataclass
class Kept:
    """What lies in DATA_DIR and in Valkey after the first load of this file, for the tests that only look at it."""

    files: dict[str, bytes] = field(default_factory=dict)
    keys: list[tuple[bytes, int, bytes]] = field(default_factory=list)

    def keep(self, folder: Path, server: ValkeyServer) -> None:
        with closing(sqlite3.connect(folder / "registry.sqlite3")) as registry:
            registry.execute("VACUUM INTO ?", [str(folder / "kept.sqlite3")])
        self.files["registry.sqlite3"] = (folder / "kept.sqlite3").read_bytes()
        for name in ("demo.json", "secret.key"):
            self.files[name] = (folder / name).read_bytes()
        with server.client() as client:
            for key in client.scan_iter():
                self.keys.append((key, max(0, client.pttl(key)), client.dump(key)))

    def lay(self, folder: Path, server: ValkeyServer) -> None:
        for name, held in self.files.items():
            (folder / name).write_bytes(held)
        with server.client() as client, client.pipeline(transaction=False) as pipeline:
            for key, lifetime, held in self.keys:
                pipeline.restore(key, lifetime, held)
            pipeline.execute()


@pytest.fixture(scope="module")
def kept() -> Kept:
    return Kept()


@pytest.fixture
def loaded(kept: Kept, settings: Settings, tmp_path: Path, valkey_server: ValkeyServer) -> Iterator[Parts]:
    """The parts of an installation with the demonstration, all of whose background work is done."""
    if not kept.files:
        engine, parts = open_engine(settings.database), build(settings)
        load(Target(engine, parts.history, tmp_path, parts.secret), now())
        assert work(settings, engine) > 0
        engine.dispose()
        parts.decoder.close()
        kept.keep(tmp_path, valkey_server)
    else:
        kept.lay(tmp_path, valkey_server)
    made = build(settings)
    yield made
    made.decoder.close()


@pytest.fixture
def engine(settings: Settings) -> Iterator[sa.Engine]:
    made = open_engine(settings.database)
    yield made
    made.dispose()


@pytest.fixture
def parts(settings: Settings) -> Iterator[Parts]:
    made = build(settings)
    yield made
    made.decoder.close()


@pytest.fixture
def target(engine: sa.Engine, parts: Parts, tmp_path: Path) -> Target:
    return Target(engine, parts.history, tmp_path, parts.secret)


def now() -> int:
    return time.time_ns() // 1_000_000


def work(settings: Settings, engine: sa.Engine) -> int:
    """Let the background worker do all that waits; returns how many scans reached the ledger."""
    with connect(settings.redis_url, 10_000) as client:
        script = Script(client, shards=settings.stream_shards, reload_ms=settings.reload_minutes * 60_000)
        return Worker(script, engine, settings.data_dir).run_once()


def held(engine: sa.Engine) -> Counts:
    with reading(engine) as connection:
        return counts(connection)


def scans(engine: sa.Engine) -> int:
    with reading(engine) as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(scan)).scalar_one()


def published(engine: sa.Engine, gtin: str) -> str:
    """The production date that is stored for a lot of the flagship."""
    with reading(engine) as connection:
        passport = find(connection, Code("01", gtin, (("10", "MN-A01"),)))
    assert passport is not None
    assert passport.lot is not None
    assert passport.lot.production_date is not None
    return passport.lot.production_date.iso


def shopper(when: int) -> Visit:
    return Visit(scan_id("a shopper", when), when, visitor("a shopper"))


def verdict(case: Case, parts: Parts, when: int) -> Verdict:
    """What the service says when a shopper opens the path of a case."""
    link = urlsplit(case.path)
    text = parse_qs(link.query)["code"][0] if link.path == "/scan" else f"https://verify.example.com{case.path}"
    try:
        return verify(text, shopper(when), parts).verdict
    except CodeError as error:
        return judge_error(error, parts.policy)


def open_path(case: Case) -> bool:
    return not case.path.startswith("/demo/")


@pytest.mark.parametrize("later", [0, 3, 540], ids=["today", "three-days-later", "eighteen-months-later"])
def test_each_case_gets_its_verdict(loaded, later):
    for case in filter(open_path, cases()):
        found = verdict(case, loaded, now() + later * DAY)
        assert found.name is case.expect, (case.path, found)


def test_the_first_case_is_a_first_check_and_shows_no_suspicion(loaded):
    found = verdict(cases()[0], loaded, now())
    assert (found.name, found.detail, found.reasons) == (Reason.VALID, Detail.FIRST, (Reason.VALID,))


ASKERS = {
    "a program": Circumstances(Network.HOSTING),
    "a phone": Circumstances(Network.CARRIER, inside=True, vague=True),
    "a household": Circumstances(Network.LINE, place=(321, 2164), line=999, inside=True),
    "somebody abroad": Circumstances(abroad=True, outside=True),
}


def test_pasts_raise_one_suspicion_each_whoever_asks_when_and_under_any_secret(loaded):
    """A secret moves each product's lines: no case of the demonstration may lie so near one that it would matter."""
    policies = [Policy(built_in(), secret=str(number).encode()) for number in range(20)]
    for case in [case for case in cases() if case.seen]:
        expected = {case.expect} | ({Reason.REPEATED} if case.expect is Reason.IMPOSSIBLE_TRAVEL else set())
        passport = loaded.passports.find(case.code)
        for days, (who, seen) in product((0.0, 0.8, 540.4), ASKERS.items()):
            when = now() + int(days * DAY)
            visit = Visit(scan_id(who, when), when, visitor(f"{who} {days}"), circumstances=seen)
            history = loaded.history.observe(case.code, visit)
            for policy in policies:
                found = judge(case.code, passport, history, visit, policy)
                assert found.name is case.expect, (case.path, who, found)
                assert set(found.reasons) <= expected | {Reason.VALID}


def test_the_case_without_history_is_judged_so(loaded):
    class Away:
        def observe(self, code: Code, visit: Visit) -> None:
            return None

    first = cases()[0]
    assert verdict(first, replace(loaded, history=Away()), now()).name is Reason.HISTORY_UNAVAILABLE


def test_loading_twice_changes_nothing(target, settings, parts, engine):
    first = load(target, now())
    work(settings, engine)
    before, ledger = held(engine), scans(engine)
    assert first.pasts == PAST
    assert first.records == sum(getattr(before, name) for name in Counts.__slots__)
    assert load(target, now() + 10 * DAY) == Loaded(0, len(recipes()), 0)
    work(settings, engine)
    assert (held(engine), scans(engine)) == (before, ledger)


def test_a_later_start_keeps_the_dates_of_the_first(target, parts, engine):
    load(target, now())
    gtin = cases()[0].code.gtin
    before = published(engine, gtin)
    load(target, now() + 100 * DAY, if_empty=True)
    assert published(engine, gtin) == before
    with reading(engine) as connection:
        assert version(connection, gtin, "MN-A01", 2) is None


def test_a_load_that_broke_off_is_completed_with_the_same_dates(target, settings, parts, engine, tmp_path):
    """Killed between models and items, a day before: the second call completes the registry of that day."""
    day = date(2026, 11, 20)
    (tmp_path / "demo.json").write_text(json.dumps({"day": day.isoformat(), "registry": False, "seen": []}))
    write_registry(engine, replace(build_registry(day), items=()), "demo", "demo-review")
    load(target, now(), if_empty=True)
    assert held(engine).items == len(tuple(build_registry(day).items))
    assert held(engine).lots == len(build_registry(day).lots)
    with reading(engine) as connection:
        assert version(connection, cases()[0].code.gtin, "MN-A01", 2) is None


def test_a_stop_in_the_middle_of_the_pasts_doubles_no_scan(target, settings, parts, engine, tmp_path):
    load(target, now())
    work(settings, engine)
    ledger = scans(engine)
    progress = json.loads((tmp_path / "demo.json").read_text())
    (tmp_path / "demo.json").write_text(json.dumps(progress | {"seen": progress["seen"][:1]}))
    assert load(target, now()).pasts == PAST - 1
    work(settings, engine)
    assert scans(engine) == ledger


def test_a_registry_of_somebody_else_is_left_alone(target, parts, engine, tmp_path):
    write_registry(engine, OTHER_REGISTRY)
    before = held(engine)
    assert load(target, now(), if_empty=True) == Loaded()
    assert held(engine) == before
    assert not (tmp_path / "demo.json").exists()


def test_a_new_database_beside_an_old_folder_is_filled(target, parts, engine, tmp_path):
    old = {"day": "2020-01-01", "registry": True, "seen": ["01/09520000000000/21/X"]}
    (tmp_path / "demo.json").write_text(json.dumps(old))
    assert load(target, now(), if_empty=True).pasts == PAST
    assert held(engine).items >= 5_000


def test_the_command_loads_and_draws_what_is_missing_and_every_picture_opens(settings, monkeypatch, tmp_path):
    for path in sorted((tmp_path / "pictures").iterdir())[::20]:
        path.unlink()
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("REDIS_URL", settings.redis_url)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    result = CliRunner().invoke(main, ["demo", "load", "--if-empty"])
    assert result.exit_code == 0, result.output
    names = {picture.name for model in build_registry(date.today()).models for picture in model.pictures}
    assert {path.name for path in (tmp_path / "pictures").iterdir()} == names
    for name in names:
        with Image.open(tmp_path / "pictures" / name) as image:
            image.load()
            assert name.endswith(f"-{image.width}.{image.format.lower()}")


def test_a_quick_load_leaves_the_smaller_copies_to_a_command_of_their_own(settings, monkeypatch, tmp_path):
    for path in (tmp_path / "pictures").glob("*.avif"):
        path.unlink()
    shown = {path.name for path in (tmp_path / "pictures").iterdir()}
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("REDIS_URL", settings.redis_url)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert CliRunner().invoke(main, ["demo", "load", "--quick"]).exit_code == 0
    assert {path.name for path in (tmp_path / "pictures").iterdir()} == shown
    lowered = []
    monkeypatch.setattr("os.nice", lowered.append)  # not of the process that runs the tests
    some = dict(list(recipes().items())[:2])
    monkeypatch.setattr("verify_app.demo.load.recipes", lambda: some)
    assert CliRunner().invoke(main, ["demo", "pictures"]).exit_code == 0
    assert lowered == [19]
    made = {path.name for path in (tmp_path / "pictures").iterdir()} - shown
    assert made == {recipe.name(width, "avif") for recipe in some.values() for width in WIDTHS}


def test_a_database_that_was_not_set_up_is_named(tmp_path, monkeypatch, valkey_server):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("REDIS_URL", valkey_server.url)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    result = CliRunner().invoke(main, ["demo", "load"])
    assert result.exit_code == 1
    assert "Error: " in result.output
    assert "Traceback" not in result.output
