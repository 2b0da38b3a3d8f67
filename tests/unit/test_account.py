"""Accounts: what they reach, when the door is shut, and who manages whom."""

import pytest

from verify_app.domain.account import (
    IDLE_DAYS,
    TRIES,
    Account,
    AccountError,
    Role,
    Scope,
    Standing,
    checked,
    lock_after,
    may_manage,
    standing,
)
from verify_app.domain.permissions import MATRIX, Permission, may

DAY = 86_400_000
NOW = 1_800_000_000_000


def account(role=Role.INSPECTOR, areas=("Gia Lai",), **changes):
    scope = changes.pop("scope", Scope(areas, ("*",), ("doi-may",) if role is Role.ENTERPRISE else ()))
    return Account(changes.pop("id", role.value), "a@example.vn", "Người", role, scope, created=NOW, **changes)


def test_a_scope_reaches_its_areas_and_what_lies_below_them():
    scope = Scope(("Gia Lai", "Hà Nội/Phường Ví Dụ"), ("coffee",))
    assert scope.covers("Gia Lai", "coffee")
    assert scope.covers("Gia Lai/Xã Ví Dụ", "coffee")
    assert not scope.covers("Gia Lai", "toys")
    assert not scope.covers_area("Hà Nội")
    assert not scope.covers_area("Gia Lai 2")
    assert not scope.covers_area("")
    assert Scope(("*",)).covers_area("")
    assert scope.covers_sector("")
    assert not Scope(("*",)).covers_sector("")
    assert scope.provinces == ("Gia Lai", "Hà Nội")
    assert len(Scope(("*",)).provinces) == 34


@pytest.mark.parametrize(
    ("changes", "when", "expected"),
    [
        ({}, NOW, Standing.ACTIVE),
        ({"disabled": True, "locked_until": NOW + 1}, NOW, Standing.DISABLED),
        ({}, NOW + IDLE_DAYS * DAY, Standing.ACTIVE),
        ({}, NOW + IDLE_DAYS * DAY + 1, Standing.IDLE),
        ({"last_seen": NOW + DAY}, NOW + IDLE_DAYS * DAY + 1, Standing.ACTIVE),
        ({"locked_until": NOW + 1}, NOW, Standing.LOCKED),
        ({"locked_until": NOW + 1}, NOW + 1, Standing.ACTIVE),
    ],
)
def test_standing(changes, when, expected):
    assert standing(account(**changes), when) is expected


def test_locks_grow_from_a_minute_to_an_hour_and_no_further():
    minutes = [(lock_after(failures, NOW) - NOW) // 60_000 for failures in range(TRIES, TRIES + 6)]
    assert minutes == [1, 5, 15, 60, 60, 60]
    assert lock_after(TRIES - 1, NOW) == 0


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (account(Role.SHOPPER), "role"),
        (Account("1", "a@example.vn", " ", Role.OPERATOR), "name"),
        (account(areas=("Atlantis",)), "areas"),
        (account(areas=()), "areas"),
        (account(Role.COMMUNE, areas=("Gia Lai",)), "areas"),
        (account(Role.ENTERPRISE, scope=Scope()), "enterprises"),
    ],
)
def test_accounts_that_cannot_be_are_refused(wrong, problem):
    with pytest.raises(AccountError) as refused:
        checked(wrong)
    assert refused.value.problem == problem
    assert str(refused.value).startswith("Expected")


def test_accounts_that_can_be():
    for good in (account(), account(Role.COMMUNE, ("Gia Lai/Xã Ví Dụ",)), account(Role.OPERATOR, ()),
                 account(Role.ENTERPRISE, ()), account(areas=("*",))):  # fmt: skip
        assert checked(good) is good


@pytest.mark.parametrize(
    ("other", "province", "operator"),
    [
        (account(), True, True),
        (account(areas=("Gia Lai", "Hà Nội")), False, True),
        (account(areas=()), False, True),
        (account(Role.COMMUNE, ("Gia Lai/Xã Ví Dụ",)), True, True),
        (account(Role.PROVINCE, id="other"), False, True),
        (account(Role.ENTERPRISE), False, True),
    ],
)
def test_who_manages_whom(other, province, operator):
    assert may_manage(account(Role.PROVINCE), other) is province
    assert may_manage(account(Role.OPERATOR, ()), other) is operator
    assert not may_manage(account(id="x"), other)


def test_nobody_manages_the_own_account():
    assert not may_manage(account(Role.OPERATOR), account(Role.OPERATOR))


def test_every_permission_has_its_row_in_the_matrix():
    assert set(MATRIX) == set(Permission)
    assert MATRIX[Permission.PUBLIC] == frozenset(Role)
    assert {p for p in Permission if may(Role.SHOPPER, p)} == {Permission.PUBLIC}
