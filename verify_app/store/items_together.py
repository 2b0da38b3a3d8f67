"""Many items in one look: what a crowd of first scans costs the registry."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from verify_app.domain.passport import ItemPart

from .acts import StoredAct, act_columns, effect, read_act
from .passports import ITEM_COLUMNS, ItemFound, read_item
from .tables import act, item

MOST = 400  # items of one look: a longer one would make the others wait
Pair = tuple[str, str]  # GTIN and serial


def find_items(connection: sa.Connection, pairs: Collection[Pair]) -> dict[Pair, ItemFound]:
    """Items by GTIN and serial, with the acts upon each, in two queries for all; an item that is not in the registry
    is there all the same, with no part. At most `MOST` pairs."""
    items, acts = _QUESTIONS[connection.dialect.name]
    words = _words(connection, sorted(pairs))
    parts = {(row.item_gtin, row.item_serial): read_item(row) for row in connection.execute(items, words)}
    upon: dict[Pair, list[StoredAct]] = defaultdict(list)
    for row in connection.execute(acts, words):
        stored = read_act(row)
        upon[stored.gtin, stored.serial].append(stored)
    return {pair: _found(parts.get(pair), upon.get(pair, ())) for pair in pairs}


def _words(connection: sa.Connection, pairs: list[Pair]) -> dict[str, Any]:
    if connection.dialect.name == "sqlite":
        return {"pairs": json.dumps(pairs)}
    return {"gtins": [gtin for gtin, _ in pairs], "serials": [serial for _, serial in pairs]}


def _found(part: ItemPart | None, acts: Collection[StoredAct]) -> ItemFound:
    if not acts:
        return ItemFound(part)
    e = effect(acts)
    if part is not None:
        part = replace(part, recall=e.recall, display=e.display, display_act=e.display_act)
    return ItemFound(part, e.recall, e.display, e.display_act)


def _questions(gtin: Any, serial: Any, wanted: Any) -> tuple[sa.Select[Any], sa.Select[Any]]:
    """The two queries, with the wanted pairs first, so that each is looked up by the index. (`(gtin, serial) IN (…)`
    makes SQLite read the whole table.)"""
    columns = (item.c.gtin.label("item_gtin"), *ITEM_COLUMNS)
    in_force = (act.c.gtin == gtin) & (act.c.serial == serial) & (act.c.ended == 0) & (act.c.serial != "")
    return (
        sa.select(*columns).select_from(wanted.join(item, (item.c.gtin == gtin) & (item.c.serial == serial))),
        sa.select(*act_columns()).select_from(wanted.join(act, in_force)),
    )


_LISTED = sa.func.json_each(sa.bindparam("pairs", type_=sa.String())).table_valued("value", name="wanted")
_TEXTS = postgresql.ARRAY(sa.String())
_ROWS = (
    sa.func.unnest(sa.bindparam("gtins", type_=_TEXTS), sa.bindparam("serials", type_=_TEXTS))
    .table_valued("gtin", "serial", name="wanted")
    .render_derived()
)
_QUESTIONS = {
    "sqlite": _questions(
        sa.func.json_extract(_LISTED.c.value, "$[0]"), sa.func.json_extract(_LISTED.c.value, "$[1]"), _LISTED
    ),
    "postgresql": _questions(_ROWS.c.gtin, _ROWS.c.serial, _ROWS),
}
