"""From scans to alerts and cases, and from a closed case back to the verdict, on real engines."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.fixtures_history import DAY, NOON, RELOAD, SHARDS, visit
from tests.fixtures_valkey import ValkeyServer
from tests.migrated import lay_schema
from tests.registry_samples import GTIN, REGISTRY
from verify_app.detection.policy_files import built_in
from verify_app.domain.alert import Rule
from verify_app.domain.case import Finding, Move, Result, State, Step
from verify_app.domain.code import Code
from verify_app.domain.evidence import Circumstances, Network
from verify_app.domain.history import History
from verify_app.domain.passport import ItemPart, LotPart, Shipment
from verify_app.domain.registry import ItemRecord, LotRecord
from verify_app.domain.scan import Visit
from verify_app.serving.worker import Pace, Worker
from verify_app.store import keys, ledger
from verify_app.store.cases import Wanted, find_case, queue, take_step
from verify_app.store.engine import open_engine, reading
from verify_app.store.event import encode, row_of
from verify_app.store.history import Script, ValkeyHistory
from verify_app.store.quality import quality_counts
from verify_app.store.rebuild import rebuild
from verify_app.store.registry import write_registry

pytest_plugins = ("tests.fixtures_valkey", "tests.fixtures_history")

PART = next(record.part for record in REGISTRY.items if record.gtin == GTIN)
CODE = Code("01", GTIN, (("10", PART.lot), ("21", PART.serial)))
PLACES = ((420, 2117), (215, 2134), (321, 2164), (417, 2134), (200, 2116))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    url = f"sqlite:///{tmp_path}/registry.sqlite3"
    lay_schema(url)
    made = open_engine(url)
    write_registry(made, REGISTRY)
    yield made
    made.dispose()


@pytest.fixture
def worker(script: Script, engine: sa.Engine, tmp_path: Path) -> Worker:
    return Worker(Script(script.client, shards=SHARDS, reload_ms=RELOAD), engine, tmp_path)


def look(history: ValkeyHistory, who: str, when: int, there: Circumstances, code: Code = CODE) -> History:
    found = history.observe(code, visit(who, when, country="VN", circumstances=there))
    assert found is not None
    return found


def copied(history: ValkeyHistory) -> None:
    """Strangers all over the country for seventy days."""
    for number in range(45):
        place = PLACES[number % 5]
        region = "NSCNS"[number % 5]
        there = Circumstances(Network.LINE, place=place, line=number + 1, inside=True)
        seen = visit(f"p{number}", NOON + number * 3 * DAY // 2, country="VN", region=region, circumstances=there)
        history.observe(CODE, seen)


def test_a_copied_code_becomes_one_case_with_its_evidence_and_contributions(
    history: ValkeyHistory, worker: Worker, engine: sa.Engine
) -> None:
    copied(history)
    assert worker.run_once() == 45
    (case,) = queue(engine)
    assert (case.rule, case.gtin, case.serial, case.state) == (Rule.COPIED_CODE, GTIN, PART.serial, State.NEW)
    file = find_case(engine, case.id)
    assert file is not None
    (stored,) = file.alerts
    alert = stored.alert
    assert alert.version == built_in().version
    assert sum(weight for _, weight in alert.contributions) == pytest.approx(dict(alert.evidence)["z"])
    assert alert.places


def test_the_registry_is_not_asked_about_a_code_that_one_street_looked_at(
    history: ValkeyHistory, worker: Worker, engine: sa.Engine
) -> None:
    for number in range(6):
        home = Circumstances(Network.LINE, place=PLACES[0], line=number + 1, inside=True)
        found = look(history, f"p{number}", NOON + number * DAY, home)
    assert found.evidence is not None
    assert found.evidence.credited >= 3, "so the worker is told of it"
    heard: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *told: heard.append(told[2]))
    assert worker.run_once() == 6
    assert not [text for text in heard if "model_body" in text]


def test_a_row_that_no_ledger_takes_and_a_detector_that_fails_hinder_no_other_scan(
    history: ValkeyHistory, script: Script, worker: Worker, engine: sa.Engine, caplog: pytest.LogCaptureFixture
) -> None:
    copied(history)
    poison = replace(row_of(CODE, visit("x")), when=2**63)  # wider than the column
    script.client.xadd(keys.stream(0), {"e": encode(poison), "n": "0", "o": "0"})
    worker.run_once()
    assert len(queue(engine)) == 1, "the scans beside it were looked at"
    look(history, "an", NOON + 80 * DAY, Circumstances())
    worker._detectors.look = lambda rows: int("no number")  # type: ignore[method-assign, assignment]
    worker._consumer.join()
    worker.drain(0)
    assert "Expected to look at 1 scans" in caplog.text
    with reading(engine) as connection:
        assert ledger.count(connection) == 46


def test_scans_delivered_again_raise_no_second_case(
    history: ValkeyHistory, worker: Worker, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied(history)
    monkeypatch.setattr(worker._consumer, "done", lambda entries: None)  # it dies before it says so
    worker.run_once()
    monkeypatch.undo()
    worker._kept = worker._consumer.reclaim(range(SHARDS), idle_ms=0, count=500)
    worker._store_kept()
    assert len(queue(engine)) == 1


@pytest.mark.parametrize(
    ("there", "rule"),
    [
        (Circumstances(unlisted=True, complete=True), Rule.UNKNOWN_SERIAL),
        (Circumstances(invalid=True), Rule.INVALID_CODE),
        (Circumstances(destroyed=True, used_days=5), Rule.RETIRED_ITEM),
    ],
)
def test_registry_facts_are_alerts_at_the_first_scan(
    history: ValkeyHistory, worker: Worker, engine: sa.Engine, there: Circumstances, rule: Rule
) -> None:
    look(history, "lan", NOON, there)
    worker.run_once()
    assert [case.rule for case in queue(engine)] == [rule]


def test_a_client_that_tries_codes_out_is_one_case_and_its_guesses_are_none(
    history: ValkeyHistory, worker: Worker, engine: sa.Engine
) -> None:
    there = Circumstances(unlisted=True, complete=True, flagged=True)
    for number in range(5):
        code = Code("01", GTIN, (("21", f"GUESS{number}"),))
        history.observe(code, visit("crawler", NOON + number, circumstances=there, watch=(77, 0, 0)))
    worker.run_once()
    assert [(case.rule, case.subject) for case in queue(engine)] == [(Rule.ENUMERATION, "client:000000000000004d")]


def test_many_unknown_serials_of_one_lot_are_the_producers_late_upload(
    history: ValkeyHistory, worker: Worker, engine: sa.Engine
) -> None:
    for number in range(5):
        code = Code("01", GTIN, (("10", "LATE"), ("21", f"S{number}")))
        look(history, f"p{number}", NOON + number, Circumstances(unlisted=True), code)
    worker.run_once()
    (case,) = queue(engine)
    assert case.rule is Rule.LATE_UPLOAD
    owner = next(model.enterprise_id for model in REGISTRY.models if model.gtin == GTIN)
    step = Step(Move.CLOSE, "an", NOON + DAY, "sent a week late", Finding.DATA_ERROR, Result.NO_VIOLATION)
    take_step(engine, case.id, step)
    with engine.connect() as connection:  # the producer sees it among what its data lack
        assert quality_counts(connection, owner, NOON, 0).data_errors == ((GTIN, "LATE"),)
        take_step(engine, case.id, Step(Move.UNDO, "an", NOON + 2 * DAY, "another lot"))
        assert quality_counts(connection, owner, NOON, 0).data_errors == ()


@pytest.mark.parametrize("program", [True, False])
def test_a_lot_walked_through_slowly_is_one_case_and_a_warehouse_that_counts_its_goods_a_late_upload(
    history: ValkeyHistory, worker: Worker, engine: sa.Engine, program: bool
) -> None:
    network = Network.HOSTING if program else Network.CARRIER
    there = Circumstances(network, unlisted=True, complete=program)
    for n in range(12):
        code = Code("01", GTIN, (("10", "WALK"), ("21", f"S{n:06d}")))
        block = n + 1 if program else 0
        history.observe(code, visit(f"w{n}", NOON + n * DAY, circumstances=there, watch=(n + 1, block, block)))
    worker.run_once()
    rules = Counter(case.rule for case in queue(engine))
    if not program:
        assert rules == {Rule.LATE_UPLOAD: 1}
        return
    assert rules == {Rule.SLOW_ENUMERATION: 1, Rule.UNKNOWN_SERIAL: 5}  # its first looks may have been shoppers'
    case = next(case for case in queue(engine) if case.rule is Rule.SLOW_ENUMERATION)
    file = find_case(engine, case.id)
    assert file is not None
    (stored,) = file.alerts
    assert dict(stored.alert.evidence)["networks"] == 12
    assert dict(stored.alert.contributions)["beside another"] > 10


def test_a_shared_link_is_told_and_opens_no_case_even_after_a_rebuild(
    history: ValkeyHistory, worker: Worker, script: Script, engine: sa.Engine
) -> None:
    look(history, "lan", NOON, Circumstances(network=Network.CARRIER))
    linked = Circumstances(network=Network.CARRIER, linked=True)
    for number in range(8):
        found = look(history, f"friend {number}", NOON + number * DAY, linked)
    assert (found.evidence.credited, found.evidence.shared) == (1, 8)
    worker.run_once()
    assert queue(engine) == ()
    before = look(history, "last", NOON + 20 * DAY, linked).evidence
    worker.run_once()
    script.client.flushall()
    worker.run_once()
    after = history.observe(CODE, replace(visit("last", NOON + 20 * DAY + 1), circumstances=linked))
    assert after is not None
    assert after.evidence == before


@pytest.mark.parametrize(
    ("finding", "result"),
    [(Finding.POISONED, Result.NO_VIOLATION), (Finding.SHARED, Result.NO_VIOLATION)],
)
def test_a_case_closed_as_innocent_excuses_the_code_and_reopening_takes_it_back(
    history: ValkeyHistory, worker: Worker, engine: sa.Engine, finding: Finding, result: Result
) -> None:
    copied(history)
    worker.run_once()
    (case,) = queue(engine)
    take_step(engine, case.id, Step(Move.CLOSE, "an", NOON + 90 * DAY, "one family", finding, result))
    worker.mirror()
    calm = Circumstances(network=Network.CARRIER)
    assert look(history, "an", NOON + 91 * DAY, calm).flags.excused > 1
    worker.run_once()
    assert queue(engine) == ()  # the same evidence opens no second case
    take_step(engine, case.id, Step(Move.REOPEN, "binh", NOON + 92 * DAY, "new samples"))
    worker.mirror()
    assert look(history, "an", NOON + 92 * DAY, calm).flags.excused == 0


def test_a_confirmed_case_stands_on_the_code_and_makes_its_product_more_suspect(
    history: ValkeyHistory, worker: Worker, engine: sa.Engine
) -> None:
    copied(history)
    worker.run_once()
    (case,) = queue(engine)
    for step in (
        Step(Move.OPEN, "an", NOON),
        Step(Move.INVESTIGATE, "an", NOON),
        Step(Move.PROPOSE, "an", NOON),
        Step(Move.CLOSE, "binh", NOON + 5, "", Finding.CONFIRMED, Result.VIOLATION),
    ):
        take_step(engine, case.id, step)
    worker.mirror()
    assert look(history, "an", NOON + 91 * DAY, Circumstances()).flags.confirmed == NOON + 5
    assert [c.finding for c in queue(engine, Wanted(states=(State.CLOSED,)))] == [Finding.CONFIRMED]
    take_step(engine, case.id, Step(Move.UNDO, "an", NOON + 6, "the sample was of another lot"))
    worker.mirror()
    assert look(history, "an", NOON + 92 * DAY, Circumstances()).flags.confirmed == NOON + 5
    undone = take_step(engine, case.id, Step(Move.UNDO, "binh", NOON + 7, "so it was"))
    assert (undone.state, undone.finding, undone.proposed_by) == (State.ESCALATED, Finding.CONFIRMED, "an")
    worker.mirror()
    flags = look(history, "an", NOON + 93 * DAY, Circumstances()).flags
    assert (flags.confirmed, flags.prior) == (0, 0)


SOUTH, NORTH = (215, 2134), (420, 2117)  # cells in Thành phố Hồ Chí Minh and Hà Nội


def sent(lot: str, market: str) -> tuple[LotRecord, tuple[ItemRecord, ...]]:
    """A lot of twenty items in one shipment to a market."""
    part = LotPart(lot, declared=20, uploaded=20, shipments=(Shipment("P1", market, 1_000),), published_at=1_000)
    return LotRecord(GTIN, part), tuple(ItemRecord(GTIN, ItemPart(f"{lot}-{n}", lot)) for n in range(20))


def test_a_shipment_sold_elsewhere_is_one_case_and_one_sold_where_it_was_sent_is_none(
    history: ValkeyHistory, worker: Worker, engine: sa.Engine
) -> None:
    away, home = sent("AWAY", "11"), sent("HOME", "11")
    write_registry(engine, replace(REGISTRY, lots=(away[0], home[0]), items=(*away[1], *home[1])))
    for n in range(20):
        for lot in ("AWAY", "HOME"):
            place = SOUTH if lot == "AWAY" or n % 7 == 3 else NORTH  # now and then a gift
            code = Code("01", GTIN, (("10", lot), ("21", f"{lot}-{n}")))
            there = Circumstances(Network.LINE, place=place, sure=True, line=n + 1)
            who = visit(f"{lot} {n}", NOON + n * DAY, country="VN", region="S" if place == SOUTH else "N",
                        circumstances=there, watch=(100 * len(lot) + n + 50 * (lot == "AWAY"), 0, 0))  # fmt: skip
            history.observe(code, who)
    worker.run_once()
    (case,) = queue(engine)
    assert (case.rule, case.lot) == (Rule.DIVERTED_SHIPMENT, "AWAY")
    file = find_case(engine, case.id)
    assert file is not None
    (alert,) = (stored.alert for stored in file.alerts)
    assert alert.version
    assert alert.note == "sent to 11"
    assert dict(alert.evidence)["placed"] >= 4
    assert dict(alert.contributions)["sold elsewhere"] >= 5.5


def scans_of_lots(engine: sa.Engine) -> list[tuple[Code, Visit]]:
    """Looks at items of a diverted shipment, at a lot's code and at serials that somebody walks through."""
    record, items = sent("AWAY", "11")
    lots = (record, LotRecord(GTIN, LotPart("CODE", declared=300, published_at=1_000, shipments=record.part.shipments)))
    write_registry(engine, replace(REGISTRY, lots=lots, items=items))
    found = []
    for n in range(20):
        place, region = (SOUTH, "S") if n % 3 else (NORTH, "N")
        line = Circumstances(Network.LINE, place=place, sure=True, line=n + 1)
        facts = {
            "when": NOON + n * DAY,
            "country": "VN",
            "region": region,
            "circumstances": line,
            "watch": (n + 9, 0, 0),
        }
        found.append((Code("01", GTIN, (("10", "AWAY"), ("21", f"AWAY-{n}"))), visit(f"a{n}", **facts)))
        found.append((Code("01", GTIN, (("10", "CODE"),)), visit(f"c{n}", **facts)))
        program = Circumstances(Network.HOSTING, unlisted=True, complete=True)
        walker = visit(f"w{n}", NOON + n * DAY, circumstances=program, watch=(n + 500, n + 1, n + 1))
        found.append((Code("01", GTIN, (("10", "CODE"), ("21", f"S{n:06d}"))), walker))
    return found


def remembered(engine: sa.Engine) -> dict[str, list[tuple[object, ...]]]:
    """All that the detectors of lots remember, and all alerts."""
    wanted = {
        "watched_lot": "gtin, lot, state",
        "watched_shipment": "gtin, lot, shipment, could, were, state",
        "watched_serials": "gtin, lot, state",
        "alert": "key, first_ms, last_ms, evidence, case_id > 0",
    }
    with engine.connect() as connection:
        return {
            name: sorted(map(tuple, connection.exec_driver_sql(f"SELECT {columns} FROM {name}")))
            for name, columns in wanted.items()
        }


KILLED = """
import os, signal, sys
from pathlib import Path
from verify_app.serving.worker import Pace, Worker
from verify_app.store import keys, ledger
from verify_app.store.engine import open_engine, reading
from verify_app.store.event import encode, row_of
from verify_app.store.history import Script, connect
from verify_app.store.stream import Consumer

Consumer.done = lambda self, entries: os.kill(os.getpid(), signal.SIGKILL)  # stored, and not yet said so
url, database, folder, shards = sys.argv[1:]
script = Script(connect(url, 5_000), shards=int(shards), reload_ms=60_000)
Worker(script, open_engine(database), Path(folder), pace=Pace(count=7)).run_once()
"""


def test_killed_workers_and_two_at_once_remember_of_lots_what_one_would(
    history: ValkeyHistory, script: Script, engine: sa.Engine, valkey_server: ValkeyServer, tmp_path: Path
) -> None:
    scans = scans_of_lots(engine)
    for code, seen in scans:
        history.observe(code, seen)
    Worker(script, engine, tmp_path).run_once()
    alone = remembered(engine)
    assert {len(alone[name]) for name in ("watched_lot", "watched_shipment", "watched_serials")} == {1}
    with engine.begin() as connection:
        for name in ("scan", *alone, "case_file"):
            connection.exec_driver_sql(f"DELETE FROM {name}")
    script.client.flushall()
    rebuild(script, lambda: [], grace_s=0)
    for code, seen in scans:
        history.observe(code, seen)
    options = (valkey_server.url, str(engine.url), str(tmp_path), str(SHARDS))
    for _ in range(2):  # each dies with a batch stored that it has not forgotten
        died = subprocess.run([sys.executable, "-c", KILLED, *options], check=False, timeout=120)
        assert died.returncode == -signal.SIGKILL
    two = [Worker(script, engine, tmp_path / str(n), pace=Pace(count=5)) for n in range(2)]
    for one in two:
        one._kept = one._consumer.reclaim(range(SHARDS), idle_ms=0, count=500)  # both have what the dead ones had
    for one in two:
        one._store_kept()
    while sum(one.drain(0) for one in two):
        pass
    after = remembered(engine)
    for name, rows in alone.items():
        assert set(after[name]) ^ set(rows) == set(), name


def test_a_lot_code_with_more_visitors_than_items_is_one_case_and_a_popular_large_lot_is_none(
    history: ValkeyHistory, worker: Worker, engine: sa.Engine
) -> None:
    lots = [LotPart("SMALL", declared=300, published_at=1_000), LotPart("LARGE", declared=9_000, published_at=1_000)]
    write_registry(engine, replace(REGISTRY, lots=tuple(LotRecord(GTIN, lot) for lot in lots), items=()))
    for n in range(310):
        for lot in lots:
            look(history, f"{lot.lot} {n}", NOON + n * DAY // 10, Circumstances(), Code("01", GTIN, (("10", lot.lot),)))
    worker.run_once()
    (case,) = queue(engine)
    assert (case.rule, case.lot) == (Rule.LOT_OVERRUN, "SMALL")
    file = find_case(engine, case.id)
    assert file is not None
    (stored,) = file.alerts
    evidence = dict(stored.alert.evidence)
    assert (evidence["size"], evidence["visitors"] >= 300) == (300, True)
    assert dict(stored.alert.contributions)["visitors for its size"] > 0
