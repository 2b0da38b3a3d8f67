"""Orders: recalls, suspended and cancelled displays on their way from a proposal to effect and to their end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from .account import Account
from .permissions import Permission, may
from .registry import ActKind

MOST_ITEMS = 10_000  # of a range of serial numbers


class OrderError(ValueError):
    """The step is not possible; the message says what was expected and what came. `problem` names it for the page."""

    def __init__(self, problem: str, message: str) -> None:
        super().__init__(message)
        self.problem = problem


class Reach(StrEnum):
    """How much an order names."""

    PRODUCT = "product"
    LOT = "lot"
    RANGE = "range"


class OrderState(StrEnum):
    """Where an order is."""

    PROPOSED = "proposed"
    REFUSED = "refused"
    IN_FORCE = "in_force"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Target:
    """What an order names: a product, one lot of it, or the serial numbers from `first` to `last`."""

    gtin: str
    lot: str = ""
    first: str = ""
    last: str = ""

    @property
    def reach(self) -> Reach:
        """How much this names."""
        return Reach.RANGE if self.first else Reach.LOT if self.lot else Reach.PRODUCT


@dataclass(frozen=True, slots=True)
class Order:
    """One order. People are named by account id and by the name that the public page shows. Times are UTC
    milliseconds, 0 for not yet."""

    id: int
    kind: ActKind
    target: Target
    reason: str
    advice: str
    department: str
    proposed_by: str
    proposed_name: str
    proposed: int
    state: OrderState = OrderState.PROPOSED
    confirmed_by: str = ""
    confirmed_name: str = ""
    began: int = 0
    ended_by: str = ""
    ended_name: str = ""
    ended: int = 0
    end_reason: str = ""
    case_id: int = 0


def checked_order(order: Order) -> Order:
    """The order as given, if it can be. Raises `OrderError`."""
    target = order.target
    if not (target.gtin.isascii() and target.gtin.isdigit() and len(target.gtin) == 14):
        raise OrderError("gtin", f"Expected a GTIN of 14 digits, got {target.gtin!r}.")
    if bool(target.first) != bool(target.last) or len(target.first) != len(target.last) or target.first > target.last:
        raise OrderError("range", f"Expected two serial numbers of one length in order, got {target.first!r} and "
                                  f"{target.last!r}.")  # fmt: skip
    if not order.reason.strip():
        raise OrderError("reason", "Expected a reason, got none.")
    return order


def needs_second(order: Order) -> bool:
    """Whether an order waits for a second person: whatever stops a whole product, everywhere."""
    return order.target.reach is Reach.PRODUCT


def proposed(order: Order, person: Account, when: int) -> Order:
    """The order as one person puts it: in force at once, or waiting for a second one."""
    named = replace(checked_order(order), proposed_by=person.id, proposed_name=person.name, proposed=when,
                    department=person.department or person.name)  # fmt: skip
    return named if needs_second(named) else replace(named, state=OrderState.IN_FORCE, began=when)


def confirmed(order: Order, person: Account, when: int) -> Order:
    """The order after the second person agreed. Raises `OrderError`."""
    _wants(order, OrderState.PROPOSED)
    if not may(person.role, Permission.CONFIRM_ACTS):
        raise OrderError("role", f"Expected a province administrator, got {person.role}.")
    if person.id == order.proposed_by:
        raise OrderError("second", "Expected a second person, got the one who proposed it.")
    return replace(order, state=OrderState.IN_FORCE, began=when, confirmed_by=person.id, confirmed_name=person.name)


def refused(order: Order, person: Account, when: int, why: str) -> Order:
    """The order after the second person (or its author) said no. Raises `OrderError`."""
    _wants(order, OrderState.PROPOSED)
    return _closed(order, OrderState.REFUSED, person, when, why)


def lifted(order: Order, person: Account, when: int, why: str) -> Order:
    """The order after the display was restored. What a second person confirmed, only a confirmer lifts."""
    _wants(order, OrderState.IN_FORCE)
    if needs_second(order) and not may(person.role, Permission.CONFIRM_ACTS):
        raise OrderError("role", f"Expected a province administrator, got {person.role}.")
    return _closed(order, OrderState.ENDED, person, when, why)


def _wants(order: Order, state: OrderState) -> None:
    if order.state is not state:
        raise OrderError("state", f"Expected an order that is {state}, got one that is {order.state}.")


def _closed(order: Order, state: OrderState, person: Account, when: int, why: str) -> Order:
    if not why.strip():
        raise OrderError("reason", "Expected a reason, got none.")
    return replace(order, state=state, ended_by=person.id, ended_name=person.name, ended=when, end_reason=why.strip())
