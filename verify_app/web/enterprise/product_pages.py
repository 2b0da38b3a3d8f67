"""Products and lots of an enterprise: write a draft, see what is missing, submit it, publish what was approved."""

from __future__ import annotations

import time

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from ...domain.review import ReviewAct, ReviewError
from ...enterprise.columns import COLUMNS
from ...enterprise.reviewing import Dossier, NoVersionError
from ...enterprise.single import write_single
from ..accounts.door import the_account
from ..language import link
from ..target import the_parts
from .own import own_actor, own_enterprise

blueprint = Blueprint("products", __name__)
_OWN_ACTS = (ReviewAct.SUBMIT, ReviewAct.WITHDRAW, ReviewAct.PUBLISH)


@blueprint.get("/enterprise/products")
def products() -> str:
    """Products and lots, each with where its last version stands."""
    return render_template("enterprise/products.html", versions=the_parts().desk.reviews.own(own_enterprise()))


@blueprint.route("/enterprise/products/new/<kind>", methods=["GET", "POST"])
def write(kind: str) -> ResponseReturnValue:
    """The form for a product, lot or event, with the fields of an import's row, and the same rules."""
    if kind not in ("products", "lots", "events"):
        abort(404)
    problem = None
    if request.method == "POST":
        given = {column.key: request.form.get(column.key, "") for column in COLUMNS[kind]}
        problem = write_single(the_parts().desk, (own_enterprise(), the_account().email), kind, given)
        if problem is None:
            return redirect(link("/enterprise/products"), 303)
    page = render_template("enterprise/write.html", kind=kind, columns=COLUMNS[kind], problem=problem)
    return (page, 422) if problem else page


@blueprint.get("/enterprise/products/<gtin>/<int:version>")
@blueprint.get("/enterprise/products/<gtin>/<int:version>/lot/<lot>")
def dossier(gtin: str, version: int, lot: str = "") -> str:
    """One version: what it lacks, what it changes, what was done to it."""
    return _page((gtin, lot, version))


@blueprint.post("/enterprise/products/<gtin>/<int:version>")
@blueprint.post("/enterprise/products/<gtin>/<int:version>/lot/<lot>")
def act(gtin: str, version: int, lot: str = "") -> ResponseReturnValue:
    """Submit, withdraw or publish a version."""
    key = (gtin, lot, version)
    try:
        wanted = ReviewAct(request.form.get("act", ""))
        the_parts().desk.reviews.act(key, wanted, own_actor(), now=_now())
    except ReviewError as error:
        return _page(key, error.problem), 409
    except (ValueError, NoVersionError):
        abort(404)
    return redirect(request.path, 303)


def _page(key: tuple[str, str, int], problem: str = "") -> str:
    try:
        found: Dossier = the_parts().desk.reviews.dossier(key, _now())
    except NoVersionError:
        abort(404)
    if found.model.enterprise_id != own_enterprise():
        abort(404)
    return render_template(
        "enterprise/dossier.html",
        found=found,
        key=key,
        problem=problem,
        acts=_acts(found.status),
        reviewer=False,
        papers=the_parts().desk.claims.papers(key[0]),
    )


def _acts(status: str) -> tuple[str, ...]:
    return {"draft": ("submit",), "submitted": ("withdraw",), "approved": ("publish",)}.get(status, ())


def _now() -> int:
    return time.time_ns() // 1_000_000
