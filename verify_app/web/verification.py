"""GS1 Lightweight Messaging for verification 1.1: the two addresses that trading partners ask.

An error is its status alone, as the standard wants it: no JSON, no words. A message is a look of a program, not a
shopper's scan: it leaves no trace in the history of the item.
"""

from __future__ import annotations

import logging
import re
import time
import uuid
from dataclasses import replace
from urllib.parse import unquote

from flask import Blueprint, Response, abort, jsonify, request
from werkzeug.exceptions import HTTPException, TooManyRequests

from ..domain.code import Code, CodeError
from ..domain.link import link_type
from ..domain.local_time import local_date
from ..domain.parse import parse
from ..domain.printed_date import PrintedDate
from ..domain.requester import ANONYMOUS_RATE
from ..domain.scan import Entry, VisitKind
from ..exchange.verification import CONTEXTS, Claim, answer, findings
from ..verify import verify
from .errors import fault_of
from .http_cache import no_store
from .target import raw_target, the_parts
from .visit import visit_of

blueprint = Blueprint("verification", __name__)
log = logging.getLogger(__name__)
_PATH = re.compile(r"/verify/gtin/([0-9]{14})/lot/([^/]+)/ser/([^/]+)/?")
_BEARER = "Bearer "


@blueprint.get("/verify/gtin/<path:rest>")
def verify_item(rest: str) -> Response:  # noqa: ARG001 - the decoded path is not to be trusted, see target.py
    """Answer the verification message for one item."""
    gtin, lot, serial = _asked_item()
    _check_words()
    correlation = _correlation()
    expiry = _expiry()
    _admit()
    parts = the_parts()
    visit = replace(visit_of(request, parts, Entry.API), kind=VisitKind.LOOK)
    found = verify(f"/01/{gtin}/21/{serial}", visit, parts)
    if found.passport is None:
        abort(404)
    data = findings(found.passport, found.verdict, Claim(unquote(lot), expiry), local_date(visit.when))
    return no_store(jsonify(answer(data, parts.settings.responder_gln, correlation, visit.when)))


@blueprint.get("/checkConnectivity")
def check_connectivity() -> Response:
    """Say whether this service would answer the requester, and for a GTIN if one is asked for."""
    _check_words()
    correlation = _correlation()
    gtin = request.args.get("gtin", "")
    code = _parsed(f"/01/{gtin}") if gtin else None
    if gtin and len(gtin) != 14:
        abort(400)
    _admit()
    if code is not None and the_parts().passports.find(code) is None:
        abort(404)
    message = answer({}, the_parts().settings.responder_gln, correlation, time.time_ns() // 1_000_000)
    return no_store(jsonify({name: value for name, value in message.items() if name != "data"}))


@blueprint.errorhandler(Exception)
def refuse(error: Exception) -> Response:
    """The status alone."""
    fault = fault_of(error)
    if fault.status >= 500 and not isinstance(error, HTTPException) and fault.slug == "internal":
        log.error("fault in a verification message", exc_info=error)
    response = Response(status=fault.status)
    wait = getattr(error, "retry_after", None) or fault.retry_after
    if wait:
        response.headers["Retry-After"] = str(wait)
    return no_store(response)


def _asked_item() -> tuple[str, str, str]:
    """GTIN, and lot and serial as they are percent-encoded in the path."""
    found = _PATH.fullmatch(raw_target(request).partition("?")[0])
    if found is None:
        abort(400)
    gtin, lot, serial = found.groups()
    _parsed(f"/01/{gtin}/10/{lot}/21/{serial}")
    return gtin, lot, serial


def _parsed(path: str) -> Code:
    try:
        return parse(path)
    except CodeError:
        abort(400)


def _check_words() -> None:
    kind, context = request.args.get("linkType", ""), request.args.get("context", "")
    if (kind and link_type(kind) != "verificationService") or (context and context not in CONTEXTS):
        abort(400)


def _correlation() -> str:
    given = request.args.get("corrUUID", "")
    if not given:
        return str(uuid.uuid4())
    try:
        uuid.UUID(given)
    except ValueError:
        abort(400)
    return given


def _expiry() -> str:
    """The expiry date that was read: `exp`, or the 17 of a Digital Link whose query string was passed on."""
    claimed = request.args.get("exp", "") or request.args.get("17", "")
    if not claimed:
        return ""
    try:
        PrintedDate.from_gs1(claimed, local_date(time.time_ns() // 1_000_000))
    except ValueError:
        abort(400)
    return claimed


def _admit() -> None:
    """Let the requester in: 401 for an unknown GLN, 403 for one that may not ask, 429 for one that asks too often.
    Who names no GLN asks as the public does, more slowly."""
    parts, gln = the_parts(), request.args.get("reqGLN", "")
    if not gln:
        tag = visit_of(request, parts, Entry.API).visitor.hex()
        who, per_minute = f"public:{tag}", ANONYMOUS_RATE
    else:
        known = parts.requesters.find(gln)
        if known is None:
            abort(401)
        if not known.may_ask(_key()):
            abort(403)
        who, per_minute = f"gln:{gln}", known.per_minute
    wait = parts.rates.seconds_to_wait(who, per_minute)
    if wait:
        raise TooManyRequests(retry_after=wait)


def _key() -> str:
    bearer = request.headers.get("Authorization", "")
    return bearer.removeprefix(_BEARER) if bearer.startswith(_BEARER) else request.headers.get("X-API-Key", "")
