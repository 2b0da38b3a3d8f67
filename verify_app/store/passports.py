"""From a code to its passport: one SQL query for a GTIN code, one more for a short code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from verify_app.domain.code import SHORT, Code
from verify_app.domain.passport import Act, Display, ItemPart, ItemState, LotPart, ModelPart, Passport, Review

from .acts import Effect, StoredAct, act_columns, effect, read_act
from .documents import read_lot, read_model
from .holder_tables import item_seal
from .issue_tables import serial_scheme
from .schemes import SCHEME_COLUMNS, read_scheme
from .tables import act, item, link, lot, model, passport_version, short_code


@dataclass(frozen=True, slots=True)
class LotFound:
    """A lot as the registry knows it: None for an unknown one, which can be recalled all the same."""

    part: LotPart | None
    recall: Act | None = None
    display: Display = Display.SHOWN
    display_act: Act | None = None


@dataclass(frozen=True, slots=True)
class ItemFound:
    """An item as the registry knows it: None for an unknown one, which can be recalled all the same."""

    part: ItemPart | None
    recall: Act | None = None
    display: Display = Display.SHOWN
    display_act: Act | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The three parts of a passport, each with the acts upon it. `own_lot` is the lot that the registry gives the
    item where the code claims another one: its recall holds for the item whatever the code says."""

    model: ModelPart
    lot: LotFound | None = None
    item: ItemFound | None = None
    own_lot: LotFound | None = None


def find(connection: sa.Connection, code: Code) -> Passport | None:
    """Passport of a code; None if the registry does not hold its GTIN, or if it is another key than GTIN or short
    code. Before the first publication the last version is shown, and its `review` says so."""
    named = resolve_short(connection, code)
    found = find_parts(connection, named) if named and named.gtin else None
    return assemble(named, found) if named and found else None


def resolve_short(connection: sa.Connection, code: Code) -> Code | None:
    """Code that a short code stands for, None for an unknown one; any other code stands for itself."""
    if code.key != SHORT:
        return code
    row = connection.execute(_SHORT, {"short": code.value}).first()
    return named_by_short(code, row.gtin, row.serial) if row else None


def named_by_short(code: Code, gtin: str, serial: str) -> Code:
    """Code of the item (or, without a serial, of the model) behind a short code; claims on the carrier stay."""
    return replace(code, key="01", value=gtin, qualifiers=(("21", serial),) if serial else ())


def serial_of(code: Code) -> str:
    """Serial number under which the registry may hold the code's item: AI (21) only, for AI (235) is another
    numbering, by a third party, and equal characters there name another thing."""
    return dict(code.qualifiers).get("21", "")


def find_parts(connection: sa.Connection, code: Code) -> Found | None:
    """All parts of a GTIN code in one query; None if the GTIN is unknown."""
    serial = serial_of(code)
    rows = connection.execute(_WHOLE, {"gtin": code.gtin, "lot": code.lot, "serial": serial}).all()
    if not rows:
        return None
    first, acts = rows[0], _acts(rows)
    own = first.item_lot or ""
    shown = code.lot or own
    claimed_other = bool(code.lot and own and own != code.lot)
    return Found(
        model=_model(first, effect(a for a in acts if not a.lot and not a.serial)),
        lot=_lot(first, _upon_lot(acts, shown)) if shown else None,
        item=_item(first, effect(a for a in acts if a.serial)) if serial else None,
        own_lot=_as_found(LotFound, None, _upon_lot(acts, own)) if claimed_other else None,
    )


def find_lot(connection: sa.Connection, gtin: str, number: str) -> LotFound:
    """One lot with the acts upon it, in one query."""
    rows = connection.execute(_LOT, {"gtin": gtin, "lot": number}).all()
    return _lot(rows[0], effect(_acts(rows))) if rows else LotFound(None)


def find_item(connection: sa.Connection, gtin: str, serial: str) -> ItemFound:
    """One item with the acts upon it, in one query; documents are not read."""
    rows = connection.execute(_ITEM, {"gtin": gtin, "serial": serial}).all()
    return _item(rows[0], effect(_acts(rows))) if rows else ItemFound(None)


def assemble(code: Code, found: Found) -> Passport:
    """Passport of a code from its parts. The acts upon a lot or item that the registry does not hold are laid upon
    the model, and those upon the item's own lot upon the item, so that no spelling of a code escapes a recall."""
    shown, single = found.model, found.item.part if found.item else None
    for part in (found.lot, found.item):
        if part is not None and part.part is None:
            shown = _laid(shown, part)
    if single is not None and found.own_lot is not None:
        single = _laid(single, found.own_lot)
    return Passport(code, shown, found.lot.part if found.lot else None, single)


def read_shown_model(row: Any) -> ModelPart:
    """Model of a row with the columns of its shown version, without acts."""
    return replace(
        read_model(row.model_body),
        version=row.model_version,
        published_at=row.model_published_at,
        review=Review(row.model_status),
        linked=bool(row.model_linked),
        sealed=bool(row.model_sealed),
        serials=read_scheme(row),
    )


def read_shown_lot(row: Any) -> LotPart:
    """Lot of a row with the columns of its shown version, without acts."""
    return replace(
        read_lot(row.lot_body),
        version=row.lot_version,
        published_at=row.lot_published_at,
        review=Review(row.lot_status),
        declared=row.lot_declared,
        uploaded=row.lot_uploaded,
    )


def read_item(row: Any) -> ItemPart:
    """Item of a row with the columns of `ITEM_COLUMNS`, without acts."""
    return ItemPart(row.item_serial, row.item_lot, ItemState(row.item_state), row.item_state_at, row.item_shipment)


def _laid(part: Any, above: LotFound | ItemFound) -> Any:
    own = Effect(part.recall, part.display, part.display_act)
    total = own.joined(Effect(above.recall, above.display, above.display_act))
    return part if total == own else _with(part, total)


def _with(part: Any, total: Effect) -> Any:
    if not total:
        return part
    return replace(part, recall=total.recall, display=total.display, display_act=total.display_act)


def _as_found(kind: Any, part: Any, total: Effect) -> Any:
    return kind(part and _with(part, total), total.recall, total.display, total.display_act)


def _model(row: Any, total: Effect) -> ModelPart:
    shown: ModelPart = _with(read_shown_model(row), total)
    return shown


def _lot(row: Any, total: Effect) -> LotFound:
    found: LotFound = _as_found(LotFound, read_shown_lot(row) if row.lot_body is not None else None, total)
    return found


def _item(row: Any, total: Effect) -> ItemFound:
    part = None
    if row.item_state is not None:
        part = read_item(row)
    found: ItemFound = _as_found(ItemFound, part, total)
    return found


def _acts(rows: Sequence[Any]) -> list[StoredAct]:
    return [read_act(row) for row in rows if row.act_id is not None]


def _upon_lot(acts: list[StoredAct], number: str) -> Effect:
    return effect(a for a in acts if a.lot == number and not a.serial)


_model_version, _lot_version = passport_version.alias("mv"), passport_version.alias("lv")
_GTIN, _LOT_ASKED, _SERIAL = (sa.bindparam(name, type_=sa.String()) for name in ("gtin", "lot", "serial"))

MODEL_COLUMNS = (
    _model_version.c.body.label("model_body"),
    _model_version.c.version.label("model_version"),
    _model_version.c.status.label("model_status"),
    _model_version.c.published_at.label("model_published_at"),
    sa.exists().where(link.c.key == "01", link.c.value == model.c.gtin).label("model_linked"),
    sa.exists().where(item_seal.c.gtin == model.c.gtin).label("model_sealed"),
    *SCHEME_COLUMNS,
)
MODEL_JOIN = model.join(
    _model_version,
    (_model_version.c.gtin == model.c.gtin)
    & (_model_version.c.lot == "")
    & (_model_version.c.version == model.c.shown_version),
).outerjoin(serial_scheme, serial_scheme.c.gtin == model.c.gtin)
LOT_COLUMNS = (
    _lot_version.c.body.label("lot_body"),
    _lot_version.c.version.label("lot_version"),
    _lot_version.c.status.label("lot_status"),
    _lot_version.c.published_at.label("lot_published_at"),
    lot.c.declared.label("lot_declared"),
    lot.c.uploaded.label("lot_uploaded"),
)
LOT_VERSION_JOIN = (
    (_lot_version.c.gtin == lot.c.gtin)
    & (_lot_version.c.lot == lot.c.lot)
    & (_lot_version.c.version == lot.c.shown_version)
)
LOT_JOIN = lot.join(_lot_version, LOT_VERSION_JOIN)
ITEM_COLUMNS = (
    item.c.serial.label("item_serial"),
    item.c.lot.label("item_lot"),
    item.c.state.label("item_state"),
    item.c.state_at.label("item_state_at"),
    item.c.shipment.label("item_shipment"),
)

_IN_FORCE = (act.c.gtin == model.c.gtin) & (act.c.ended == 0)
_NAMES_ITEM = (act.c.serial != "") & (act.c.serial == _SERIAL)
_ITEM_JOIN = (item.c.gtin == model.c.gtin) & (item.c.serial == _SERIAL)

_WHOLE = (
    sa.select(*MODEL_COLUMNS, *LOT_COLUMNS, *ITEM_COLUMNS, *act_columns())
    .select_from(
        MODEL_JOIN.outerjoin(item, _ITEM_JOIN)
        .outerjoin(
            lot,
            (lot.c.gtin == model.c.gtin) & (lot.c.lot == sa.case((_LOT_ASKED != "", _LOT_ASKED), else_=item.c.lot)),
        )
        .outerjoin(_lot_version, LOT_VERSION_JOIN)
        .outerjoin(
            act,
            _IN_FORCE
            & (
                _NAMES_ITEM | ((act.c.serial == "") & act.c.lot.in_(("", _LOT_ASKED, sa.func.coalesce(item.c.lot, ""))))
            ),
        )
    )
    .where(model.c.gtin == _GTIN)
)
_LOT = (
    sa.select(*LOT_COLUMNS, *act_columns())
    .select_from(
        model.outerjoin(lot, (lot.c.gtin == model.c.gtin) & (lot.c.lot == _LOT_ASKED))
        .outerjoin(_lot_version, LOT_VERSION_JOIN)
        .outerjoin(act, _IN_FORCE & (act.c.serial == "") & (act.c.lot == _LOT_ASKED))
    )
    .where(model.c.gtin == _GTIN)
)
_ITEM = (
    sa.select(*ITEM_COLUMNS, *act_columns())
    .select_from(model.outerjoin(item, _ITEM_JOIN).outerjoin(act, _IN_FORCE & _NAMES_ITEM))
    .where(model.c.gtin == _GTIN)
)
_SHORT = sa.select(short_code.c.gtin, short_code.c.serial).where(
    short_code.c.short == sa.bindparam("short", type_=sa.String())
)
