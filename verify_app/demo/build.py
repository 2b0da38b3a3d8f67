"""Builds the demonstration registry from its files. The same day gives the same registry on every machine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ..domain.certificate import Certificate, CertificateKind
from ..domain.code import Granularity
from ..domain.events import Stage
from ..domain.passport import (
    ItemPart,
    ItemState,
    ModelPart,
    Operator,
    OperatorRole,
    Picture,
    Review,
    Risk,
    Shows,
)
from ..domain.registry import (
    ActKind,
    ActRecord,
    Enterprise,
    EnterpriseKind,
    ItemRecord,
    LotRecord,
    Place,
    Registry,
    Tenant,
)
from ..domain.short_code import format_short
from ..domain.text import Text
from . import source
from .dates import day, instant
from .identifiers import serial, short_payload
from .lots import lot_part
from .pictures import FORMATS, WIDTHS, Recipe
from .source import Table, text

_PUBLISHED = -240  # day on which the models were published


def build_registry(today: date) -> Registry:
    """The whole demonstration registry, with dates relative to `today`: expired stays expired, fresh goods keep for
    at least 18 months from then."""
    tables = source.enterprises()
    return Registry(
        tenants=tuple(Tenant(key, text(name)) for key, name in source.tenants().items()),
        enterprises=tuple(_enterprise(table["enterprise"]) for table in tables),
        places=tuple(place for table in tables for place in _places(table)),
        models=tuple(_model(table, product, today) for table in tables for product in table["product"]),
        lots=tuple(record for table in tables for record in _lots(table, today)),
        items=tuple(record for table in tables for record in _items(table, today)),
        acts=tuple(_act(act, today) for table in tables for act in table.get("act", ())),
    )


def recipes() -> dict[str, Recipe]:
    """How each picture is drawn: of the product by its key, of its seal (where it has one to show) by key/seal."""
    products = source.products().items()
    seals = {f"{key}/seal": _seal(product) for key, product in products if "seal" in product}
    return {key: Recipe(**product["picture"]) for key, product in products} | seals


def _seal(raw: Table) -> Recipe:
    picture = raw["picture"]
    return Recipe(raw["seal"]["drawing"], picture["motif"], picture["colour"], picture["accent"], picture["ground"])


def _enterprise(raw: Table) -> Enterprise:
    return Enterprise(
        id=raw["id"],
        tenant_id=raw["tenant"],
        kind=EnterpriseKind(raw["kind"]),
        name=text(raw["name"]),
        address=text(raw["address"]),
        gln=raw["gln"],
        tax_code=raw.get("tax_code", ""),
        phone=raw["phone"],
    )


def _places(table: Table) -> Iterator[Place]:
    for place in table["place"].values():
        if "gln" in place:
            yield Place(place["gln"], table["enterprise"]["id"], text(place["name"]), text(place["address"]))


def _model(table: Table, raw: Table, today: date) -> ModelPart:
    warnings = tuple(text(warning) for warning in raw.get("warnings", ()))
    name = text(raw["name"])
    return ModelPart(
        gtin=raw["gtin"],
        name=name,
        enterprise_id=table["enterprise"]["id"],
        operators=tuple(_operators(table["enterprise"], raw)),
        origin=text(raw.get("origin")),
        last_processing_place=text(raw.get("last_processing_place")),
        brand=raw.get("brand", ""),
        pictures=tuple(_pictures(raw, name)),
        description=text(raw["description"]),
        standards=tuple(raw.get("standards", ())),
        certificates=tuple(_certificate(table["certificate"][key], today) for key in raw.get("certificates", ())),
        warnings=warnings,
        label=tuple((item, text(value)) for item, value in raw.get("label", {}).items()),
        label_group=raw["label_group"],
        sector=raw["sector"],
        risk=Risk(raw.get("risk", "low")),
        granularity=Granularity(raw.get("granularity", "item")),
        expected_stages=tuple(Stage(stage) for stage in raw.get("expected", ())),
        refillable=raw.get("refillable", False),
        province=table["enterprise"]["tenant"],
        published_at=instant(day(today, _PUBLISHED)),
        review=Review(raw.get("review", "published")),
    )


def _operators(enterprise: Table, raw: Table) -> Iterator[Operator]:
    """The enterprise as producer; where the goods are another one's, that one as producer and this one as trader."""
    producer = next(
        (table["enterprise"] for table in source.enterprises() if table["enterprise"]["id"] == raw.get("producer")),
        enterprise,
    )
    yield _operator(producer, OperatorRole.PRODUCER)
    if producer is not enterprise:
        yield _operator(enterprise, OperatorRole.TRADER)


def _operator(raw: Table, role: OperatorRole) -> Operator:
    # Of a household business the tax code is the owner's personal number: its GLN stands there instead.
    own = "" if raw["kind"] == EnterpriseKind.HOUSEHOLD else raw.get("tax_code", "")
    return Operator(
        role=role,
        name=text(raw["name"]),
        address=text(raw["address"]),
        identifier=own or raw["gln"],
        identifier_kind="tax_code" if own else "gln",
        phone=raw["phone"],
    )


def _pictures(raw: Table, name: Text) -> Iterator[Picture]:
    """The drawings in their sizes and formats, the largest WebP first."""
    alt = Text.of(f"Tranh minh họa: {name.text('vi')}", f"Drawing: {name.text('en')}")
    views = [(Recipe(**raw["picture"]), alt, Shows.PRODUCT)]
    if "seal" in raw:
        views.append((_seal(raw), text(raw["seal"]), Shows.SEAL))
    for recipe, words, shows in views:
        for form in FORMATS:
            for width in WIDTHS:
                yield Picture(recipe.name(width, form), width, width, words, shows)


def _certificate(raw: Table, today: date) -> Certificate:
    start, end = raw.get("from"), raw.get("until")
    return Certificate(
        kind=CertificateKind(raw["kind"]),
        number=raw["number"],
        title=text(raw["title"]),
        body=text(raw["body"]),
        standard=raw.get("standard", ""),
        valid_from="" if start is None else day(today, start).isoformat(),
        valid_until="" if end is None else day(today, end).isoformat(),
        withdrawn=raw.get("withdrawn", False),
        stars=raw.get("stars", 0),
    )


def _lots(table: Table, today: date) -> Iterator[LotRecord]:
    for product in table["product"]:
        for lot in product.get("lot", ()):
            yield LotRecord(product["gtin"], lot_part(table, product, lot, today))


def _items(table: Table, today: date) -> Iterator[ItemRecord]:
    for product in table["product"]:
        for lot in product.get("lot", ()):
            states = {
                number: ItemState(state) for state, numbers in lot.get("states", {}).items() for number in numbers
            }
            made = day(today, lot["made"])
            for number in range(1, lot.get("items", 0) + 1):
                key = (product["gtin"], lot["lot"], number)
                state = states.get(number, ItemState.ACTIVE)
                since = instant(made if state is ItemState.ACTIVE else day(made, (today - made).days // 2))
                yield ItemRecord(
                    product["gtin"],
                    ItemPart(serial(*key), lot["lot"], state, since),
                    format_short(short_payload(*key)),
                )


def _act(raw: Table, today: date) -> ActRecord:
    number = raw.get("item", 0)
    gtin, lot = source.products()[raw["product"]]["gtin"], raw.get("lot", "")
    return ActRecord(
        kind=ActKind(raw["kind"]),
        gtin=gtin,
        reason=text(raw["reason"]),
        actor=text(raw["actor"]),
        when=instant(day(today, -raw["days_ago"]), "08:30"),
        lot="" if number else lot,
        serial=serial(gtin, lot, number) if number else "",
        advice=text(raw.get("advice")),
    )
