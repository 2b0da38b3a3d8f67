"""Checks on site: what was read from the goods of one carton or shelf, and what stands out among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Odd(StrEnum):
    """What stands out in one check among those of its session."""

    TWICE = "twice"  # the same item's code on two pieces of goods
    OTHER_PRODUCT = "other_product"  # another GTIN than most here
    OTHER_LOT = "other_lot"  # another lot than most of the product here
    ELSEWHERE = "elsewhere"  # another officer read the same item's code somewhere else


class Mark(StrEnum):
    """The officer's word on one line of the checklist."""

    OK = "ok"
    MISSING = "missing"
    WRONG = "wrong"
    NOT_NEEDED = "not_needed"  # a line whose condition does not hold


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit to one seller. Ids are made on the phone: sending twice is as once. Times are UTC milliseconds. `basis`
    is one of `checklist.Basis`; `marks` are the officer's words on the lines of the visit itself."""

    id: str
    account: str
    officer: str
    place: str
    seller: str = ""
    note: str = ""
    opened: int = 0
    closed: int = 0
    basis: str = "survey"
    marks: dict[str, Mark] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Check:
    """One piece of goods that was checked: `taken` by the phone's clock, `received` by ours. `reasons` are those of
    the verdict when it came here; `path` is the canonical code, "" for a text that is none. `goods_group` is the group
    of Annex I whose lines the marks are, 0 for what holds for all goods."""

    id: str
    visit: str
    text: str
    taken: int
    received: int = 0
    path: str = ""
    gtin: str = ""
    lot: str = ""
    serial: str = ""
    level: int = 0
    reasons: tuple[str, ...] = ()
    marks: dict[str, Mark] = field(default_factory=dict)
    note: str = ""
    goods_group: int = 0


def odd_ones(checks: Sequence[Check], elsewhere: frozenset[str] = frozenset()) -> dict[str, tuple[Odd, ...]]:
    """What stands out in each check of a visit, by its id; a check that does not stand out is not named. `elsewhere`
    are the paths that others read on other visits."""
    items = Counter(check.path for check in checks if check.serial)
    products = Counter(check.gtin for check in checks if check.gtin)
    lots = Counter((check.gtin, check.lot) for check in checks if check.lot)
    found: dict[str, tuple[Odd, ...]] = {}
    for check in checks:
        told = (
            (Odd.TWICE, check.serial and items[check.path] > 1),
            (Odd.OTHER_PRODUCT, check.gtin and _rare(products[check.gtin], products)),
            (Odd.OTHER_LOT, check.lot and _rare(lots[check.gtin, check.lot], _of(lots, check.gtin))),
            (Odd.ELSEWHERE, check.serial and check.path in elsewhere),
        )
        if odd := tuple(name for name, holds in told if holds):
            found[check.id] = odd
    return found


def _rare(count: int, among: Counter) -> bool:  # type: ignore[type-arg]
    """Whether a value is in the minority where one value has the majority."""
    total = sum(among.values())
    return 2 * max(among.values()) > total and 2 * count < total


def _of(lots: Counter[tuple[str, str]], gtin: str) -> Counter[tuple[str, str]]:
    return Counter({key: count for key, count in lots.items() if key[0] == gtin})
