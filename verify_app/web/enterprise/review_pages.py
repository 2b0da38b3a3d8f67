"""The review queue of the authority: what waits, and one version with all that a reviewer needs."""

from __future__ import annotations

import time

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from ...domain.audit import Kind
from ...domain.joining import tenant_of
from ...domain.review import ReviewAct, ReviewError
from ...enterprise.reviewing import Actor, NoVersionError
from ..accounts.door import the_account
from ..accounts.trace import did, saw
from ..language import link, words
from ..product_pictures import pictures_of
from ..target import the_parts
from .change_words import changes_in_words

blueprint = Blueprint("reviews", __name__)
_ACTS = {"submitted": ("approve", "return"), "approved": ("publish", "return")}


@blueprint.get("/desk/reviews")
def queue() -> str:
    """Versions that wait, of the own provinces, the oldest first."""
    saw("reviews", "supervision")
    waiting = [one for one in the_parts().desk.reviews.waiting("") if covers(one.tenant_id)]
    return render_template("enterprise/reviews.html", waiting=waiting)


@blueprint.get("/desk/reviews/<gtin>/<int:version>")
@blueprint.get("/desk/reviews/<gtin>/<int:version>/lot/<lot>")
def dossier(gtin: str, version: int, lot: str = "") -> str:
    """One version: completeness by clause, differences, history."""
    shown = _page((gtin, lot, version))
    saw(_version(gtin, lot, version), "supervision")
    return shown


@blueprint.post("/desk/reviews/<gtin>/<int:version>")
@blueprint.post("/desk/reviews/<gtin>/<int:version>/lot/<lot>")
def act(gtin: str, version: int, lot: str = "") -> ResponseReturnValue:
    """Approve (and publish) or return a version, with a reason."""
    key = (gtin, lot, version)
    _page(key)  # refuses what is not the reviewer's
    reviews, reason = the_parts().desk.reviews, request.form.get("reason", "")
    actor = Actor(the_account().email, reviewer=True)
    try:
        wanted = ReviewAct(request.form.get("act", ""))
        did(Kind.ACT, f"review.{wanted.value}", _version(gtin, lot, version), reason)
        reviews.act(key, wanted, actor, reason, now=_now())
        if wanted is ReviewAct.APPROVE and "publish" in request.form:
            did(Kind.ACT, f"review.{ReviewAct.PUBLISH.value}", _version(gtin, lot, version), reason)
            reviews.act(key, ReviewAct.PUBLISH, actor, now=_now())
    except ReviewError as error:
        return _page(key, error.problem), 409
    except ValueError:
        abort(404)
    return redirect(link("/desk/reviews"), 303)


def _version(gtin: str, lot: str, number: int) -> str:
    """A version as the audit log names it."""
    return f"version: {gtin}" + (f" lot={lot}" if lot else "") + f" · {number}"


def _page(key: tuple[str, str, int], problem: str = "") -> str:
    try:
        found = the_parts().desk.reviews.dossier(key, _now())
    except NoVersionError:
        abort(404)
    if not covers(found.model.province):
        abort(404)
    return render_template(
        "enterprise/dossier.html",
        found=found,
        key=key,
        problem=problem,
        acts=_ACTS.get(found.status.value, ()),
        reviewer=True,
        papers=the_parts().desk.claims.papers(key[0]),
        changes=changes_in_words(found.changes, words()),
        picture=pictures_of(found.model),
    )


def covers(tenant: str) -> bool:
    """Whether a province's registry ("gia-lai") is among the reviewer's areas ("Gia Lai")."""
    scope = the_account().scope
    return "*" in scope.areas or tenant in {tenant_of(name) for name in scope.provinces}


def _now() -> int:
    return time.time_ns() // 1_000_000
