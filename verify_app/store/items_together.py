"""Many items in one look: what a crowd of first scans costs the registry."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.compiler import SQLCompiler

from verify_app.domain.passport import ItemPart

from .acts import StoredAct, act_columns, effect, read_act
from .passports import ITEM_COLUMNS, ItemFound, read_item
from .tables import act, item

MOST = 400  # items of one look: a longer one would make the others wait
Pair = tuple[str, str]  # GTIN and serial


def find_items(connection: sa.Connection, pairs: Collection[Pair]) -> dict[Pair, ItemFound]:
    """Items by GTIN and serial, with the acts upon each, in one query for all; an item that is not in the registry
    is there all the same, with no part. At most `MOST` pairs."""
    parts: dict[Pair, ItemPart] = {}
    upon: dict[Pair, list[StoredAct]] = defaultdict(list)
    for row in _ask(connection, _words(connection, sorted(pairs))):
        pair = row.wanted_gtin, row.wanted_serial
        if row.item_state is not None and pair not in parts:
            parts[pair] = read_item(row)
        if row.act_id is not None:
            upon[pair].append(read_act(row))
    return {pair: _found(parts.get(pair), upon.get(pair, ())) for pair in pairs}


def _ask(connection: sa.Connection, words: dict[str, Any]) -> sa.CursorResult[Any]:
    """The question as the driver takes it: written out once, since to look its text up costs as much as to answer."""
    asked = _written(connection.dialect)
    given = asked.construct_params(words)
    values = tuple(given[name] for name in asked.positiontup) if asked.positiontup else given
    return connection.exec_driver_sql(asked.string, values)


@lru_cache(maxsize=4)
def _written(dialect: sa.Dialect) -> SQLCompiler:
    written = _QUESTIONS[dialect.name].compile(dialect=dialect)
    if not isinstance(written, SQLCompiler):
        raise TypeError(f"Expected a statement of SQL, got {type(written).__name__}.")
    return written


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


def _question(gtin: Any, serial: Any, wanted: Any) -> sa.Select[Any]:
    """The query, with the wanted pairs first, so that each is looked up by the index. (`(gtin, serial) IN (…)` makes
    SQLite read the whole table.)"""
    own = (item.c.gtin == gtin) & (item.c.serial == serial)
    in_force = (act.c.gtin == gtin) & (act.c.serial == serial) & (act.c.ended == 0) & (act.c.serial != "")
    columns = (gtin.label("wanted_gtin"), serial.label("wanted_serial"), *ITEM_COLUMNS, *act_columns())
    return sa.select(*columns).select_from(wanted.outerjoin(item, own).outerjoin(act, in_force))


_LISTED = sa.func.json_each(sa.bindparam("pairs", type_=sa.String())).table_valued("value", name="wanted")
_TEXTS = postgresql.ARRAY(sa.String())
_ROWS = (
    sa.func.unnest(sa.bindparam("gtins", type_=_TEXTS), sa.bindparam("serials", type_=_TEXTS))
    .table_valued("gtin", "serial", name="wanted")
    .render_derived()
)
_QUESTIONS = {
    "sqlite": _question(
        sa.func.json_extract(_LISTED.c.value, "$[0]"), sa.func.json_extract(_LISTED.c.value, "$[1]"), _LISTED
    ),
    "postgresql": _question(_ROWS.c.gtin, _ROWS.c.serial, _ROWS),
}
