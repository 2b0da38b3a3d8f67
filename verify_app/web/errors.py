"""THE table: which error becomes which status and which words. Pages for people, problem+json (RFC 9457) for programs.

Below this folder nothing knows HTTP numbers; above it nothing leaks: a fault that is not in the table is logged and
answered with 500 and plain words.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from ..domain.code import CodeError
from ..domain.scan import HeldOff
from ..images.errors import DecodeBusy, DecodeTimeout, ImageError
from ..parts import StoreUnavailable, UnfitValueError
from . import receipt
from .language import words
from .target import the_parts

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fault:
    """How one kind of error is answered: status, slug of its words ("error.{slug}.title"), seconds to wait."""

    status: int
    slug: str
    retry_after: int = 0


TABLE: tuple[tuple[type[Exception], Fault], ...] = (
    (CodeError, Fault(400, "code")),
    (DecodeBusy, Fault(503, "photo_busy", retry_after=5)),
    (DecodeTimeout, Fault(422, "photo_slow")),
    (ImageError, Fault(415, "photo")),
    (HeldOff, Fault(429, "held_off", retry_after=60)),
    (StoreUnavailable, Fault(503, "unavailable", retry_after=10)),
    (UnfitValueError, Fault(400, "bad_request")),
)
BY_STATUS = {
    400: Fault(400, "bad_request"),
    401: Fault(401, "unauthorized"),
    403: Fault(403, "forbidden"),
    404: Fault(404, "not_found"),
    405: Fault(405, "method"),
    406: Fault(406, "not_acceptable"),
    410: Fault(410, "not_found"),
    413: Fault(413, "too_large"),
    414: Fault(414, "bad_request"),
    415: Fault(415, "media_type"),
    422: Fault(422, "unprocessable"),
    429: Fault(429, "too_many", retry_after=30),
    431: Fault(431, "bad_request"),
    500: Fault(500, "internal"),
    503: Fault(503, "unavailable", retry_after=10),
}
IMAGE_STATUS = {"too_large": 413, "too_many_pixels": 413, "empty": 400, "damaged": 422, "crashed": 422}  # others: 415


def fault_of(error: Exception) -> Fault:
    """The row of an error. An HTTP status without words of its own gets those of its class (4xx or 5xx)."""
    for kind, fault in TABLE:
        if isinstance(error, kind):
            problem = getattr(error, "problem", "")
            status = IMAGE_STATUS.get(problem, fault.status) if kind is ImageError else fault.status
            return Fault(status, fault.slug, getattr(error, "retry_after", fault.retry_after))
    if isinstance(error, HTTPException) and error.code:
        return BY_STATUS.get(error.code) or Fault(error.code, "bad_request" if error.code < 500 else "internal")
    return BY_STATUS[500]


def wants_json() -> bool:
    """Whether the client is a program: an API path, or JSON preferred to HTML."""
    if request.path.startswith("/api/"):
        return True
    accept = request.accept_mimetypes
    best = accept.best_match(("text/html", "application/json", "application/problem+json"), default="text/html")
    return best != "text/html" and accept[best] > accept["text/html"]


def problem(error: Exception) -> Response:
    """The error as problem+json: type, title, status, detail; for a code also what was expected and what came."""
    fault = fault_of(error)
    body: dict[str, object] = {
        "type": f"urn:problem:verify:{fault.slug}",
        "title": words().text(f"error.{fault.slug}.title"),
        "status": fault.status,
        "detail": words().text(f"error.{fault.slug}.text"),
    }
    if isinstance(error, CodeError):
        body |= {"detail": str(error), "verdict": error.kind, "problem": error.problem}
        body |= {"expected": error.expected, "got": error.got}
    elif isinstance(error, ImageError):
        body |= {"problem": getattr(error, "problem", "photo")}
    response = jsonify(body)
    response.mimetype = "application/problem+json"
    return _finish(response, error, fault)


def page(error: Exception) -> Response:
    """The error as a page in the visitor's language, with a way on."""
    fault = fault_of(error)
    if isinstance(error, CodeError):
        card = receipt.refusal(error, the_parts().policy, words())
        given = request.values.get("code", "")[:200] or _gtin_of(request.path)
        html = render_template("public/refused.html", card=card, given=given, here="/")
    else:
        html = render_template("errors/error.html", fault=fault, problem=_image_problem(error))
    return _finish(Response(html), error, fault)


def answer(error: Exception) -> Response:
    """The error as a page or as problem+json, whichever the client reads."""
    fault = fault_of(error)
    if fault.status >= 500 and fault.slug == "internal":
        log.error("fault in %s", request.endpoint or "no route", exc_info=error)
    return problem(error) if wants_json() else page(error)


def install(app: Flask) -> None:
    """Answer every error, ours and Flask's, by the table."""
    app.register_error_handler(Exception, answer)


def _gtin_of(path: str) -> str:
    """The digits of a product's address, to be mended by hand; "" of any other address."""
    found = re.fullmatch(r"/01/([0-9]{1,20})/?", path)
    return found[1] if found else ""


def _image_problem(error: Exception) -> str:
    """Message id of the words for this photo's trouble, "" where the general ones do."""
    msgid = f"error.photo.{getattr(error, 'problem', '')}"
    return msgid if isinstance(error, ImageError) and words().has(msgid) else ""


def _finish(response: Response, error: Exception, fault: Fault) -> Response:
    response.status_code = fault.status
    response.headers["Cache-Control"] = "no-store"
    response.vary.update(("Accept", "Accept-Language"))
    if fault.retry_after:
        response.headers["Retry-After"] = str(fault.retry_after)
    if isinstance(error, HTTPException) and fault.status == 405:
        response.headers.extend({k: v for k, v in error.get_headers() if k == "Allow"})
    return response
