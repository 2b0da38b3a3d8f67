"""The life of one item: made, shipped, received, sold, returned, destroyed; and the ten days to take a step back.

A pure state machine. Undo follows the rule of medicine verification in Europe (Delegated Regulation (EU) 2016/161
Art. 13): by the same place only, within ten days.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .passport import ItemState

UNDO_MS = 10 * 86_400_000
EARLY_MS = 5 * 60_000  # clocks of tills run ahead by minutes


class Act(StrEnum):
    """What is done to an item (EPCIS business steps, folded to what its state needs)."""

    COMMISSION = "commission"
    SHIP = "ship"
    RECEIVE = "receive"
    SELL = "sell"
    RETURN = "return"
    DESTROY = "destroy"
    UNDO = "undo"


class Refusal(StrEnum):
    """Why an act cannot be."""

    ALREADY = "already"  # the item is in that state: told apart, for a second sale is a sign of a copy
    NOT_NOW = "not_now"
    NOTHING_TO_UNDO = "nothing_to_undo"
    OTHER_PLACE = "other_place"
    TOO_LATE = "too_late"
    NOT_YET = "not_yet"
    UNKNOWN_ITEM = "unknown_item"
    NOT_YOURS = "not_yours"


class LifeError(ValueError):
    """The act is refused; `refusal` says why, `str(error)` what was expected and what came."""

    def __init__(self, refusal: Refusal, expected: str, got: str) -> None:
        super().__init__(f"Expected {expected}, got {got}.")
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Move:
    """One act upon an item, at a place (a GLN, or an enterprise's id), at a time (UTC milliseconds)."""

    act: Act
    place: str
    when: int


@dataclass(frozen=True, slots=True)
class Step:
    """A move that was taken: the item's state before it and after it."""

    move: Move
    before: ItemState
    after: ItemState

    def can_be_undone(self, now: int) -> bool:
        """Whether its own place may still take it back, if nothing was done to the item since."""
        return self.move.act not in (Act.COMMISSION, Act.UNDO) and now - self.move.when <= UNDO_MS


_TRADED = frozenset({ItemState.COMMISSIONED, ItemState.ACTIVE, ItemState.RETURNED})
_LEADS = {  # act -> (states from which it may be done, state to which it leads)
    Act.SHIP: (_TRADED, ItemState.ACTIVE),
    Act.RECEIVE: (_TRADED, ItemState.ACTIVE),
    Act.SELL: (_TRADED, ItemState.SOLD),
    Act.RETURN: (frozenset({ItemState.SOLD, ItemState.ACTIVE, ItemState.EXPORTED}), ItemState.RETURNED),
    Act.DESTROY: (frozenset(ItemState) - {ItemState.DESTROYED}, ItemState.DESTROYED),
}


def first_step(move: Move, now: int) -> Step:
    """The step that brings an item into being. Raises `LifeError`."""
    if move.act is not Act.COMMISSION:
        raise LifeError(Refusal.UNKNOWN_ITEM, f"a known item for {move.act}", "one that was never made")
    _check_time(move, now)
    return Step(move, ItemState.COMMISSIONED, ItemState.COMMISSIONED)


def next_step(state: ItemState, last: Step | None, move: Move, now: int) -> Step:
    """The step that a move takes an item of a state to. `last` is the step before, None where there was none or it
    was undone. Raises `LifeError`."""
    _check_time(move, now)
    if move.act is Act.UNDO:
        return _undo(state, last, move, now)
    if move.act is Act.COMMISSION:
        raise LifeError(Refusal.ALREADY, "an item that is not yet made", f"one that is {state}")
    allowed, leads_to = _LEADS[move.act]
    if state in allowed:
        return Step(move, state, leads_to)
    refusal = Refusal.ALREADY if state is leads_to else Refusal.NOT_NOW
    raise LifeError(refusal, f"an item that is {', '.join(sorted(allowed))} for {move.act}", f"one that is {state}")


def _undo(state: ItemState, last: Step | None, move: Move, now: int) -> Step:
    if last is None or last.move.act in (Act.COMMISSION, Act.UNDO):
        raise LifeError(Refusal.NOTHING_TO_UNDO, "a step that can be taken back", "none")
    if last.move.place != move.place:
        raise LifeError(Refusal.OTHER_PLACE, "the place that took the step", "another place")
    if not last.can_be_undone(now):
        raise LifeError(Refusal.TOO_LATE, "a step of the last ten days", "an older one")
    return Step(move, state, last.before)


def _check_time(move: Move, now: int) -> None:
    if move.when > now + EARLY_MS:
        raise LifeError(Refusal.NOT_YET, "a time that has passed", "one that is still to come")
