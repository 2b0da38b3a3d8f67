"""Moves of items, by whoever holds them: who may do what, and what it does to the item."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ..domain.audit import Note
from ..domain.code import CodeError, Granularity
from ..domain.item_life import Act, LifeError, Move, Refusal, Step, first_step, next_step
from ..domain.parse import parse
from ..domain.text import Text
from ..store.audit import append_in
from ..store.engine import Connection, Engine, ask, writing
from ..store.item_moves import Held, MoveRecord, moves_by, moves_of, take_step
from ..store.owners import gtin_owners, known_lots, place_owner, places_of

_OWNERS_ONLY = frozenset({Act.COMMISSION, Act.DESTROY})


@dataclass(frozen=True, slots=True)
class MoveOrder:
    """What is asked: an item's code in any spelling, the act, where (a GLN of one's own, "" for one's seat), when
    (UTC milliseconds), the sender's id of it, and on whose behalf."""

    code: str
    act: Act
    when: int
    id: str
    enterprise_id: str
    actor: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """What came of an order; `fresh` is False where the same id was known."""

    gtin: str
    serial: str
    step: Step
    fresh: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one of several codes: the item and its step, or why not (a `Refusal`, "not_an_item", "no_code")."""

    text: str
    moved: Moved | None = None
    refusal: str = ""


class ItemLife:
    """Moves of items. `purge` shows an item's new state at once, everywhere."""

    def __init__(self, engine: Engine, purge: Callable[[str, str], object]) -> None:
        self._engine, self._purge = engine, purge

    def move(self, order: MoveOrder, now: int) -> Moved:
        """Move one item. Raises `CodeError`, `LifeError` and `StoreUnavailable`."""
        with writing(self._engine) as connection:
            moved = self.move_within(connection, order, now)
        self.show(moved)
        return moved

    def move_within(self, connection: Connection, order: MoveOrder, now: int) -> Moved:
        """The same in the caller's transaction; the caller then calls `show`."""
        code = parse(order.code)
        if code.granularity is not Granularity.ITEM or not code.gtin:
            raise CodeError("missing_key", "the code of one item, with its serial number", code.granularity.value)
        self._check(connection, order, code.gtin, code.lot)
        place = order.place or order.enterprise_id
        asked = Move(order.act, place, order.when)
        record = MoveRecord(code.gtin, code.serial, order.id, order.enterprise_id, order.actor, now)

        def decide(held: Held | None) -> Step:
            return first_step(asked, now) if held is None else next_step(held.state, held.last, asked, now)

        step, fresh = take_step(connection, record, code.lot, decide)
        return Moved(code.gtin, code.serial, step, fresh)

    def move_all(self, texts: Sequence[str], order: MoveOrder, now: int) -> tuple[Outcome, ...]:
        """Move each of several items by itself, in their order, an item that is named twice once: one that is refused
        hinders no other. Raises `StoreUnavailable`; those before it stand then, and the same `order.id` finds them."""
        outcomes: dict[str, Outcome] = {}
        for text in texts:
            try:
                code = parse(text)
            except CodeError:
                outcomes.setdefault(text, Outcome(text, refusal="no_code"))
                continue
            if code.path not in outcomes:
                outcomes[code.path] = self._one(replace(order, code=text), now)
        return tuple(outcomes.values())

    def _one(self, order: MoveOrder, now: int) -> Outcome:
        try:
            return Outcome(order.code, self.move(order, now))
        except LifeError as error:
            return Outcome(order.code, refusal=error.refusal.value)
        except CodeError:
            return Outcome(order.code, refusal="not_an_item")

    def recent(self, enterprise_id: str) -> tuple[tuple[MoveRecord, bool], ...]:
        """What an enterprise did last, each with whether it was the last that was done to the item."""
        return ask(self._engine, lambda connection: moves_by(connection, enterprise_id))

    def places(self, enterprise_id: str) -> tuple[tuple[str, Text], ...]:
        """GLN and name of an enterprise's places."""
        return ask(self._engine, lambda connection: places_of(connection, enterprise_id))

    def take_back(self, text: str, note: Note, now: int) -> Moved:
        """Take back the last step of an item in the name of the place that took it, and note who asked for it and why:
        both or neither. Raises `CodeError`, `LifeError` and `StoreUnavailable`."""
        code = parse(text)
        with writing(self._engine) as connection:
            last = next(iter(moves_of(connection, code.gtin, code.serial, 1)), None)
            if last is None or last.step is None:
                raise LifeError(Refusal.NOTHING_TO_UNDO, "a step that can be taken back", "none")
            place = last.step.move.place
            order = MoveOrder(text, Act.UNDO, now, f"undo of {last.id}", last.enterprise_id, note.actor,
                              "" if place == last.enterprise_id else place)  # fmt: skip
            moved = self.move_within(connection, order, now)
            append_in(connection, note, now)
        self.show(moved)
        return moved

    def show(self, moved: Moved) -> None:
        """Show an item's state at once; call it after the commit."""
        if moved.fresh:
            self._purge(moved.gtin, moved.serial)

    def _check(self, connection: Connection, order: MoveOrder, gtin: str, lot: str) -> None:
        owner = gtin_owners(connection, [gtin]).get(gtin)
        if owner is None:
            raise LifeError(Refusal.UNKNOWN_ITEM, "a product of the registry", gtin)
        if order.act in _OWNERS_ONLY and owner != order.enterprise_id:
            raise LifeError(Refusal.NOT_YOURS, f"a product of your own for {order.act}", gtin)
        if order.place and place_owner(connection, order.place) != order.enterprise_id:
            raise LifeError(Refusal.NOT_YOURS, "a place of your own", order.place)
        if order.act is Act.COMMISSION and lot and not known_lots(connection, [(gtin, lot)]):
            raise LifeError(Refusal.UNKNOWN_ITEM, "a lot of the registry", lot)
