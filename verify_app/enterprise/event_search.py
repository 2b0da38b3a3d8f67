"""Queries of EPCIS 2.0 (SimpleEventQuery) as they come in an address, and their answers as EPCISQueryDocument.

An enterprise sees the events that it captured itself, and none of others.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from ..store.engine import Engine
from ..store.event_queries import EventQuery, FoundEvent, find_events
from .epcis import bare_word, known_as

MOST = 1_000  # events of one page
USUAL = 30
_LAST = 2**53  # milliseconds
_CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
_TIMES = {"eventTime": "event_ms", "recordTime": "recorded_at"}
_WORDS = {
    "eventType": "type",
    "EQ_action": "action",
    "EQ_bizStep": "biz_step",
    "EQ_disposition": "disposition",
    "EQ_readPoint": "read_point",
    "EQ_bizLocation": "biz_location",
    "EQ_eventID": "event_id",
}
_WORD: Mapping[str, Callable[[str], str]] = {  # how a value is compared: in the one form in which it is kept
    **dict.fromkeys(("eventType", "EQ_eventID"), str),
    **dict.fromkeys(("EQ_bizStep", "EQ_disposition"), bare_word),
    **dict.fromkeys(("EQ_readPoint", "EQ_bizLocation"), known_as),
    "EQ_action": str.upper,
}
_NAMES = {
    "MATCH_epc": ("epc",),
    "MATCH_parentID": ("parent",),
    "MATCH_inputEPC": ("input",),
    "MATCH_outputEPC": ("output",),
    "MATCH_anyEPC": ("epc", "parent", "input", "output"),
    "MATCH_epcClass": ("class",),
    "MATCH_inputEPCClass": ("input_class",),
    "MATCH_outputEPCClass": ("output_class",),
    "MATCH_anyEPCClass": ("class", "input_class", "output_class"),
}
_SPANS = {f"{end}_{name}": (end, column) for name, column in _TIMES.items() for end in ("GE", "LT")}
_OTHERS = ("EXISTS_errorDeclaration", "orderBy", "orderDirection", "perPage", "nextPageToken")
PARAMETERS = (*_WORDS, *_NAMES, *_SPANS, *_OTHERS)


class QueryParameterError(ValueError):
    """A parameter of a query that is unknown or cannot be read (epcisException:QueryParameterException)."""


Given = Mapping[str, Sequence[str]]


def read_query(given: Given) -> EventQuery:
    """The query that parameters ask for; several values of one are given once each or with "|" between them. Raises
    `QueryParameterError`, also for a parameter that we do not know: its events would be others than were asked for."""
    for name, values in given.items():
        if any("\0" in value for value in values):
            raise QueryParameterError(f"Expected text without NUL in {name[:40]!a}, got one.")
        if name not in PARAMETERS:
            raise QueryParameterError(f"Expected one of {', '.join(PARAMETERS)}, got {name[:40]!r}.")
    order = _one_of("orderBy", _first(given, "orderBy", "eventTime"), tuple(_TIMES))
    way = _one_of("orderDirection", _first(given, "orderDirection", "DESC").upper(), ("DESC", "ASC"))
    return EventQuery(
        words=tuple((_WORDS[name], tuple(map(_WORD[name], _several(given, name)))) for name in _WORDS if name in given),
        spans=tuple(_span(name, given) for name in _SPANS if name in given),
        names=tuple((_NAMES[name], tuple(map(known_as, _several(given, name)))) for name in _NAMES if name in given),
        in_error=_truth(given),
        order=_TIMES[order],
        latest_first=way == "DESC",
        limit=_per_page(_first(given, "perPage", str(USUAL))),
        after=_place(_first(given, "nextPageToken", "")),
    )


def search(engine: Engine, enterprise_id: str, asked: EventQuery) -> tuple[tuple[FoundEvent, ...], str]:
    """A page of an enterprise's events, and the token of the next page, "" for none."""
    found = find_events(engine, enterprise_id, asked)
    if len(found) < asked.limit:
        return found, ""
    last = found[-1]
    when = last.event_ms if asked.order == "event_ms" else last.recorded_at
    return found, urlsafe_b64encode(msgspec.json.encode((when, last.event_id))).decode().rstrip("=")


def query_document(found: Sequence[FoundEvent], now: int) -> bytes:
    """The answer as JSON-LD: each event as it came, with its id and the time at which it was recorded."""
    document = {
        "@context": [_CONTEXT],
        "type": "EPCISQueryDocument",
        "schemaVersion": "2.0",
        "creationDate": _iso(now),
        "epcisBody": {
            "queryResults": {"queryName": "SimpleEventQuery", "resultsBody": {"eventList": [*map(_told, found)]}}
        },
    }
    return msgspec.json.encode(document)


def _told(event: FoundEvent) -> dict[str, Any]:
    body: dict[str, Any] = msgspec.json.decode(event.body)
    return body | {"eventID": event.event_id, "recordTime": _iso(event.recorded_at)}


def _iso(when: int) -> str:
    return datetime.fromtimestamp(when / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _several(given: Given, name: str) -> list[str]:
    found = [part.strip() for value in given[name] for part in value.split("|") if part.strip()]
    if not found:
        raise QueryParameterError(f"Expected a value in {name}, got none.")
    return found


def _span(name: str, given: Given) -> tuple[str, int, int]:
    end, column = _SPANS[name]
    text = _first(given, name, "")
    try:
        moment = datetime.fromisoformat(text)
        when = int(moment.timestamp() * 1000) if moment.tzinfo else None
    except (ValueError, OverflowError):
        when = None
    if when is None:
        raise QueryParameterError(f"Expected a time with an offset in {name}, got {text[:40]!r}.")
    return (column, when, 0) if end == "GE" else (column, -_LAST, when)


def _truth(given: Given) -> bool | None:
    text = _first(given, "EXISTS_errorDeclaration", "")
    return _one_of("EXISTS_errorDeclaration", text.lower(), ("true", "false")) == "true" if text else None


def _per_page(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= MOST):
        raise QueryParameterError(f"Expected 1 to {MOST:,} in perPage, got {text[:20]!r}.")
    return int(text)


def _place(token: str) -> tuple[int, str] | None:
    if not token:
        return None
    try:
        when, event_id = msgspec.json.decode(urlsafe_b64decode(token + "=" * (-len(token) % 4)), type=tuple[int, str])
        if abs(when) < _LAST and "\0" not in event_id:
            return when, event_id
    except (ValueError, msgspec.DecodeError):
        pass
    raise QueryParameterError(f"Expected the token of a page in nextPageToken, got {token[:40]!r}.")


def _one_of(name: str, text: str, known: tuple[str, ...]) -> str:
    if text not in known:
        raise QueryParameterError(f"Expected {' or '.join(known)} in {name}, got {text[:40]!r}.")
    return text


def _first(given: Given, name: str, otherwise: str) -> str:
    return given[name][0] if given.get(name) else otherwise
