"""EPCIS 2.0 queries: an enterprise's captured events, found by the standard's parameters, page by page."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlencode

from flask import Response, request

from ...enterprise.api_keys import Scope
from ...enterprise.capturing import PAGE
from ...enterprise.event_search import MOST, PARAMETERS, query_document, read_query, search
from ..target import base_url, raw_target, the_parts
from .enterprise_routes import capture_answer
from .enterprise_schemas import CaptureAnswers
from .keyed import needs, now, the_key
from .openapi import Operation, describes
from .routes import api_v1

_JSON_LD = "application/ld+json"
_VERSIONS = {"GS1-EPCIS-Version": "2.0.0", "GS1-CBV-Version": "2.0.0"}
_QUERY: tuple[dict[str, Any], ...] = tuple(
    {"name": name, "in": "query", "schema": {"type": "string"}} for name in PARAMETERS
)
_ANSWER = {200: ("An EPCISQueryDocument; `Link` with rel=next leads on.", _JSON_LD, None)}


@api_v1.get("/events")
@describes(
    Operation(
        id="events",
        summary="Events that you captured (EPCIS 2.0 SimpleEventQuery)",
        description="Several values of one parameter stand with | between them; the code of a product in a MATCH "
        f"parameter stands for all its items or lots. At most {MOST:,} events a page (perPage). Events of others are "
        "never shown.",
        answers=_ANSWER,
        problems=(400, 401, 403, 429, 503),
        scope=Scope.READ,
        parameters=_QUERY,
    )
)
@needs(Scope.READ)
def events() -> Response:
    """A page of the events that a query asks for."""
    return _found({name: request.args.getlist(name) for name in request.args})


@api_v1.get("/epcs/<path:epc>/events")
@describes(
    Operation(
        id="eventsOfEpc",
        summary="Events that name one code, wherever they name it",
        description="The code in any spelling, percent-encoded. Further parameters as for /events.",
        answers=_ANSWER,
        problems=(400, 401, 403, 429, 503),
        scope=Scope.READ,
        parameters=({"name": "epc", "in": "path", "required": True, "schema": {"type": "string"}}, *_QUERY),
    )
)
@needs(Scope.READ)
def events_of_epc(epc: str) -> Response:  # noqa: ARG001 - the decoded path is not to be trusted, see target.py
    """A page of the events that name a code."""
    written = raw_target(request).partition("?")[0].partition("/epcs/")[2].removesuffix("/events")
    given = {name: request.args.getlist(name) for name in request.args}
    return _found({**given, "MATCH_anyEPC": [unquote(written)]})


@api_v1.get("/capture")
@describes(
    Operation(
        id="captures",
        summary="Documents that you captured, the latest first",
        description="Thirty a page; `Link` with rel=next leads on.",
        answers={200: ("What came of each document.", "application/json", CaptureAnswers)},
        problems=(400, 401, 403, 429, 503),
        scope=Scope.CAPTURE,
        parameters=({"name": "nextPageToken", "in": "query", "schema": {"type": "string"}},),
    )
)
@needs(Scope.CAPTURE)
def captures() -> Response:
    """A page of the key's captured documents."""
    found = the_parts().desk.captures.all(the_key().enterprise_id, request.args.get("nextPageToken", ""))
    body = CaptureAnswers(captures=[capture_answer(one) for one in found])
    response = Response(body.model_dump_json(by_alias=True), mimetype="application/json")
    return _with_next(response, found[-1].id if len(found) == PAGE else "")


def _found(given: dict[str, list[str]]) -> Response:
    found, token = search(the_parts().desk.engine, the_key().enterprise_id, read_query(given))
    response = Response(query_document(found, now()), mimetype=_JSON_LD, headers=_VERSIONS)
    return _with_next(response, token)


def _with_next(response: Response, token: str) -> Response:
    if token:
        kept = [(name, value) for name, value in request.args.items(multi=True) if name != "nextPageToken"]
        query = urlencode([*kept, ("nextPageToken", token)])
        path = raw_target(request).partition("?")[0]
        response.headers["Link"] = f'<{base_url(request)}{path}?{query}>; rel="next"'
    return response
