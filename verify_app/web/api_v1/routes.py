"""Routes of the JSON API, version 1. What goes wrong is answered by the table of `web/errors.py`."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify, render_template, request
from pydantic import ValidationError
from werkzeug.exceptions import (
    BadRequest,
    HTTPException,
    MethodNotAllowed,
    RequestEntityTooLarge,
    UnprocessableEntity,
    UnsupportedMediaType,
)

from ...domain.compression import compress
from ...domain.parse import parse
from ...domain.scan import Entry
from ...images.symbols import digital_link
from ..errors import problem
from ..http_cache import for_an_hour, no_store
from ..language import words
from ..scanning import scan_code
from ..target import base_url, the_parts
from ..visit import visit_of
from .answers import answer_json
from .openapi import CODE_PARAMETER, PROBLEMS, Operation, describes, document
from .schemas import CompressedLink, VerifyAnswer, VerifyRequest

api_v1 = Blueprint("api_v1", __name__, url_prefix="/api/v1")


@api_v1.post("/verify")
@describes(
    Operation(
        id="verify",
        summary="Verify one code",
        description="Any spelling of a code: Digital Link URI, element string of a scanner, bracketed element string, "
        "digits of a barcode, or a short code. The request is recorded as one scan.",
        answers={200: ("The verdict and the public data of the product.", "application/json", VerifyAnswer)},
        request=VerifyRequest,
        problems=(400, 405, 413, 415, 422, 429, 503),
    )
)
def verify_code() -> Response:
    """Verify the code of a JSON body."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    asked = VerifyRequest.model_validate_json(request.get_data())
    answer = scan_code(asked.code, visit_of(request, the_parts(), Entry.API))
    return no_store(jsonify(answer_json(answer, words().lang, base_url(request))))


@api_v1.route("/verify", methods=["GET", "PUT", "PATCH", "DELETE"])
def verify_otherwise() -> Response:
    """Say that only POST works here; else the pages' catch-all would answer that there is no such page."""
    raise MethodNotAllowed(valid_methods=["POST", "OPTIONS"])


@api_v1.get("/compress")
@describes(
    Operation(
        id="compress",
        summary="Write a code as compressed Digital Link",
        description="Compressed GS1 Digital Link URI of a code with its attributes, for small symbols, and its "
        "uncompressed form. Any spelling of a GS1 code. Not a scan: nothing is looked up or recorded.",
        answers={200: ("Both forms.", "application/json", CompressedLink)},
        problems=(400,),
        parameters=(CODE_PARAMETER,),
    )
)
def compress_code() -> Response:
    """Both forms of the Digital Link of a code."""
    code, base = parse(request.args.get("code", "")), base_url(request)
    links = CompressedLink(compressed=base + compress(code), uncompressed=digital_link(code, base))
    return for_an_hour(jsonify(links.model_dump()), request)


@api_v1.get("/openapi.json")
@describes(
    Operation(
        id="openapi",
        summary="This document",
        description="OpenAPI 3.1.",
        answers={200: ("The document.", "application/json", None)},
        parameters=(),
    )
)
def openapi() -> Response:
    """The OpenAPI document of this installation."""
    return for_an_hour(jsonify(document(current_app, "api_v1", base_url(request))), request)


@api_v1.get("/docs")
def docs() -> Response:
    """The API explained for people: no script, nothing from elsewhere."""
    fields, statuses = list(VerifyAnswer.model_fields), sorted(PROBLEMS)
    html = render_template("public/api_docs.html", base=base_url(request), fields=fields, statuses=statuses)
    return for_an_hour(Response(html), request)


@api_v1.errorhandler(ValidationError)
def refuse_body(error: ValidationError) -> Response:
    """A body that is no JSON (400), or no request of ours (422), with what was expected where."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"])) or "body"
    wanted = "`codes`, a list of 1 to 1,000 texts" if request.path.endswith("/batch") else "the text `code`"
    detail = f"Expected a JSON object with {wanted}, got: {where}: {first['msg']}."
    return _detailed(BadRequest() if first["type"] == "json_invalid" else UnprocessableEntity(), detail)


@api_v1.errorhandler(UnsupportedMediaType)
def refuse_media_type(error: UnsupportedMediaType) -> Response:
    """A body that does not call itself JSON (415)."""
    return _detailed(error, f"Expected a body of type application/json, got {request.mimetype or 'none'!a}.")


@api_v1.errorhandler(RequestEntityTooLarge)
def refuse_size(error: RequestEntityTooLarge) -> Response:
    """A body larger than any code (413)."""
    return _detailed(error, f"Expected a body of at most {request.max_content_length:,} bytes, got more.")


def _detailed(error: HTTPException, detail: str) -> Response:
    """The table's answer with a detail for programmers in place of the words for shoppers."""
    response = problem(error)
    response.set_data(current_app.json.dumps(response.get_json() | {"detail": detail}))
    return response
