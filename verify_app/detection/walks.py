"""Serials of one lot that somebody tries out slowly: over days, behind many addresses.

Each look is at a serial that nobody can hold: it does not exist, or its item has not left its producer. Shoppers whose
producer has sent a lot late make such looks too, and so does a warehouse that checks its goods. What tells them from a
program is where the looks come from: data centres and foreign networks that the product is not sold to, many of them,
and serials beside each other. We add up how much likelier each look is of a program than of a shopper, and begin anew
whenever shoppers are the better explanation (Page's cumulative sum). A network counts twice at most: a warehouse abroad
is one, however long it counts its goods. A program behind household lines cannot be told from a late upload.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import log

_DAY = 86_400_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What is taken for granted, and from when on a lot is walked through."""

    strange: float = log(0.7 / 0.03)  # nats of a look from a data centre, a program or a foreign network
    ordinary: float = log(0.3 / 0.97)  # … from any other
    beside: float = log(0.5 / 0.1)  # … at a serial beside one that was looked at before
    near: int = 3  # serials so far apart are beside each other
    nats: float = 12.0
    most: float = 30.0  # a flood of shoppers may clear a lot again
    looks: int = 6  # strange ones …
    networks: int = 4  # … from so many networks …
    days: int = 3  # … on so many days
    each: int = 2  # looks of one network that count
    items: int = 400  # serials remembered


@dataclass(frozen=True, slots=True)
class Touch:
    """One public look at a serial that nobody can hold. `network` tags the neighbourhood of a strange address, 0 for
    an ordinary one; `item` the serial; `when` in UTC milliseconds."""

    network: int
    item: int
    serial: str
    when: int


@dataclass(slots=True)
class Walk:
    """What is remembered of one lot; tags only, and never more than `Limits` says."""

    nats: float = 0.0
    looks: int = 0  # strange ones that counted
    ordinary: int = 0
    beside: int = 0
    days: int = 0
    day: int = 0
    first: int = 0
    walked: bool = False
    networks: dict[int, int] = field(default_factory=dict)  # how often each was counted
    items: list[int] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)  # of serials that end in one


def step(walk: Walk, touch: Touch, limits: Limits = Limits()) -> bool:
    """Add a look; whether the lot is walked through and this look is a part of it. Another look at the same serial
    says nothing, so an event that is delivered again changes nothing."""
    if touch.item in walk.items:
        return walk.walked and bool(touch.network)
    walk.items = [*walk.items, touch.item][-limits.items :]
    number = _number(touch.serial)
    beside = number >= 0 and any(abs(number - other) <= limits.near for other in walk.numbers)
    if not touch.network:  # whoever sold or bought them: serials of one carton are beside each other
        walk.ordinary += 1
        walk.nats = max(0.0, walk.nats + limits.ordinary)
        walk.walked = walk.walked and walk.nats > 0
        return False
    if walk.networks.get(touch.network, 0) < limits.each and len(walk.networks) < limits.items:
        _count(walk, touch, limits, beside)
    if number >= 0:
        walk.numbers = [*walk.numbers, number][-limits.items :]
    enough = walk.looks >= limits.looks and len(walk.networks) >= limits.networks and walk.days >= limits.days
    walk.walked = walk.walked or (enough and walk.nats >= limits.nats)
    return walk.walked


def facts(walk: Walk) -> tuple[tuple[str, float], ...]:
    """What a walked lot is judged by, as named counts."""
    return (
        ("strange looks", float(walk.looks)),
        ("ordinary looks", float(walk.ordinary)),
        ("networks", float(len(walk.networks))),
        ("days", float(walk.days)),
        ("beside another", float(walk.beside)),
    )


def weights(walk: Walk, limits: Limits = Limits()) -> tuple[tuple[str, float], ...]:
    """How much each kind of look weighs, in nats (of all looks; the sum begins anew where shoppers explain them)."""
    return (
        ("strange looks", limits.strange * walk.looks),
        ("beside another", limits.beside * walk.beside),
        ("ordinary looks", limits.ordinary * walk.ordinary),
    )


def _count(walk: Walk, touch: Touch, limits: Limits, beside: bool) -> None:
    if walk.nats == 0.0:
        walk.first = touch.when
    walk.networks[touch.network] = walk.networks.get(touch.network, 0) + 1
    walk.looks += 1
    walk.beside += beside
    today = touch.when // _DAY
    if today > walk.day:
        walk.days, walk.day = walk.days + 1, today
    walk.nats = min(limits.most, walk.nats + limits.strange + limits.beside * beside)


def _number(serial: str) -> int:
    """The running number that a serial ends in, -1 for one that ends in none."""
    digits = serial[len(serial.rstrip("0123456789")) :]
    return int(digits) if len(digits) >= 4 else -1  # fewer are chance in a random serial
