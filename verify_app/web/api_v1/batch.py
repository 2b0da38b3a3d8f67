"""Many codes in one request: each is a scan of its own, and one that is no code spoils only its own row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response, current_app, request, stream_with_context
from werkzeug.exceptions import MethodNotAllowed, UnsupportedMediaType

from ...domain.code import CodeError
from ...domain.scan import Entry, HeldOff
from ...parts import StoreUnavailable
from ..errors import problem
from ..http_cache import no_store
from ..language import words
from ..scanning import scan_code
from ..target import base_url, the_parts
from ..visit import visit_of
from .answers import answer_json
from .openapi import Operation, describes
from .routes import api_v1
from .schemas import BatchAnswer, BatchRequest

BYTES = 3 * 1024 * 1024  # a thousand codes of the greatest length, and the JSON around them
NDJSON = "application/x-ndjson"


@api_v1.post("/verify/batch")
@describes(
    Operation(
        id="verify_batch",
        summary="Verify many codes",
        description="Up to 1,000 codes in one request, each recorded as a scan. The answers are streamed in the order "
        "of the codes: as a JSON array, or with `Accept: application/x-ndjson` one JSON object a line. Each row holds "
        "its number, a status as of a single request, and either the answer or what is wrong with that code.",
        answers={200: ("One row for each code, in their order.", "application/json", BatchAnswer)},
        request=BatchRequest,
        problems=(400, 405, 413, 415, 422),
    )
)
def verify_batch() -> Response:
    """Verify the codes of a JSON body, row by row."""
    request.max_content_length = BYTES
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    asked = BatchRequest.model_validate_json(request.get_data())
    by_line = request.accept_mimetypes.best_match(("application/json", NDJSON), default="application/json") == NDJSON
    rows = (_row(number, code) for number, code in enumerate(asked.codes))
    lines = _lines(rows) if by_line else _array(rows)
    response = Response(stream_with_context(lines), mimetype=NDJSON if by_line else "application/json")
    return no_store(response)


@api_v1.route("/verify/batch", methods=["GET", "PUT", "PATCH", "DELETE"])
def batch_otherwise() -> Response:
    """Say that only POST works here."""
    raise MethodNotAllowed(valid_methods=["POST", "OPTIONS"])


def _row(number: int, code: str) -> dict[str, Any]:
    try:
        answer = scan_code(code, visit_of(request, the_parts(), Entry.API))
    except (CodeError, HeldOff, StoreUnavailable) as error:
        refused = problem(error)
        return {"row": number, "status": refused.status_code, "answer": None, "problem": refused.get_json()}
    told = answer_json(answer, words().lang, base_url(request))
    return {"row": number, "status": 200, "answer": told, "problem": None}


def _lines(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        yield current_app.json.dumps(row) + "\n"


def _array(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    before = "["
    for row in rows:
        yield before + current_app.json.dumps(row)
        before = ",\n"
    yield "]"
