"""What programs of enterprises are told when a request is refused: problem documents with the detail in English."""

from __future__ import annotations

from flask import Response, jsonify
from werkzeug.exceptions import HTTPException

from ...domain.item_life import LifeError
from ...enterprise.answers import OtherRequestError
from ...enterprise.epcis import EventError
from ...enterprise.event_search import QueryParameterError
from ...enterprise.import_run import ImportRefusedError
from ...enterprise.scan_report import SpanError
from ...enterprise.table_files import TableError
from ..errors import problem
from .routes import api_v1


@api_v1.errorhandler(LifeError)
def refuse_move(error: LifeError) -> Response:
    """An act that the item's state forbids (409)."""
    return refused(409, str(error), refusal=error.refusal.value)


@api_v1.errorhandler(EventError)
@api_v1.errorhandler(TableError)
@api_v1.errorhandler(ImportRefusedError)
@api_v1.errorhandler(OtherRequestError)
@api_v1.errorhandler(SpanError)
def refuse_content(error: ValueError) -> Response:
    """A document or file that is none (422)."""
    return refused(422, str(error))


@api_v1.errorhandler(QueryParameterError)
def refuse_parameter(error: QueryParameterError) -> Response:
    """A query of events that cannot be answered as it was meant (400), in EPCIS's own words."""
    return refused(400, str(error), type="epcisException:QueryParameterException")


@api_v1.errorhandler(OSError)
def refuse_full(error: OSError) -> Response:
    """The disk takes nothing more (503): nothing was kept."""
    return refused(503, f"Expected room on the disk, got: {error.strerror}. Nothing was kept; send it again later.")


@api_v1.errorhandler(401)
@api_v1.errorhandler(403)
@api_v1.errorhandler(429)
def refuse_key(error: HTTPException) -> Response:
    """A key that is missing, may not do this, or asks too often."""
    response = refused(error.code or 403, error.description or "")
    if error.code == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if wait := getattr(error, "retry_after", None):
        response.headers["Retry-After"] = str(wait)
    return response


def refused(status: int, detail: str, **more: str) -> Response:
    """The table's answer to a status, with a detail for programmers and further members."""
    error = HTTPException()
    error.code = status
    response = problem(error)
    body = response.get_json() | {"status": status, "detail": detail} | more
    response.set_data(jsonify(body).get_data())
    response.status_code = status
    return response
