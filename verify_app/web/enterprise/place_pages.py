"""The places of an enterprise: farms, plants, stores, shops, with a GLN or a number of this service."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from ...enterprise.places import MOST, Place, PlaceError
from ..language import link
from ..target import the_parts
from .own import own_enterprise

blueprint = Blueprint("places", __name__)


@blueprint.get("/enterprise/places")
def places() -> str:
    """All places, and the form for a new one, or with `?at=` the form of one."""
    at = request.args.get("at", "")
    return _page(_own(at) if at else None)


@blueprint.post("/enterprise/places")
def change() -> ResponseReturnValue:
    """Add, change or take away a place."""
    service, mine, at = the_parts().desk.places, own_enterprise(), request.form.get("at", "")
    if request.form.get("act") == "remove":
        _own(at)
        if not service.remove(mine, at):
            return _page(_own(at), {"at": "booked"}), 422
        flash("places.removed", "success")
        return redirect(link("/enterprise/places"), 303)
    known = _own(at) if at else None
    try:
        kept = service.keep(mine, request.form, at)
    except PlaceError as error:
        return _page(known, error.problems), 422
    flash("places.changed" if kept.gln == at else "places.added", "success")
    return redirect(link("/enterprise/places"), 303)


def _own(number: str) -> Place:
    found = next((one for one in the_parts().desk.places.all(own_enterprise()) if one.gln == number), None)
    return found or abort(404)


def _page(chosen: Place | None = None, problems: dict[str, str] | None = None) -> str:
    return render_template(
        "enterprise/places.html",
        places=the_parts().desk.places.all(own_enterprise()),
        chosen=chosen,
        problems=problems or {},
        most=MOST,
    )
