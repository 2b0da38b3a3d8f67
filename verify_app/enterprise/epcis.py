"""EPCIS 2.0 events as JSON-LD, read into what this service keeps of them (GS1 EPCIS 2.0.1, CBV 2.0).

Documents are validated as they are decoded (msgspec); one bad event does not spoil the others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec

from ..domain.code import Code, CodeError
from ..domain.events import Stage
from ..domain.item_life import Act
from ..domain.parse import parse

MOST_EVENTS = 10_000
_LONGEST_NAME = 200

_ACTS = {
    "commissioning": Act.COMMISSION,
    "shipping": Act.SHIP,
    "departing": Act.SHIP,
    "receiving": Act.RECEIVE,
    "arriving": Act.RECEIVE,
    "retail_selling": Act.SELL,
    "dispensing": Act.SELL,
    "destroying": Act.DESTROY,
    "void_shipping": Act.UNDO,
}
_BY_DISPOSITION = {"returned": Act.RETURN, "destroyed": Act.DESTROY, "retail_sold": Act.SELL, "dispensed": Act.SELL}
_STAGES = {
    "commissioning": Stage.PRODUCTION,
    "creating_class_instance": Stage.PRODUCTION,
    "harvesting": Stage.HARVEST,
    "packing": Stage.PACKING,
    "repackaging": Stage.PACKING,
    "storing": Stage.STORAGE,
    "shipping": Stage.SHIPPING,
    "departing": Stage.SHIPPING,
    "transporting": Stage.SHIPPING,
    "receiving": Stage.DISTRIBUTION,
    "arriving": Stage.DISTRIBUTION,
    "stocking": Stage.RETAIL,
    "retail_selling": Stage.RETAIL,
}
_TYPES = ("ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent", "AssociationEvent")


class EventError(ValueError):
    """An event, or a whole document, is refused; the message says what was expected and what came."""


class _Place(msgspec.Struct):
    id: str


class _Quantity(msgspec.Struct, rename="camel"):
    epc_class: str


class _Declaration(msgspec.Struct, rename="camel"):
    declaration_time: str


class _Event(msgspec.Struct, rename="camel"):
    type: str
    event_time: str
    event_time_zone_offset: str
    event_id: str = msgspec.field(name="eventID", default="")
    action: str = ""
    biz_step: str = ""
    disposition: str = ""
    epc_list: tuple[str, ...] = ()
    child_epcs: tuple[str, ...] = msgspec.field(name="childEPCs", default=())
    parent_id: str = msgspec.field(name="parentID", default="")
    input_epcs: tuple[str, ...] = msgspec.field(name="inputEPCList", default=())
    output_epcs: tuple[str, ...] = msgspec.field(name="outputEPCList", default=())
    quantity_list: tuple[_Quantity, ...] = ()
    child_quantity_list: tuple[_Quantity, ...] = ()
    input_quantity_list: tuple[_Quantity, ...] = ()
    output_quantity_list: tuple[_Quantity, ...] = ()
    read_point: _Place | None = None
    biz_location: _Place | None = None
    error_declaration: _Declaration | None = None


class _Body(msgspec.Struct, rename="camel"):
    event_list: tuple[msgspec.Raw, ...] = ()


class _Document(msgspec.Struct, rename="camel"):
    type: str
    schema_version: str = ""
    epcis_body: _Body = msgspec.field(name="epcisBody", default_factory=_Body)


@dataclass(frozen=True, slots=True)
class EpcisEvent:
    """One event: what it names, where and when. `act` is None where no item's state follows from it; `words` are what
    it is looked up by (`captures.StoredEvent.words`), `names` its codes as pairs of (field, `known_as`); `body` is the
    event as it came."""

    id: str
    type: str
    when: int
    biz_step: str
    act: Act | None
    stage: Stage
    items: tuple[str, ...]
    lots: tuple[Code, ...]
    place: str
    in_error: bool
    words: tuple[tuple[str, str], ...]
    names: tuple[tuple[str, str], ...]
    body: str


_document = msgspec.json.Decoder(_Document)
_event = msgspec.json.Decoder(_Event)


def read_document(data: bytes) -> tuple[msgspec.Raw, ...]:
    """Events of an EPCISDocument, or of a single event, still undecoded. Raises `EventError`."""
    try:
        document = _document.decode(data)
        if document.type == "EPCISDocument":
            events = document.epcis_body.event_list
        elif document.type in _TYPES:
            events = (msgspec.Raw(data),)
        else:
            raise EventError(f"Expected an EPCISDocument or an event, got type {document.type[:40]!r}.")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise EventError(f"Expected an EPCIS 2.0 document in JSON, got: {error}.") from error
    if not 0 < len(events) <= MOST_EVENTS:
        raise EventError(f"Expected 1 to {MOST_EVENTS:,} events in eventList, got {len(events):,}.")
    return events


def read_event(raw: msgspec.Raw) -> EpcisEvent:
    """One event of a document. Raises `EventError`.

    An event without an eventID gets the digest of its bytes, so that the same one sent twice is known.
    """
    data = bytes(raw)
    if b"\\u0000" in data:
        raise EventError("Expected text without NUL, got one.")  # no database takes it
    try:
        event = _event.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise EventError(f"Expected an EPCIS event, got: {error}.") from error
    if event.type not in _TYPES:
        raise EventError(f"Expected one of {', '.join(_TYPES)}, got {event.type[:40]!r}.")
    step, disposition = bare_word(event.biz_step), bare_word(event.disposition)
    place = event.biz_location or event.read_point
    named = event.event_id or f"ni:///sha-256;{hashlib.sha256(data).hexdigest()}"
    items = (*event.epc_list, *event.child_epcs)
    return EpcisEvent(
        id=_short(named, "eventID", 200),
        type=event.type,
        when=_instant(event),
        biz_step=_short(step, "bizStep", 60),
        act=None if event.error_declaration else _BY_DISPOSITION.get(disposition, _ACTS.get(step)),
        stage=_STAGES.get(step, Stage.PROCESSING),
        items=tuple(text for text, _ in _codes(items, "epcList")),
        lots=tuple(code for _, code in _codes([quantity.epc_class for quantity in event.quantity_list], "epcClass")),
        place=_gln(place.id) if place else "",
        in_error=event.error_declaration is not None,
        words=(
            ("action", _short(event.action.upper(), "action", 20)),
            ("disposition", _short(disposition, "disposition", 60)),
            ("read_point", known_as(event.read_point.id) if event.read_point else ""),
            ("biz_location", known_as(event.biz_location.id) if event.biz_location else ""),
        ),
        names=tuple(dict.fromkeys(_names(event))),
        body=data.decode(),
    )


def known_as(text: str) -> str:
    """The one form in which a code is looked up, whatever its spelling: its path, an item's without the lot; what is
    no GS1 code as it is."""
    try:
        code = parse(text)
    except CodeError:
        return text[:_LONGEST_NAME]
    return f"/01/{code.gtin}/21/{quote(code.serial, safe='')}" if code.gtin and code.serial else code.path


def bare_word(text: str) -> str:
    """Name of a CBV word in any of its spellings: bare, "cbv:BizStep-…", URN or GS1 web vocabulary URI."""
    return text.rstrip("/").rpartition("/")[2].rpartition(":")[2].rpartition("-")[2].lower()


def _names(event: _Event) -> Iterator[tuple[str, str]]:
    lists = (
        ("epc", (*event.epc_list, *event.child_epcs)),
        ("parent", (event.parent_id,) if event.parent_id else ()),
        ("input", event.input_epcs),
        ("output", event.output_epcs),
        ("class", [one.epc_class for one in (*event.quantity_list, *event.child_quantity_list)]),
        ("input_class", [one.epc_class for one in event.input_quantity_list]),
        ("output_class", [one.epc_class for one in event.output_quantity_list]),
    )
    for field, texts in lists:
        yield from ((field, known_as(text)) for text in texts)


def _codes(texts: Any, field: str) -> Iterator[tuple[str, Code]]:
    for text in texts:
        try:
            yield text, parse(text)
        except CodeError as error:
            raise EventError(f"Expected a GS1 code in {field}, got {text[:80]!r}: {error}") from error


def _gln(text: str) -> str:
    try:
        code = parse(text)
    except CodeError as error:
        raise EventError(f"Expected a GLN as place, got {text[:80]!r}: {error}") from error
    if code.key not in ("414", "417"):
        raise EventError(f"Expected a GLN as place, got {text[:80]!r}.")
    return code.value


def _instant(event: _Event) -> int:
    try:
        moment = datetime.fromisoformat(event.event_time)
        if moment.tzinfo is None:
            moment = datetime.fromisoformat(event.event_time + event.event_time_zone_offset)
        return int(moment.timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise EventError(f"Expected eventTime with an offset, got {event.event_time[:40]!r}.") from error


def _short(text: str, field: str, most: int) -> str:
    if len(text) > most:
        raise EventError(f"Expected at most {most} characters in {field}, got {len(text)}.")
    return text
