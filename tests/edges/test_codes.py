"""Issuing serials into a real registry: distinct, counted, resumable, replaceable."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from cache import NoCache
from tests.migrated import lay_schema
from tests.registry_samples import GTIN, REGISTRY, code
from verify_app.cli import main
from verify_app.domain.passport import ItemState
from verify_app.domain.serial_scheme import SerialKind
from verify_app.enterprise import codes
from verify_app.enterprise.codes import BatchError, CodeDesk, Order, SchemeError
from verify_app.resolve import CachedPassports
from verify_app.store.engine import open_engine, reading
from verify_app.store.listing import list_items, list_lots
from verify_app.store.registry import write_registry
from verify_app.store.tables import item

pytest_plugins = ("tests.fixtures_registry",)

MASTER = b"m" * 32


@pytest.fixture
def desk(engine: sa.Engine) -> CodeDesk:
    return CodeDesk(engine, MASTER)


def held(engine: sa.Engine, lot: str) -> set[str]:
    with reading(engine) as connection:
        return {part.serial for part in list_items(connection, GTIN, lot, limit=100_000)}


def test_a_batch_becomes_items_of_its_lot_that_are_known_by_their_signature(engine, desk):
    before = held(engine, "L1")
    batch = desk.run(desk.order(Order(GTIN, "L1", 25, "ana")).id)
    serials = list(desk.serials(batch))
    assert (batch.issued, batch.wanted, len(set(serials))) == (25, 25, 25)
    assert held(engine, "L1") == before | set(serials)
    passports = CachedPassports(engine, NoCache(), MASTER)
    found = passports.find(code(serial=serials[7]))
    assert (found.signature, found.item.state, found.lot.lot) == (True, ItemState.ACTIVE, "L1")
    with reading(engine) as connection:
        lot = next(part for part in list_lots(connection, GTIN) if part.lot == "L1")
    assert lot.uploaded == lot.declared == len(before) + 25


def test_a_batch_that_was_killed_goes_on_where_it_stopped(engine, desk, monkeypatch):
    monkeypatch.setattr(codes, "PART", 10)
    batch = desk.order(Order(GTIN, "L1", 35, "ana"))

    class KilledError(Exception):
        pass

    def kill(now):
        if now.issued == 20:
            raise KilledError

    with pytest.raises(KilledError):
        desk.run(batch.id, kill)
    assert desk.batch(batch.id).issued == 20
    again = CodeDesk(engine, MASTER)
    steps: list[int] = []
    assert again.run(batch.id, lambda now: steps.append(now.issued)).done
    assert steps == [30, 35]
    assert set(again.serials(batch)) <= held(engine, "L1")
    assert again.run(batch.id).issued == 35  # once more changes nothing


def test_batches_never_share_a_serial_and_any_part_can_be_made_again(desk):
    first, second = (desk.run(desk.order(Order(GTIN, "L1", 40, "ana")).id) for _ in range(2))
    one, two = list(desk.serials(first)), list(desk.serials(second))
    assert not set(one) & set(two)
    assert list(desk.serials(first, 10, 13)) == one[10:13]
    assert {batch.id for batch in desk.batches([GTIN])} == {first.id, second.id}


def test_a_product_with_other_serials_keeps_them_and_one_without_refuses_inventions(engine, desk):
    desk.run(desk.order(Order(GTIN, "L1", 1, "ana")).id)
    assert desk.scheme(GTIN).alone is False
    assert CachedPassports(engine, NoCache(), MASTER).find(code(serial="S1")).item is not None
    desk.set_scheme(GTIN, SerialKind.SIGNED, alone=True)
    assert CachedPassports(engine, NoCache(), MASTER).find(code(serial="S1")).signature is False


def test_a_new_key_leaves_printed_codes_good_until_they_are_withdrawn(engine, desk):
    old = desk.run(desk.order(Order(GTIN, "L1", 1, "ana")).id)
    (printed,) = desk.serials(old)
    assert desk.new_key(GTIN).key == 1
    new = desk.run(desk.order(Order(GTIN, "L1", 1, "ana")).id)
    assert (old.key_number, new.key_number) == (0, 1)
    assert CachedPassports(engine, NoCache(), MASTER).find(code(serial=printed)).signature is True
    desk.set_scheme(GTIN, alone=True)
    assert desk.new_key(GTIN, withdraw_before=1).oldest_key == 1
    assert CachedPassports(engine, NoCache(), MASTER).find(code(serial=printed)).signature is False
    with pytest.raises(SchemeError, match="Expected key"):
        desk.new_key(GTIN, withdraw_before=0)


def test_with_another_secret_nothing_is_issued_and_nothing_called_invented(engine, desk):
    desk.run(desk.order(Order(GTIN, "L1", 1, "ana")).id)
    changed = CodeDesk(engine, b"another secret than that of the printed codes")
    for act in (lambda: changed.order(Order(GTIN, "L1", 1, "ana")), lambda: changed.new_key(GTIN)):
        with pytest.raises(SchemeError, match="Expected the secret"):
            act()


def test_a_withdrawn_carrier_warns_and_its_replacement_is_good(engine, desk):
    batch = desk.run(desk.order(Order(GTIN, "L1", 2, "ana")).id)
    lost, misprinted = desk.serials(batch)
    desk.withdraw(GTIN, lost, "roll lost at the printer", "ana")
    fresh = desk.reissue(GTIN, misprinted, "smeared", "ana")
    passports = CachedPassports(engine, NoCache(), MASTER)
    assert passports.find(code(serial=lost)).item.state is ItemState.DESTROYED
    assert passports.find(code(serial=misprinted)).item.state is ItemState.DESTROYED
    good = passports.find(code(serial=fresh))
    assert (good.item.state, good.item.lot, good.signature) == (ItemState.ACTIVE, "L1", True)
    for wrong in (lost, "NEVER"):
        with pytest.raises(BatchError, match="Expected"):
            desk.withdraw(GTIN, wrong, "again", "ana")
    with pytest.raises(BatchError, match="Expected an item"):
        desk.reissue(GTIN, "NEVER", "?", "ana")


def test_impossible_orders_are_refused_with_the_reason(engine, desk):
    with pytest.raises(SchemeError, match="Expected a registered GTIN"):
        desk.order(Order("09506000134352", "", 1, "ana"))
    with pytest.raises(SchemeError, match="Expected a product with a scheme"):
        desk.new_key(GTIN)
    for count in (0, 10_000_001):
        with pytest.raises(BatchError, match="Expected 1 to 10,000,000 serials"):
            desk.order(Order(GTIN, "L1", count, "ana"))
    with pytest.raises(BatchError, match="Expected the id of a batch"):
        desk.run("nothing")


def test_a_serial_that_is_somebody_elses_item_stops_the_batch_before_anything_is_written(engine, desk):
    batch = desk.order(Order(GTIN, "L1", 3, "ana"))
    taken = list(desk.serials(batch))[1]
    with engine.begin() as connection:
        connection.execute(sa.insert(item), {"gtin": GTIN, "serial": taken, "lot": "", "state": "active"})
    with pytest.raises(BatchError, match="got 1 that are there"):
        desk.run(batch.id)
    assert desk.batch(batch.id).issued == 0


def test_the_report_tells_imported_serials_from_issued_ones(desk):
    assert "short" in desk.report(GTIN).problems
    assert desk.report("09506000134352").count == 0


def test_the_commands_issue_replace_and_report(tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    url = f"sqlite:///{(tmp_path / 'registry.sqlite3').resolve()}"
    lay_schema(url)
    write_registry(open_engine(url), REGISTRY)

    def call(*words: str, fails: bool = False) -> str:
        result = CliRunner().invoke(main, list(words))
        assert (result.exit_code != 0) is fails, result.output
        return result.output

    assert "has no scheme" in call("codes", "scheme", GTIN)
    batch = call("codes", "issue", GTIN, "--lot", "L1", "--count", "3").split()[0]
    serials = call("codes", "list", batch).split()
    assert len(serials) == 3
    call("codes", "resume", batch)
    assert call("codes", "withdraw", GTIN, serials[0], "--reason", "smeared", "--reissue").strip() not in serials
    call("codes", "withdraw", GTIN, serials[1], "--reason", "lost")
    assert "signed serials, key 1, keys from 0 hold, alone" in call("codes", "scheme", GTIN, "--alone", "--new-key")
    assert "guessable: " in call("codes", "report", GTIN)
    assert "Expected the id of a batch" in call("codes", "list", "x", fails=True)

    call("links", "hosts", "e1", "shop.example")
    (tmp_path / "links.json").write_text(
        f'{{"/01/{GTIN}": [{{"rel": "pip", "href": "https://shop.example/a", "title": "A", "hreflang": ["vi"]}}]}}'
    )
    assert "1 links at 1 addresses" in call("links", "set", "e1", str(tmp_path / "links.json"))
    assert "https://shop.example/a" in call("links", "show", GTIN)
    (tmp_path / "wrong.json").write_text('{"/01/x": [{"rel": 3}]}')
    assert "Expected" in call("links", "set", "e1", str(tmp_path / "wrong.json"), fails=True)
    told = call("requesters", "9521234500001", "--name", "Pharmacy", "--new-key", "--per-minute", "30")
    assert "may ask 30 times a minute" in told
    assert "Key, shown this once: " in told
    assert "may not ask" in call("requesters", "9521234500001", "--blocked")
    assert "Expected a GLN" in call("requesters", "9521234500009", fails=True)
