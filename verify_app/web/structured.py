"""Structured data in the page and by content negotiation, from the same answer as the page."""

from __future__ import annotations

from flask import Response, abort, current_app, request
from markupsafe import Markup

from ..domain.local_time import local_date
from ..domain.negotiation import wants_json_ld
from ..exchange.jsonld import JSON_LD, Telling, summary, whole
from ..verify import Answer
from .language import words
from .target import base_url

_IN_SCRIPT = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})  # no text can end the element


def is_wanted() -> bool:
    """Whether the client asks for JSON-LD before a page or plain JSON."""
    return wants_json_ld(request.headers.get("Accept", ""))


def for_page(answer: Answer, when: int) -> Markup:
    """The JSON-LD that stands in the page; "" where no product may be shown. `when` is UTC milliseconds."""
    if answer.passport is None or not answer.verdict.shows_passport:
        return Markup()
    told = summary(answer.passport.code, answer.passport, answer.verdict, _telling(when))
    return Markup(current_app.json.dumps(told).translate(_IN_SCRIPT))  # noqa: S704 - no markup is left in it


def as_response(answer: Answer, when: int) -> Response:
    """The whole passport as JSON-LD; 404 where the registry has none to show."""
    if answer.passport is None or not answer.verdict.shows_passport:
        abort(404)
    told = whole(answer.passport.code, answer.passport, answer.verdict, _telling(when))
    return Response(current_app.json.dumps(told), content_type=JSON_LD)


def _telling(when: int) -> Telling:
    return Telling(words().lang, base_url(request), local_date(when), words().text)
