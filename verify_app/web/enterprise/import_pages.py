"""Imports of an enterprise: send a file, follow it, get the refused rows back."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, Response, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from ...enterprise.columns import KINDS
from ...enterprise.import_run import ImportJob, ImportRefusedError, Order
from ...enterprise.import_words import annotated, first_refused, row_words
from ...enterprise.table_files import TableError, write_template
from ..accounts.door import the_account
from ..language import link, words
from ..target import the_parts
from .own import own_enterprise

blueprint = Blueprint("imports", __name__)
_SHOWN = 10  # refused rows on the page; all of them are in the file


@blueprint.get("/enterprise/imports")
def imports() -> str:
    """Imports so far, and the form for a new one."""
    return _page()


@blueprint.post("/enterprise/imports")
def send_file() -> ResponseReturnValue:
    """Keep a file; it is imported in the background."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _page("file"), 422
    order = Order(
        own_enterprise(), request.form.get("kind", ""), the_account().email, file.filename, "dry_run" in request.form
    )
    try:
        job = the_parts().desk.imports.accept(order, file.stream)
    except (TableError, ImportRefusedError) as error:
        return _page(str(error)), 422
    except OSError:
        return _page("disk"), 503
    return redirect(link(f"/enterprise/imports/{job.id}"), 303)


@blueprint.get("/enterprise/imports/<job_id>")
def follow(job_id: str) -> str:
    """How far an import is; the page asks again by itself until it has ended."""
    job, said = _own(job_id), words()
    first = first_refused(the_parts().desk.engine, job, _SHOWN) if job.bad else ()
    refused = [(bad, row_words(bad, said)) for bad in first]
    return render_template("enterprise/import.html", job=job, percent=_percent(job), refused=refused)


@blueprint.get("/enterprise/imports/<job_id>/errors")
def refused_rows(job_id: str) -> Response:
    """The annotated file of refused rows."""
    job, out = _own(job_id), BytesIO()
    annotated(the_parts().desk.engine, job, words(), out)
    return _download(out, f"loi-{job.kind}.{'jsonl' if job.form == 'json' else job.form}")


@blueprint.get("/enterprise/templates/<kind>.<form>")
def template(kind: str, form: str) -> Response:
    """An empty table of a kind."""
    if kind not in KINDS or form not in ("csv", "xlsx"):
        abort(404)
    out = BytesIO()
    write_template(kind, form, out)
    return _download(out, f"mau-{kind}.{form}")


def _page(problem: str = "") -> str:
    jobs = [(job, _percent(job)) for job in the_parts().desk.imports.all(own_enterprise())]
    return render_template("enterprise/imports.html", jobs=jobs, kinds=KINDS, problem=problem)


def _own(job_id: str) -> ImportJob:
    job = the_parts().desk.imports.find(own_enterprise(), job_id)
    return job if job else abort(404)


def _percent(job: ImportJob) -> int:
    return 100 if job.status in ("done", "failed") else 100 * job.done_bytes // max(job.size, 1)


def _download(out: BytesIO, name: str) -> Response:
    response = Response(out.getvalue(), mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response
