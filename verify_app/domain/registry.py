"""Records that make up a registry, as they are written; `passport.py` is how they are read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from .passport import ItemPart, LotPart, ModelPart
from .text import NO_TEXT, Text


class EnterpriseKind(StrEnum):
    """Legal kind of an enterprise; of a household business the tax code is a personal number, never public."""

    COMPANY = "company"
    COOPERATIVE = "cooperative"
    HOUSEHOLD = "household"


class ActKind(StrEnum):
    """Acts with effect on the public page."""

    RECALL = "recall"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Tenant:
    """A province (or other authority) that keeps its registry here."""

    id: str  # "gia-lai"
    name: Text


@dataclass(frozen=True, slots=True)
class Enterprise:
    """An enterprise, cooperative or household business."""

    id: str
    tenant_id: str
    kind: EnterpriseKind
    name: Text
    address: Text
    gln: str = ""
    tax_code: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A place with its GLN: farm, plant, store, shop."""

    gln: str
    enterprise_id: str
    name: Text
    address: Text


@dataclass(frozen=True, slots=True)
class LotRecord:
    """A lot of a model."""

    gtin: str
    part: LotPart


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """One item; `short` is its short code in canonical form, "" if it has none."""

    gtin: str
    part: ItemPart
    short: str = ""


@dataclass(frozen=True, slots=True)
class ActRecord:
    """An act upon a model (lot and serial empty), a lot or an item. `ended` is UTC milliseconds, 0 while in force."""

    kind: ActKind
    gtin: str
    reason: Text
    actor: Text
    when: int
    lot: str = ""
    serial: str = ""
    advice: Text = NO_TEXT
    ended: int = 0


@dataclass(frozen=True, slots=True)
class Registry:
    """A whole registry to write. Items may be a generator: they are written in batches."""

    tenants: tuple[Tenant, ...] = ()
    enterprises: tuple[Enterprise, ...] = ()
    places: tuple[Place, ...] = ()
    models: tuple[ModelPart, ...] = ()
    lots: tuple[LotRecord, ...] = ()
    items: Iterable[ItemRecord] = field(default=())
    acts: tuple[ActRecord, ...] = ()
