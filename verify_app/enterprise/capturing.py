"""EPCIS capture: a document is kept at once, answered with 202, and worked through afterwards, event by event."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from dataclasses import replace

import msgspec

from ..domain.code import Code, CodeError
from ..domain.events import CriticalEvent
from ..domain.item_life import LifeError
from ..domain.text import Text
from ..store.captures import (
    Capture,
    StoredEvent,
    add_capture,
    captures_of,
    end_capture,
    events_not_indexed,
    find_capture,
    index_event,
    keep_event,
    next_capture,
)
from ..store.drafts import last_lot, save_lot
from ..store.engine import Connection, Engine, writing
from ..store.owners import gtin_owners, place_name
from .epcis import EpcisEvent, EventError, read_document, read_event
from .event_search import QueryParameterError
from .item_life import ItemLife, Moved, MoveOrder

__all__ = ["PAGE", "Capture", "Captures"]

PAGE = 30  # documents of one answer
_INDEXED = 200  # events of one transaction
_NUMBER = re.compile(r"[0-9a-f]{28}")


class Captures:
    """Captured documents. `purge` shows the lots whose chain has grown."""

    def __init__(self, engine: Engine, life: ItemLife, purge: Callable[[str, str], object]) -> None:
        self._engine, self._life, self._purge = engine, life, purge

    def accept(self, enterprise_id: str, author: str, data: bytes, *, proceed: bool = False) -> Capture:
        """Keep a document whose shape is right. Raises `EventError`; nothing is kept of what is no document. One wrong
        event keeps all others out, too, unless it is to `proceed` (EPCIS 2.0, GS1-Capture-Error-Behaviour)."""
        read_document(data)
        number = f"{_now():012x}{secrets.token_hex(8)}"
        kept = Capture(number, enterprise_id, author, _now(), data.decode(), proceed=proceed)
        add_capture(self._engine, kept)
        return kept

    def find(self, enterprise_id: str, capture_id: str) -> Capture | None:
        """A document that this enterprise sent, None for none."""
        return find_capture(self._engine, enterprise_id, capture_id)

    def all(self, enterprise_id: str, before: str = "") -> tuple[Capture, ...]:
        """Documents that an enterprise sent, the latest first: a page of them behind the one with the id `before`.
        Raises `QueryParameterError` for what is no id."""
        if before and not _NUMBER.fullmatch(before):
            raise QueryParameterError(f"Expected the token of a page in nextPageToken, got {before[:40]!r}.")
        return captures_of(self._engine, enterprise_id, before, PAGE)

    def run_next(self) -> Capture | None:
        """Work through the oldest waiting document; None if none waits.

        One transaction: a runner that is killed leaves the document waiting, and nothing of it half done.
        """
        waiting = next_capture(self._engine)
        if waiting is None:
            return None
        now, moved, lots, errors = _now(), list[Moved](), set[tuple[str, str]](), list[tuple[int, str]]()
        taken = known = 0
        with writing(self._engine) as connection:
            whole = connection.begin_nested()
            for place, raw in enumerate(read_document(waiting.body.encode())):
                step = connection.begin_nested()  # an event is taken whole or not at all
                try:
                    event = read_event(raw)
                    fresh = self._take(connection, waiting, event, now, moved)
                    lots.update((code.gtin, code.lot) for code in event.lots)
                    step.commit()
                    taken, known = taken + fresh, known + (not fresh)
                except (EventError, LifeError, CodeError) as error:
                    step.rollback()
                    errors.append((place, str(error)))
            if errors and not waiting.proceed:
                whole.rollback()
                taken = known = 0
                moved, lots = [], set()
            else:
                whole.commit()
            done = replace(waiting, status="done", finished_at=now, taken=taken, known=known, errors=tuple(errors))
            if not end_capture(connection, done):
                connection.rollback()
                return waiting
        for one in moved:
            self._life.show(one)
        for gtin, lot in sorted(lots):
            self._purge(gtin, lot)
        return done

    def index_next(self) -> int:
        """Let some events that were captured before events could be looked up be found by what they say; how many.
        What was done stays done; twice at once does no harm."""
        waiting = events_not_indexed(self._engine, _INDEXED)
        if not waiting:
            return 0
        with writing(self._engine) as connection:
            for enterprise_id, event_id, body in waiting:
                try:
                    event = _stored(read_event(msgspec.Raw(body.encode())))
                except EventError:  # taken by an older reader: it stays, and is found by type, step and time
                    event = None
                index_event(connection, (enterprise_id, event_id), event)
        return len(waiting)

    def _take(self, connection: Connection, origin: Capture, event: EpcisEvent, now: int, moved: list[Moved]) -> bool:
        if not keep_event(connection, origin, _stored(event), now):
            return False
        if event.act:
            order = MoveOrder("", event.act, event.when, event.id, origin.enterprise_id, origin.author, event.place)
            moved += [self._life.move_within(connection, replace(order, code=text), now) for text in event.items]
        for code in event.lots:
            self._add_to_chain(connection, (origin, event, code), now)
        return True

    def _add_to_chain(self, connection: Connection, told: tuple[Capture, EpcisEvent, Code], now: int) -> None:
        origin, event, code = told
        if gtin_owners(connection, [code.gtin]).get(code.gtin) != origin.enterprise_id:
            raise EventError(f"Expected a product of your own in epcClass, got {code.gtin or code.value}.")
        old = last_lot(connection, code.gtin, code.lot)
        if old is None:
            raise EventError(f"Expected a known lot in epcClass, got {code.lot!r} of {code.gtin}.")
        name = place_name(connection, event.place) or Text.of(event.place)
        link = CriticalEvent(
            id=event.id,
            stage=event.stage,
            when=event.when,
            what=Text.of(event.biz_step or event.type),
            place_name=name,
            place_gln=event.place,
            biz_step=event.biz_step,
            in_error=event.in_error,
        )
        others = tuple(known for known in old.events if known.id != event.id)
        save_lot(connection, code.gtin, (old, replace(old, events=(*others, link))), origin.author, now)


def _stored(event: EpcisEvent) -> StoredEvent:
    return StoredEvent(
        event.id, event.type, event.biz_step, event.when, event.body, event.in_error, event.words, event.names
    )


def _now() -> int:
    return time.time_ns() // 1_000_000
