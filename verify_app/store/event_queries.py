"""Captured events by what they say: the queries of EPCIS 2.0 upon one enterprise's own events."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from .engine import Engine, ask
from .tables_enterprise import epcis_event, epcis_event_code

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EventQuery:
    """Which events: `words` are columns and the values of which an event has one; `spans` are columns of time with the
    first millisecond and the one behind the last (0: no end); `names` are fields and the codes of which an event names
    one. Of `limit` events, by the column `order`, those behind `after` (its time and event id)."""

    words: tuple[tuple[str, Words], ...] = ()
    spans: tuple[tuple[str, int, int], ...] = ()
    names: tuple[tuple[Words, Words], ...] = ()
    in_error: bool | None = None
    order: str = "event_ms"
    latest_first: bool = True
    limit: int = 30
    after: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True)
class FoundEvent:
    """An event as it was captured, its id, and both of its times in UTC milliseconds."""

    event_id: str
    event_ms: int
    recorded_at: int
    body: str


def find_events(engine: Engine, enterprise_id: str, asked: EventQuery) -> tuple[FoundEvent, ...]:
    """Events that an enterprise captured."""
    table, order = epcis_event.c, epcis_event.c[asked.order]
    query = sa.select(table.event_id, table.event_ms, table.recorded_at, table.body)
    query = query.where(table.enterprise_id == enterprise_id)
    for name, values in asked.words:
        query = query.where(table[name].in_(values))
    for name, begin, end in asked.spans:
        query = query.where(table[name] >= begin)
        query = query.where(table[name] < end) if end else query
    for fields, codes in asked.names:
        query = query.where(table.event_id.in_(_naming(enterprise_id, fields, codes)))
    if asked.in_error is not None:
        query = query.where(table.in_error.is_(asked.in_error))
    if asked.after is not None:
        place, behind = sa.tuple_(order, table.event_id), sa.tuple_(*asked.after)
        query = query.where(place < behind if asked.latest_first else place > behind)
    ways = (order.desc(), table.event_id.desc()) if asked.latest_first else (order, table.event_id)
    query = query.order_by(*ways).limit(asked.limit)
    return ask(engine, lambda found: tuple(FoundEvent(*row) for row in found.execute(query)))


def _naming(enterprise_id: str, fields: Words, codes: Words) -> sa.Select[tuple[str]]:
    """Ids of events that name one of some codes, or, for the code of a product, an item or lot of it."""
    table = epcis_event_code.c
    one = sa.or_(
        *(sa.or_(table.code == code, sa.and_(table.code >= f"{code}/", table.code < f"{code}0")) for code in codes)
    )
    return sa.select(table.event_id).where(table.enterprise_id == enterprise_id, table.field.in_(fields), one)
