"""Products and lots of an enterprise: write a draft, see what is missing, submit it, publish what was approved."""

from __future__ import annotations

import time

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from ...domain.code import Granularity
from ...domain.events import STAGES
from ...domain.label_groups import label_groups
from ...domain.passport import Risk
from ...domain.review import ReviewAct, ReviewError
from ...enterprise.columns import COLUMNS
from ...enterprise.reviewing import Dossier, NoVersionError
from ...enterprise.single import cells_of_lot, cells_of_product, write_single
from ..accounts.door import the_account
from ..language import link, words
from ..product_pictures import pictures_of
from ..target import the_parts
from .change_words import changes_in_words
from .own import own_actor, own_enterprise

blueprint = Blueprint("products", __name__)
_SHOWN = 200  # products and lots of one page
_OWN_ACTS = (ReviewAct.SUBMIT, ReviewAct.WITHDRAW, ReviewAct.PUBLISH)


@blueprint.get("/enterprise/products")
def products() -> str:
    """Products and lots, each with where its last version stands; with `?q=` those whose name or number holds it."""
    own, asked = the_parts().desk.reviews.own(own_enterprise()), request.args.get("q", "").strip()[:100]
    word = asked.casefold()
    found = [one for one in own if any(word in text.casefold() for text in (one.name, one.gtin, one.lot))]
    shown = found[:_SHOWN]
    return render_template("enterprise/products.html", versions=shown, all=len(own), found=len(found), asked=asked)


@blueprint.route("/enterprise/products/new/<kind>", methods=["GET", "POST"])
def write(kind: str) -> ResponseReturnValue:
    """The form for a product, lot or event, with the fields of an import's row, and the same rules."""
    if kind not in ("products", "lots", "events"):
        abort(404)
    problem, mine = None, own_enterprise()
    if request.method == "POST":
        given = {column.key: ";".join(request.form.getlist(column.key)) for column in COLUMNS[kind]}
        given = _with_gln(given, mine) if kind == "events" else given
        problem = write_single(the_parts().desk, (mine, the_account().email), kind, given)
        if problem is None:
            return redirect(link("/enterprise/products"), 303)
    else:
        wanted = request.args.get("gtin", "")[:14], request.args.get("lot", "")[:20]
        given = dict.fromkeys((column.key for column in COLUMNS[kind]), "") | _to_change(mine, kind, *wanted)
    own = the_parts().desk.reviews.own(mine)
    page = render_template(
        "enterprise/write.html",
        kind=kind,
        columns=COLUMNS[kind],
        problem=problem,
        given=given,
        products=[one for one in own if not one.lot],
        lots=sorted({one.lot for one in own if one.lot}),
        places=the_parts().desk.places.all(mine) if kind == "events" else (),
        groups=label_groups(),
        stages=STAGES,
        risks=tuple(Risk),
        granularities=tuple(Granularity),
    )
    return (page, 422) if problem else page


def _with_gln(given: dict[str, str], mine: str) -> dict[str, str]:
    """An event's cells with the GLN of the own place that was named, where none was given."""
    if given["place_gln"].strip():
        return given
    named = (one.gln for one in the_parts().desk.places.all(mine) if one.name.text("vi") == given["place"].strip())
    return given | {"place_gln": next((gln for gln in named if gln.isdigit()), "")}


def _to_change(mine: str, kind: str, gtin: str, lot: str) -> dict[str, str]:
    """The cells of an own product or lot that is to be changed, or those that a new one begins with."""
    model = the_parts().desk.claims.product(mine, gtin) if gtin else None
    if model is None:
        return {}
    if kind == "products":
        return cells_of_product(model)
    part = the_parts().desk.reviews.lot(gtin, lot) if lot and kind == "lots" else None
    return cells_of_lot(gtin, part) if part else {"gtin": gtin, "lot": lot}


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
        changes=changes_in_words(found.changes, words()),
        picture=pictures_of(found.model),
    )


def _acts(status: str) -> tuple[str, ...]:
    return {"draft": ("submit",), "submitted": ("withdraw",), "approved": ("publish",)}.get(status, ())


def _now() -> int:
    return time.time_ns() // 1_000_000
