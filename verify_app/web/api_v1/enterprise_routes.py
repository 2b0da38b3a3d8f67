"""The enterprises' part of the API: imports, EPCIS capture, moves of items, states of products."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

from flask import Response, request, url_for
from pydantic import BaseModel
from werkzeug.exceptions import NotFound

from ...domain.item_life import Act
from ...enterprise.api_keys import Scope
from ...enterprise.capturing import Capture
from ...enterprise.epcis import EventError
from ...enterprise.import_run import ImportJob, Order
from ...enterprise.import_words import annotated
from ...enterprise.item_life import MoveOrder
from ..language import words
from ..target import the_parts
from .enterprise_schemas import (
    CaptureAnswer,
    CaptureError,
    ImportAnswer,
    MoveAnswer,
    MoveRequest,
    ProductState,
    ProductStates,
)
from .keyed import needs, now, once, the_key
from .openapi import Operation, describes
from .routes import api_v1

IMPORT_BYTES = 1024 * 1024 * 1024
CAPTURE_BYTES = 16 * 1024 * 1024
_BEHAVIOUR = "GS1-Capture-Error-Behaviour"
_PROBLEMS = (401, 403, 413, 422, 429, 503)


def _asked_again(
    operation: str, summary: str, description: str, answer: tuple[str, type[BaseModel]], asked: tuple[Scope, str]
) -> Operation:
    """How far a job is: asked by its id in the path, with a key of the scope that began it."""
    said, shape = answer
    scope, name = asked
    return Operation(
        id=operation,
        summary=summary,
        description=description,
        answers={200: (said, "application/json", shape)},
        problems=(401, 403, 404, 429, 503),
        scope=scope,
        parameters=({"name": name, "in": "path", "required": True, "schema": {"type": "string"}},),
    )


@api_v1.post("/items/moves")
@describes(
    Operation(
        id="moveItem",
        summary="Commission, ship, receive, sell, return or destroy one item, or undo the last act",
        description="A sold or destroyed item answers ALREADY_SOLD from then on. "
        "Undo: by the same place within ten days.",
        answers={200: ("What the act came to.", "application/json", MoveAnswer)},
        request=MoveRequest,
        problems=(400, 401, 403, 409, 415, 422, 429, 503),
        scope=Scope.MOVE,
    )
)
@needs(Scope.MOVE)
@once
def move_item() -> Response:
    """Move one item."""
    asked, key, present = MoveRequest.model_validate_json(request.get_data()), the_key(), now()
    moved = the_parts().desk.life.move(
        MoveOrder(
            code=asked.code,
            act=Act(asked.act),
            when=asked.when or present,
            id=asked.id,
            enterprise_id=key.enterprise_id,
            actor=f"key {key.id}",
            place=asked.place,
        ),
        present,
    )
    step = moved.step
    return _json(
        MoveAnswer(gtin=moved.gtin, serial=moved.serial, before=step.before, after=step.after, fresh=moved.fresh)
    )


@api_v1.post("/imports/<kind>")
@describes(
    Operation(
        id="importFile",
        summary="Import products, lots, items or events from a file",
        description="The body is the file; `name` tells its form (.csv, .xlsx, .json, .jsonl). "
        "The same file that is still on its way is not begun twice.",
        answers={202: ("The import; Location is its address.", "application/json", ImportAnswer)},
        problems=_PROBLEMS,
        scope=Scope.IMPORT,
        parameters=(
            {
                "name": "kind",
                "in": "path",
                "required": True,
                "schema": {"enum": ["products", "lots", "items", "events"]},
            },
            {"name": "name", "in": "query", "required": True, "schema": {"type": "string"}, "example": "items.csv"},
            {"name": "dry_run", "in": "query", "schema": {"type": "boolean"}},
        ),
        request_media="application/octet-stream",
    )
)
@needs(Scope.IMPORT, IMPORT_BYTES)
def import_file(kind: str) -> Response:
    """Keep a file and let the background import it."""
    key = the_key()
    dry = request.args.get("dry_run", "") in ("1", "true")
    order = Order(key.enterprise_id, kind, f"key {key.id}", request.args.get("name", "file.csv"), dry)
    job = the_parts().desk.imports.accept(order, request.stream)
    response = _json(_import_answer(job), 202)
    response.headers["Location"] = url_for("api_v1.import_state", job_id=job.id)
    return response


@api_v1.get("/imports/<job_id>")
@describes(
    _asked_again(
        "importState",
        "How far an import is",
        "`errors` is the address of the annotated file of refused rows: mend it and send it again.",
        ("The import.", ImportAnswer),
        (Scope.IMPORT, "job_id"),
    )
)
@needs(Scope.IMPORT)
def import_state(job_id: str) -> Response:
    """The state of one import."""
    return _json(_import_answer(_own_import(job_id)))


@api_v1.get("/imports/<job_id>/errors")
@needs(Scope.IMPORT)
def import_errors(job_id: str) -> Response:
    """The annotated file of an import's refused rows."""
    job, out = _own_import(job_id), BytesIO()
    annotated(the_parts().desk.engine, job, words(), out)
    response = Response(out.getvalue(), mimetype="application/octet-stream")
    ending = "jsonl" if job.form == "json" else job.form
    response.headers["Content-Disposition"] = f"attachment; filename=errors.{ending}"
    return response


@api_v1.post("/capture")
@describes(
    Operation(
        id="capture",
        summary="Capture EPCIS 2.0 events (JSON-LD)",
        description="The document is kept before it is answered, and worked through afterwards, event by event. "
        "An eventID that you have sent before is known and changes nothing. One wrong event keeps all others out, too, "
        "unless the header GS1-Capture-Error-Behaviour says `proceed`.",
        answers={202: ("The capture job; Location is its address.", "application/json", CaptureAnswer)},
        problems=(400, *_PROBLEMS),
        scope=Scope.CAPTURE,
        parameters=({"name": _BEHAVIOUR, "in": "header", "schema": {"enum": ["rollback", "proceed"]}},),
        request_media="application/ld+json",
    )
)
@needs(Scope.CAPTURE, CAPTURE_BYTES)
@once
def capture() -> Response:
    """Keep a document of events."""
    key, behaviour = the_key(), request.headers.get(_BEHAVIOUR, "rollback").lower()
    if behaviour not in ("rollback", "proceed"):
        raise EventError(f"Expected rollback or proceed in {_BEHAVIOUR}, got {behaviour[:20]!a}.")
    captures, proceed = the_parts().desk.captures, behaviour == "proceed"
    kept = captures.accept(key.enterprise_id, f"key {key.id}", request.get_data(), proceed=proceed)
    response = _json(capture_answer(kept), 202)
    response.headers["Location"] = url_for("api_v1.capture_state", capture_id=kept.id)
    response.headers.update({"GS1-EPCIS-Version": "2.0.0", "GS1-CBV-Version": "2.0.0", _BEHAVIOUR: behaviour})
    return response


@api_v1.get("/capture/<capture_id>")
@describes(
    _asked_again(
        "captureState",
        "What came of a captured document",
        "Errors name the place of the event in the eventList, from 0.",
        ("The capture job.", CaptureAnswer),
        (Scope.CAPTURE, "capture_id"),
    )
)
@needs(Scope.CAPTURE)
def capture_state(capture_id: str) -> Response:
    """The state of one captured document."""
    found = the_parts().desk.captures.find(the_key().enterprise_id, capture_id)
    if found is None:
        raise NotFound
    return _json(capture_answer(found))


@api_v1.get("/products")
@describes(
    Operation(
        id="products",
        summary="Your products and lots, and where the last version of each stands",
        description="draft, submitted, returned, approved or published.",
        answers={200: ("Products and lots.", "application/json", ProductStates)},
        problems=(401, 403, 429, 503),
        scope=Scope.READ,
        parameters=(),
    )
)
@needs(Scope.READ)
def products() -> Response:
    """The products and lots of the key's enterprise."""
    found = the_parts().desk.reviews.own(the_key().enterprise_id)
    return _json(
        ProductStates(
            products=[
                ProductState(gtin=one.gtin, lot=one.lot, version=one.version, status=one.status.value, name=one.name)
                for one in found
            ]
        )
    )


def _own_import(job_id: str) -> ImportJob:
    job = the_parts().desk.imports.find(the_key().enterprise_id, job_id)
    if job is None:
        raise NotFound
    return job


def _import_answer(job: ImportJob) -> ImportAnswer:
    done = job.status in ("done", "failed")
    return ImportAnswer(
        id=job.id,
        kind=job.kind,
        file=job.file_name,
        status=job.status,  # type: ignore[arg-type]
        dry_run=job.dry_run,
        progress=100 if done else 100 * job.done_bytes // max(job.size, 1),
        fresh=job.fresh,
        changed=job.changed,
        same=job.same,
        bad=job.bad,
        failure=job.failure,
        errors=url_for("api_v1.import_errors", job_id=job.id) if job.bad else "",
    )


def capture_answer(found: Capture) -> CaptureAnswer:
    """A captured document as the API tells of it."""
    return CaptureAnswer(
        id=found.id,
        running=found.status == "waiting",
        success=found.status == "done" and not found.errors,
        created_at=_iso(found.created_at),
        finished_at=_iso(found.finished_at) if found.finished_at else "",
        taken=found.taken,
        known=found.known,
        behaviour="proceed" if found.proceed else "rollback",
        errors=[CaptureError(event=place, error=said) for place, said in found.errors],
    )


def _iso(when: int) -> str:
    return datetime.fromtimestamp(when / 1000, UTC).isoformat(timespec="milliseconds")


def _json(model: BaseModel, status: int = 200) -> Response:
    return Response(model.model_dump_json(by_alias=True), status, mimetype="application/json")
