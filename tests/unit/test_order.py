"""Orders upon goods: who gives them, who confirms, who lifts them."""

import pytest

from verify_app.domain.account import Account, Role, Scope
from verify_app.domain.order import (
    Order,
    OrderError,
    OrderState,
    Reach,
    Target,
    checked_order,
    confirmed,
    lifted,
    needs_second,
    proposed,
    refused,
)
from verify_app.domain.registry import ActKind

GTIN = "09521234543213"
NOW = 1_800_000_000_000


def person(role=Role.INSPECTOR, name="a", department="Sở"):
    return Account(name, f"{name}@example.vn", name, role, Scope(("Gia Lai",), ("*",)), department)


def order(reason="Dị vật", **target):
    return Order(0, ActKind.RECALL, Target(**{"gtin": GTIN, **target}), reason, "", "", "", "", 0)


BOSS, OTHER = person(Role.PROVINCE, "boss"), person(Role.PROVINCE, "other")


def test_a_lot_is_in_force_at_once_and_a_product_waits():
    assert proposed(order(lot="L1"), person(), NOW).state is OrderState.IN_FORCE
    waits = proposed(order(), person(department=""), NOW)
    assert (waits.state, waits.began, waits.department) == (OrderState.PROPOSED, 0, "a")
    assert confirmed(waits, BOSS, NOW + 1).began == NOW + 1
    assert needs_second(waits)
    assert Target(GTIN, first="S1", last="S2").reach is Reach.RANGE


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"gtin": "1"}, "gtin"),
        ({"gtin": "x" * 14}, "gtin"),
        ({"first": "1"}, "range"),
        ({"first": "10", "last": "9"}, "range"),
        ({"first": "9", "last": "1"}, "range"),
        ({"reason": " "}, "reason"),
    ],
)
def test_what_cannot_be_ordered(wrong, problem):
    with pytest.raises(OrderError) as refusal:
        checked_order(order(**wrong))
    assert refusal.value.problem == problem


def test_the_second_person_is_another_and_a_province_administrator():
    waits = proposed(order(), BOSS, NOW)
    for who, problem in ((BOSS, "second"), (person(), "role")):
        with pytest.raises(OrderError) as refusal:
            confirmed(waits, who, NOW)
        assert refusal.value.problem == problem
    force = confirmed(waits, OTHER, NOW)
    with pytest.raises(OrderError, match="proposed"):
        confirmed(force, OTHER, NOW)


def test_refusing_and_lifting_take_a_reason_and_the_right_state():
    waits = proposed(order(), BOSS, NOW)
    assert refused(waits, OTHER, NOW, " nein ").end_reason == "nein"
    with pytest.raises(OrderError, match="reason"):
        refused(waits, OTHER, NOW, " ")
    with pytest.raises(OrderError, match="in_force"):
        lifted(waits, BOSS, NOW, "x")
    force = confirmed(waits, OTHER, NOW)
    with pytest.raises(OrderError, match="administrator"):
        lifted(force, person(), NOW, "x")
    assert lifted(force, BOSS, NOW + 5, "gut").ended == NOW + 5
    assert lifted(proposed(order(lot="L1"), person(), NOW), person(), NOW, "gut").state is OrderState.ENDED
