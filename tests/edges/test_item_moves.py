"""Moves of items in both kinds of database, and what a scan says afterwards."""

from __future__ import annotations

import threading

import pytest

from tests.registry_samples import GTIN, code
from verify_app.domain.audit import Kind, Note
from verify_app.domain.item_life import Act, LifeError, Refusal
from verify_app.domain.judge import judge
from verify_app.domain.passport import ItemState
from verify_app.domain.policy import Policy
from verify_app.domain.registry import Enterprise, EnterpriseKind, Place, Registry
from verify_app.domain.scan import Visit
from verify_app.domain.text import Text
from verify_app.domain.verdict import Reason
from verify_app.enterprise.item_life import ItemLife, MoveOrder
from verify_app.store.audit import entries
from verify_app.store.engine import open_engine, reading
from verify_app.store.item_moves import moves_of
from verify_app.store.registry import find, write_registry

pytest_plugins = ("tests.fixtures_registry",)

NOW = 1_790_000_000_000
SHOP = "9520000000028"
NAME = Text.of("Cửa hàng Ví Dụ")


@pytest.fixture
def engine(engine):
    shop = Enterprise("shop", "gia-lai", EnterpriseKind.HOUSEHOLD, NAME, NAME)
    write_registry(engine, Registry(enterprises=(shop,), places=(Place(SHOP, "shop", NAME, NAME),)))
    return engine


@pytest.fixture
def shown():
    return []


@pytest.fixture
def life(engine, shown):
    return ItemLife(engine, lambda gtin, serial: shown.append(serial))


def order(act, serial="S1", who="shop", place=SHOP, **more):
    given = {"id": f"{act}-{serial}-{who}", "when": NOW} | more
    return MoveOrder(f"(01){GTIN}(21){serial}", act, given["when"], given["id"], who, "an", place)


def state(engine, serial="S1"):
    with reading(engine) as connection:
        return find(connection, code(serial=serial)).item.state


def test_sold_item_answers_already_sold_and_undo_by_the_same_place_takes_it_back(engine, life, shown):
    assert life.move(order(Act.SELL), NOW).fresh
    with reading(engine) as connection:
        passport = find(connection, code(serial="S1"))
    visit = Visit("0" * 32, NOW)
    verdict = judge(code(serial="S1"), passport, None, visit, Policy())
    assert Reason.ALREADY_SOLD in verdict.reasons
    with pytest.raises(LifeError) as refused:
        life.move(order(Act.UNDO, who="e1", place="9520000000011"), NOW + 1)
    assert refused.value.refusal is Refusal.OTHER_PLACE
    assert life.move(order(Act.UNDO), NOW + 1).step.after is ItemState.ACTIVE
    assert state(engine) is ItemState.ACTIVE
    assert shown == ["S1", "S1"]
    with reading(engine) as connection:
        assert [record.step.move.act for record in moves_of(connection, GTIN, "S1")] == [Act.UNDO, Act.SELL]


def test_a_used_mark_is_taken_back_for_a_shop_with_a_reason_in_the_audit_log_and_only_once(engine, life, shown):
    life.move(order(Act.SELL), NOW)
    note = Note(Kind.ACT, "an", "An", "inspector", "item.undo", f"(01){GTIN}(21)S1", "the till booked it twice")
    moved = life.take_back(f"(01){GTIN}(21)S1", note, NOW + 1)
    assert (moved.step.after, state(engine)) == (ItemState.ACTIVE, ItemState.ACTIVE)
    assert shown[-1] == "S1"
    assert [entry.note for entry in entries(engine)] == [note]
    with pytest.raises(LifeError) as refused:
        life.take_back(f"(01){GTIN}(21)S1", note, NOW + 2)
    assert refused.value.refusal is Refusal.NOTHING_TO_UNDO
    assert len(tuple(entries(engine))) == 1  # what did not happen is not noted


def test_same_id_again_is_the_same_move_and_a_second_sale_is_refused(life):
    assert life.move(order(Act.SELL), NOW).fresh
    assert not life.move(order(Act.SELL), NOW).fresh
    assert life.move(order(Act.RETURN, who="e1", place="", id=f"{Act.SELL}-S1-shop"), NOW).fresh, (
        "ids are each sender's own"
    )
    assert not life.move(order(Act.SELL), NOW).fresh
    life.move(order(Act.SELL, id="the item came back and is sold again"), NOW)
    with pytest.raises(LifeError) as refused:
        life.move(order(Act.SELL, id="another till"), NOW)
    assert refused.value.refusal is Refusal.ALREADY


def test_only_the_owner_makes_and_destroys_and_nobody_acts_at_a_place_of_others(engine, life):
    for wrong in (
        order(Act.DESTROY),
        order(Act.COMMISSION, "NEW1"),
        order(Act.SELL, place="9520000000011"),
    ):
        with pytest.raises(LifeError) as refused:
            life.move(wrong, NOW)
        assert refused.value.refusal is Refusal.NOT_YOURS
    assert life.move(order(Act.COMMISSION, "NEW1", "e1", ""), NOW).step.after is ItemState.COMMISSIONED
    assert life.move(order(Act.DESTROY, "NEW1", "e1", ""), NOW).step.after is ItemState.DESTROYED
    assert state(engine, "NEW1") is ItemState.DESTROYED


def test_of_two_sales_at_once_one_is_refused(registry_url, engine, life):
    outcomes = []

    def sell(number):
        own = open_engine(registry_url)
        try:
            ItemLife(own, lambda *_: None).move(order(Act.SELL, "S2", id=str(number)), NOW)
            outcomes.append("sold")
        except LifeError as error:
            outcomes.append(error.refusal.value)
        finally:
            own.dispose()

    threads = [threading.Thread(target=sell, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["already", "already", "already", "sold"]
