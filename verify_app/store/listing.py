"""Pages of the registry's records, in the order of their codes; `after` is the last code of the page before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

import sqlalchemy as sa

from verify_app.domain.passport import ItemPart, LotPart, ModelPart
from verify_app.domain.registry import Enterprise, Place, Tenant

from .acts import Effect, StoredAct, act_columns, effect, read_act
from .documents import read_text
from .passports import (
    ITEM_COLUMNS,
    LOT_COLUMNS,
    LOT_JOIN,
    MODEL_COLUMNS,
    MODEL_JOIN,
    read_item,
    read_shown_lot,
    read_shown_model,
)
from .rows import read_enterprise
from .tables import act, enterprise, item, lot, model, place, short_code, tenant

PAGE = 100

_Part = TypeVar("_Part", ModelPart, LotPart)


def list_tenants(connection: sa.Connection) -> tuple[Tenant, ...]:
    """All provinces and authorities."""
    rows = connection.execute(sa.select(tenant.c.id, tenant.c.name).order_by(tenant.c.id))
    return tuple(Tenant(row.id, read_text(row.name)) for row in rows)


def list_enterprises(connection: sa.Connection, *, limit: int = PAGE, after: str = "") -> tuple[Enterprise, ...]:
    """Enterprises in the order of their ids."""
    query = sa.select(enterprise).where(enterprise.c.id > after).order_by(enterprise.c.id).limit(limit)
    return tuple(read_enterprise(row) for row in connection.execute(query))


def named_enterprises(connection: sa.Connection, named: str, limit: int = 20) -> tuple[Enterprise, ...]:
    """Enterprises whose id, tax code or GLN is this, or whose name holds it."""
    exact = sa.or_(enterprise.c.id == named, enterprise.c.tax_code == named, enterprise.c.gln == named)
    inside = sa.cast(enterprise.c.name, sa.Text).icontains(named, autoescape=True)
    query = sa.select(enterprise).where(exact | inside).order_by(sa.not_(exact), enterprise.c.id).limit(limit)
    return tuple(read_enterprise(row) for row in connection.execute(query))


def list_places(connection: sa.Connection, enterprise_id: str) -> tuple[Place, ...]:
    """Places of one enterprise in the order of their GLNs."""
    query = sa.select(place).where(place.c.enterprise_id == enterprise_id).order_by(place.c.gln)
    return tuple(
        Place(row.gln, row.enterprise_id, read_text(row.name), read_text(row.address))
        for row in connection.execute(query)
    )


def list_models(connection: sa.Connection, *, limit: int = PAGE, after: str = "") -> tuple[ModelPart, ...]:
    """Models in the order of their GTINs, each in its shown version with the acts upon the model."""
    query = sa.select(*MODEL_COLUMNS).select_from(MODEL_JOIN).where(model.c.gtin > after)
    rows = connection.execute(query.order_by(model.c.gtin).limit(limit)).all()
    parts = [read_shown_model(row) for row in rows]
    upon = _effects(connection, (act.c.gtin.in_([part.gtin for part in parts]), act.c.lot == "", act.c.serial == ""))
    return tuple(_with(part, upon.get((part.gtin, "", ""))) for part in parts)


def list_lots(connection: sa.Connection, gtin: str, *, limit: int = PAGE, after: str = "") -> tuple[LotPart, ...]:
    """Lots of a model in the order of their numbers, each in its shown version with the acts upon the lot."""
    query = sa.select(*LOT_COLUMNS).select_from(LOT_JOIN).where(lot.c.gtin == gtin, lot.c.lot > after)
    parts = [read_shown_lot(row) for row in connection.execute(query.order_by(lot.c.lot).limit(limit))]
    named = act.c.lot.in_([part.lot for part in parts])
    upon = _effects(connection, (act.c.gtin == gtin, named, act.c.serial == ""))
    return tuple(_with(part, upon.get((gtin, part.lot, ""))) for part in parts)


def list_items(
    connection: sa.Connection, gtin: str, lot: str | None = None, *, limit: int = PAGE, after: str = ""
) -> tuple[ItemPart, ...]:
    """Items of a model, or of one of its lots, in the order of their serials, without the acts upon them."""
    query = sa.select(*ITEM_COLUMNS).where(item.c.gtin == gtin, item.c.serial > after)
    if lot is not None:
        query = query.where(item.c.lot == lot)
    rows = connection.execute(query.order_by(item.c.serial).limit(limit))
    return tuple(read_item(row) for row in rows)


def short_of(connection: sa.Connection, gtin: str, serial: str) -> str:
    """Short code of an item, "" if it has none."""
    query = sa.select(short_code.c.short).where(short_code.c.gtin == gtin, short_code.c.serial == serial)
    return connection.execute(query.order_by(short_code.c.short).limit(1)).scalar() or ""


def _effects(
    connection: sa.Connection, conditions: Iterable[sa.ColumnElement[bool]]
) -> dict[tuple[str, str, str], Effect]:
    rows = connection.execute(sa.select(*act_columns()).where(act.c.ended == 0, *conditions))
    named: dict[tuple[str, str, str], list[StoredAct]] = defaultdict(list)
    for row in rows:
        named[row.act_gtin, row.act_lot, row.act_serial].append(read_act(row))
    return {key: effect(acts) for key, acts in named.items()}


def _with(part: _Part, upon: Effect | None) -> _Part:
    if not upon:
        return part
    return replace(part, recall=upon.recall, display=upon.display, display_act=upon.display_act)
