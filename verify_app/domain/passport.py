"""The digital product passport (hộ chiếu số): what the registry knows of a code.

Three shared parts, so that a thousand items do not hold a thousand copies: the model, the lot, the item
(Decree 37/2026 Art. 3(20)). All are frozen values; the store turns rows into them and nothing above it sees a row.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from .certificate import Certificate
from .code import Code, Granularity
from .derived import derived
from .events import CriticalEvent, Stage
from .printed_date import PrintedDate
from .serial_scheme import SerialScheme
from .text import NO_TEXT, Text


class OperatorRole(StrEnum):
    """Roles of Decree 37/2026 Art. 32(1)(b), and the label's responsible party (Art. 42)."""

    PRODUCER = "producer"
    IMPORTER = "importer"
    TRADER = "trader"
    RESPONSIBLE = "responsible"


class Review(StrEnum):
    """State of a published document on its way to the public page."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    PUBLISHED = "published"


class Display(StrEnum):
    """Display states (Circular 31/2026/TT-BCT Art. 11)."""

    SHOWN = "shown"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"


class Risk(StrEnum):
    """Risk levels in force since 01/07/2026 (Decree 37/2026 Art. 97)."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class ItemState(StrEnum):
    """Life of one item (EPCIS CBV 2.0 dispositions, folded to what a shopper needs)."""

    COMMISSIONED = "commissioned"  # made, not yet shipped
    ACTIVE = "active"  # in trade
    SOLD = "sold"
    CONSUMED = "consumed"
    RETURNED = "returned"
    EXPORTED = "exported"
    DESTROYED = "destroyed"
    STOLEN = "stolen"


@dataclass(frozen=True, slots=True)
class Operator:
    """Who answers for the goods. `identifier` is public only when it is safe: for a natural person's business
    the tax code is the personal number, so a GLN or an internal id stands there instead."""

    role: OperatorRole
    name: Text
    address: Text
    identifier: str = ""
    identifier_kind: str = ""  # "gln", "tax_code" or "internal"
    phone: str = ""


class Shows(StrEnum):
    """What a picture shows: the product, or how its seal looks while it is whole."""

    PRODUCT = "product"
    SEAL = "seal"


@dataclass(frozen=True, slots=True)
class Picture:
    """A product picture: `name` is a file name below the served folder of pictures; sizes in pixels. The same view
    may come in several sizes and formats, the largest first."""

    name: str
    width: int
    height: int
    alt: Text
    shows: Shows = Shows.PRODUCT


@dataclass(frozen=True, slots=True)
class Act:
    """An act of an authority or producer with effect on the public page, with reason, actor and time."""

    id: str  # "recall:17", "suspended:4"
    reason: Text
    actor: Text
    when: int  # UTC milliseconds
    advice: Text = NO_TEXT


@dataclass(frozen=True, slots=True)
class ModelPart:
    """What holds for every item of a GTIN. One published version.

    The nine stored items of Decree 37/2026 Art. 23(5) are: a) name · b) pictures · c, d) operators · đ) origin ·
    e) events (here and in the lot) · g) brand, lot, serial · h) expiry (in the lot) · i) standards.
    """

    gtin: str
    name: Text
    enterprise_id: str
    operators: tuple[Operator, ...]
    origin: Text = NO_TEXT
    last_processing_place: Text = NO_TEXT
    brand: str = ""
    pictures: tuple[Picture, ...] = ()
    description: Text = NO_TEXT
    standards: tuple[str, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    warnings: tuple[Text, ...] = ()
    label: tuple[tuple[str, Text], ...] = ()  # (item of Annex I such as "ingredients", its text)
    label_group: int = 0  # goods group of Decree 37/2026 Annex I, 1-69; 0 none
    sector: str = ""
    risk: Risk = Risk.LOW
    granularity: Granularity = Granularity.ITEM  # finest codes that the enterprise issues for this model
    expected_stages: tuple[Stage, ...] = ()
    markets: tuple[str, ...] = ("VN",)
    extra: tuple[tuple[str, Text], ...] = ()
    exempt: bool = False  # Art. 22(8): national defence and security: origin data is not disclosed
    refillable: bool = False  # packs are filled again at home
    use_days: int = 0  # how long such an item lasts once it is bought; 0: nobody says
    sequential: bool = False  # serials can be guessed from their neighbours
    books_shipments: bool = False  # its producer books every item's leaving, so one not booked has not left
    province: str = ""  # tenant that keeps this record
    version: int = 1
    published_at: int = 0  # UTC milliseconds
    review: Review = Review.PUBLISHED
    recall: Act | None = None
    display: Display = Display.SHOWN
    display_act: Act | None = None
    linked: bool = False  # its enterprise has set links below this GTIN, see `domain/link.py`
    sealed: bool = False  # numbers hidden on its items are known, see `domain/holder.py`
    serials: SerialScheme | None = None  # how its serial numbers are made, None where nobody has said


@dataclass(frozen=True, slots=True)
class Shipment:
    """Items of one lot that left together. `market` is a province's number in `provinces.py` ("11") or a country
    (ISO 3166-1 alpha-2), "" where the producer did not say; `shipped` UTC milliseconds."""

    id: str
    market: str = ""
    shipped: int = 0


@dataclass(frozen=True, slots=True)
class LotPart:
    """What holds for one lot of a model. `declared` items were announced, `uploaded` have been sent to us."""

    lot: str
    production_date: PrintedDate | None = None
    expiry: PrintedDate | None = None  # HSD: must not circulate afterwards
    best_before: PrintedDate | None = None  # "Sử dụng tốt nhất trước": may circulate afterwards (Art. 3(14))
    events: tuple[CriticalEvent, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    declared: int = 0
    uploaded: int = 0
    shipments: tuple[Shipment, ...] = ()
    campaign: tuple[int, int] | None = None  # UTC milliseconds: many people are asked to scan, with reason
    version: int = 1
    published_at: int = 0
    review: Review = Review.PUBLISHED
    recall: Act | None = None
    display: Display = Display.SHOWN
    display_act: Act | None = None

    @property
    def complete(self) -> bool:
        """Every announced serial has been uploaded: an unknown one was never issued."""
        return self.declared > 0 and self.uploaded >= self.declared


@dataclass(frozen=True, slots=True)
class ItemPart:
    """One serialised item."""

    serial: str
    lot: str = ""
    state: ItemState = ItemState.ACTIVE
    state_at: int = 0  # UTC milliseconds
    shipment: str = ""  # of `LotPart.shipments`; "" while it is not known
    recall: Act | None = None
    display: Display = Display.SHOWN
    display_act: Act | None = None


@dataclass(frozen=True)  # no slots: what is derived from it is asked for again at each scan of its code
class Passport:
    """All that the registry knows of one code. `lot` or `item` is None where none was asked for, or none is known;
    an item asked for without its lot brings its lot along."""

    code: Code  # with a short code replaced by the code that it stands for
    model: ModelPart
    lot: LotPart | None = None
    item: ItemPart | None = None
    signature: bool | None = None  # of the serial: False if it was invented, None where its making cannot tell

    @property
    def missing(self) -> tuple[str, ...]:
        """Minimum items of Decree 37/2026 Art. 32(1) that the passport lacks; empty when it is complete."""
        model, lot = self.model, self.lot
        has = {
            "productName": bool(model.name),
            "operators": any(operator.name and operator.address for operator in model.operators),
            "origin": bool(model.origin or model.last_processing_place) or model.exempt,
            "traceability": bool(lot and any(not event.in_error for event in lot.events)) or model.exempt,
        }
        if self.code.granularity is Granularity.MODEL:
            del has["traceability"]  # events belong to lots; a model's page links to none
        return tuple(name for name, present in has.items() if not present)

    @derived
    def observed(self) -> Code:
        """The code as it is recorded: an item that came without its lot brings it along, so that a recall of the lot
        travels with the item's history too."""
        if self.code.lot or not (self.item and self.item.lot):
            return self.code
        before = tuple(pair for pair in self.code.qualifiers if pair[0] == "22")  # the standard's order: 22, 10, 21
        after = tuple(pair for pair in self.code.qualifiers if pair[0] != "22")
        return replace(self.code, qualifiers=(*before, ("10", self.item.lot), *after))

    @derived
    def acts(self) -> tuple[Act, ...]:
        """Recalls and display acts in force, of the item first."""
        parts = [part for part in (self.item, self.lot, self.model) if part]
        return tuple(act for part in parts for act in (part.recall, part.display_act) if act)

    @derived
    def remembered(self) -> dict[Any, Any]:
        """What pure functions found out about this passport, for the next scan of its code; no part of its value."""
        return {}

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """Certificates of the model, then of the lot."""
        return self.model.certificates + (self.lot.certificates if self.lot else ())
