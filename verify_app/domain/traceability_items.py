"""What the law lists as traceability data: 9 items stored, 7 of them public (Decree 37/2026 Art. 23(5), (7)).

A third list is the older profile of Circular 02/2024/TT-BKHCN, whose 10 items a province may still ask for.
"""

from __future__ import annotations

from typing import TypeAlias

from .code import Granularity
from .events import CriticalEvent, Stage
from .passport import Operator, OperatorRole, Passport, Picture
from .text import NO_TEXT, Text

Marks: TypeAlias = tuple[tuple[str, str], ...]  # pairs of (kind, text), such as ("lot", "A1")
ItemValue: TypeAlias = Text | tuple[Picture, ...] | tuple[CriticalEvent, ...] | tuple[str, ...] | Marks
Item: TypeAlias = tuple[str, str, ItemValue]  # letter in the clause, key, value; an empty value: not given

_MAKER = (OperatorRole.PRODUCER, OperatorRole.RESPONSIBLE, OperatorRole.IMPORTER, OperatorRole.TRADER)
_TIMES = frozenset({Stage.PRODUCTION, Stage.HARVEST, Stage.PROCESSING, Stage.PACKING})
_OF_A_LOT = frozenset({"events", "production_time", "trace_code"})  # a model as such has none of them
_PERSONAL_NUMBER_DIGITS = 12


def stored_items(passport: Passport) -> tuple[Item, ...]:
    """The nine items of Art. 23(5) in their order. Origin and events of exempt goods stay empty (Art. 22(8))."""
    first, marks, expiry = _shared(passport)
    return (
        *first,
        ("e", "events", _facts(passport)),
        ("g", "marks", marks),
        ("h", "expiry", expiry),
        ("i", "standards", passport.model.standards),
    )


def public_items(passport: Passport) -> tuple[Item, ...]:
    """The seven items that anybody may look up, Art. 23(7), in their order and with their own letters."""
    first, marks, expiry = _shared(passport)
    return (*first, ("e", "marks", marks), ("g", "expiry", expiry))


def circular_02_items(passport: Passport) -> tuple[str, ...]:
    """Which of the ten items of Circular 02/2024/TT-BKHCN the passport lacks; brand and shelf life are only "if any".

    Each stage needs the code of the product there, the code of the place, and its time.
    """
    model, lot, maker = passport.model, passport.lot, _maker(passport)
    events = _facts(passport)
    has = {
        "product_name": bool(model.name),
        "images": bool(model.pictures),
        "producer_name": bool(maker and maker.name),
        "producer_address": bool(maker and maker.address),
        "events": bool(events) and all(event.product_code and event.place_gln for event in events),
        "production_time": bool(lot and lot.production_date) or any(event.stage in _TIMES for event in events),
        "trace_code": bool(lot or passport.item),
        "standards": bool(model.standards),
    }
    waived = _OF_A_LOT if passport.code.granularity is Granularity.MODEL else frozenset()
    if model.exempt:
        waived = waived | {"events", "production_time"}
    return tuple(key for key, present in has.items() if not present and key not in waived)


def public_identifier(operator: Operator) -> tuple[str, str]:
    """Kind and number of an operator's identifier where it may be shown, else ("", "").

    A tax code of 12 digits is the personal number of a natural person, since July 2025 also of a household business;
    it is never shown. A company's has 10 digits, a branch's 13.
    """
    digits = sum(character.isdigit() for character in operator.identifier)
    if not operator.identifier or (operator.identifier_kind == "tax_code" and digits == _PERSONAL_NUMBER_DIGITS):
        return "", ""
    return operator.identifier_kind, operator.identifier


def _shared(passport: Passport) -> tuple[tuple[Item, ...], Marks, Marks]:
    """Items a) to đ), then marks and expiry, which carry other letters in the two clauses."""
    model, lot, maker = passport.model, passport.lot, _maker(passport)
    origin = NO_TEXT if model.exempt else model.origin or model.last_processing_place
    first: tuple[Item, ...] = (
        ("a", "product_name", model.name),
        ("b", "images", model.pictures),
        ("c", "producer_name", maker.name if maker else NO_TEXT),
        ("d", "producer_address", maker.address if maker else NO_TEXT),
        ("đ", "origin", origin),
    )
    lot_number = lot.lot if lot else passport.item.lot if passport.item else ""
    serial = passport.item.serial if passport.item else ""
    marks = tuple(pair for pair in (("brand", model.brand), ("lot", lot_number), ("serial", serial)) if pair[1])
    dates = (("expiry", lot.expiry), ("best_before", lot.best_before)) if lot else ()
    expiry = tuple((kind, date.printed) for kind, date in dates if date)
    return first, marks, expiry


def _maker(passport: Passport) -> Operator | None:
    """The producer, else who answers for the goods, else importer, else trader."""
    operators = passport.model.operators
    return next((operator for role in _MAKER for operator in operators if operator.role is role), None)


def _facts(passport: Passport) -> tuple[CriticalEvent, ...]:
    """Events of the lot in the order of time, without those declared in error; none for exempt goods."""
    if passport.lot is None or passport.model.exempt:
        return ()
    return tuple(sorted((event for event in passport.lot.events if not event.in_error), key=lambda event: event.when))
