"""Codes of an enterprise: issue serials, print labels, take a carrier out of use or replace it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from ...domain.code import Code, CodeError
from ...domain.label_template import TEMPLATES
from ...domain.parse import parse
from ...enterprise.code_office import (
    KEPT_DAYS,
    Batch,
    BatchError,
    LabelJobError,
    Order,
    TemplateError,
    whole_archive,
    whole_table,
)
from ...enterprise.codes import SchemeError
from ...enterprise.label_job import FORMATS
from ..accounts.door import the_account
from ..language import link
from ..target import base_url, the_parts
from .own import own_enterprise

blueprint = Blueprint("codes", __name__)
_PAIRS = ("page", "label", "margin", "gap")
_NUMBERS = ("rows", "columns", "bleed", "padding", "text_size")


@blueprint.get("/enterprise/codes")
def codes() -> str:
    """Batches so far, the form for a new one, and the one for a carrier."""
    return _page()


@blueprint.post("/enterprise/codes")
def issue() -> ResponseReturnValue:
    """Order serials; the background issues them."""
    gtin, _, lot = request.form.get("of", "").partition("/")
    digits = request.form.get("count", "").replace(".", "").replace(",", "").replace(" ", "")
    count = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0
    try:
        batch = the_parts().desk.codes.order(own_enterprise(), Order(gtin, lot, count, the_account().email))
    except (BatchError, SchemeError):
        return _page("issue"), 422
    return redirect(link(f"/enterprise/codes/{batch.id}"), 303)


@blueprint.post("/enterprise/carriers")
def carrier() -> ResponseReturnValue:
    """Take a carrier out of use, or replace it by a new one of the same lot."""
    office, mine, who = the_parts().desk.codes, own_enterprise(), the_account().email
    reason, act = request.form.get("reason", "").strip()[:300], request.form.get("act", "")
    try:
        code = _read_code(request.form.get("code", ""))
        if not reason or act not in ("withdraw", "reissue"):
            return _page("reason"), 422
        if act == "reissue":
            return redirect(link(f"/enterprise/codes/{office.reissue(mine, code, reason, who).id}"), 303)
        office.withdraw(mine, code, reason, who)
    except (CodeError, BatchError, SchemeError):
        return _page("carrier"), 422
    return _page(done=code.serial)


@blueprint.get("/enterprise/codes/<batch_id>")
def batch(batch_id: str) -> str:
    """One batch: how far it is, its labels, and the form for printing."""
    return _batch_page(_own(batch_id))


@blueprint.post("/enterprise/codes/<batch_id>")
def print_labels(batch_id: str) -> ResponseReturnValue:
    """Order labels; the background makes them."""
    found, office = _own(batch_id), the_parts().desk.codes
    try:
        if before := request.form.get("again", ""):
            office.print_again(office.find_print(own_enterprise(), before) or abort(404), the_account().email)
        else:
            office.print(found, _wish(), the_account().email)
    except (LabelJobError, TemplateError, ValueError, TypeError) as error:
        return _batch_page(found, str(error)), 422
    return redirect(link(f"/enterprise/codes/{batch_id}") + "#labels", 303)


@blueprint.get("/enterprise/codes/<batch_id>/serials.csv")
def serials(batch_id: str) -> Response:
    """The serials of a batch with their links, for a printer's own software."""
    found = _own(batch_id)
    rows = the_parts().desk.codes.serial_rows(found, base_url(request))
    return _download(Response(rows, mimetype="text/csv"), f"{found.gtin}-{found.id[:8]}.csv")


@blueprint.get("/enterprise/labels/<job_id>/<name>")
def label_file(job_id: str, name: str) -> Response:
    """One file of printed labels, or all of them as one archive or table."""
    office = the_parts().desk.codes
    job = office.find_print(own_enterprise(), job_id)
    files = office.files(job) if job else abort(404)
    if name == "labels.zip":
        return _download(Response(whole_archive(files), mimetype="application/zip"), name)
    if name == "labels.csv":
        return _download(Response(whole_table(files), mimetype="text/csv"), name)
    path = next((path for path in files if path.name == name), None) or abort(404)
    media = {"pdf": "application/pdf", "zip": "application/zip", "csv": "text/csv"}[path.suffix[1:]]
    return _download(Response(path.open("rb"), mimetype=media), name)


def _page(problem: str = "", done: str = "") -> str:
    desk = the_parts().desk
    kinds = desk.reviews.own(own_enterprise())
    found = desk.codes.batches(sorted({one.gtin for one in kinds}))
    names = {one.gtin: one.name for one in kinds if not one.lot}
    return render_template("enterprise/codes.html", kinds=kinds, names=names, batches=found, problem=problem, done=done)


def _batch_page(found: Batch, problem: str = "") -> str:
    office = the_parts().desk.codes
    jobs = [(job, _shown(office.files(job))) for job in office.prints(found)]
    busy = (not found.done and not found.failure) or any(job.status == "waiting" for job, _ in jobs)
    return render_template(
        "enterprise/batch.html",
        batch=found,
        jobs=jobs,
        busy=busy and not problem,
        problem=problem,
        templates=TEMPLATES,
        formats=FORMATS,
        standard=TEMPLATES["a4-24"],
        kept_days=KEPT_DAYS,
    )


def _shown(files: list[Any]) -> list[Any]:
    """The files that a page lists one by one; more than twenty are fetched as one archive."""
    made = [path for path in files if path.suffix != ".csv"]
    return made if len(made) <= 20 else []


def _wish() -> dict[str, Any]:
    form = request.form
    wish: dict[str, Any] = {name: form.get(name, "") for name in ("kind", "format", "template")}
    wish["base_url"], wish["lines"] = base_url(request), [line for line in form.get("lines", "").splitlines() if line]
    if wish["template"] == "own":
        sizes: dict[str, Any] = {name: _millimetres(name) for name in _NUMBERS}
        sizes |= {name: int(sizes[name]) for name in ("rows", "columns")}
        wish["template"] = sizes | {name: [_millimetres(f"{name}_x"), _millimetres(f"{name}_y")] for name in _PAIRS}
    return wish


def _millimetres(name: str) -> float:
    """A number of a form, with a comma or a point. Raises `ValueError`."""
    value = float(request.form.get(name, "").strip().replace(",", ".") or 0)
    if not 0 <= value <= 2000:
        raise ValueError(f"Expected 0 to 2,000 in {name}, got {value}.")
    return value


def _read_code(text: str) -> Code:
    """The item that somebody scanned or typed. Raises `CodeError`."""
    code = parse(text[:500].strip())
    if not code.gtin or not code.serial:
        raise CodeError("missing_key", "a code with GTIN and serial number", text[:60])
    return code


def _own(batch_id: str) -> Batch:
    try:
        return the_parts().desk.codes.batch(own_enterprise(), batch_id)
    except BatchError:
        abort(404)


def _download(response: Response, name: str) -> Response:
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response
