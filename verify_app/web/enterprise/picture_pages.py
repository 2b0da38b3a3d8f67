"""Pictures of a product: what the pack looks like, and its seal while it is whole."""

from __future__ import annotations

import time

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from ...domain.passport import ModelPart, Shows
from ...enterprise.claims import Claimant, ClaimError
from ...images.errors import DecodeBusy, DecodeTimeout, ImageError
from ..accounts.door import the_account
from ..language import link
from ..product_pictures import pictures_of
from ..target import the_parts
from .own import own_enterprise

blueprint = Blueprint("pictures", __name__)
_SHOWS = tuple(Shows)


@blueprint.get("/enterprise/products/<gtin>/pictures")
def pictures(gtin: str) -> str:
    """Pictures of the product's last version, and the forms for other ones."""
    return _page(_own(gtin))


@blueprint.post("/enterprise/products/<gtin>/pictures")
def change(gtin: str) -> ResponseReturnValue:
    """Take a photo as a picture, or show none any more; both make a new draft that is to be reviewed."""
    part, photos = _own(gtin), the_parts().desk.photos
    who = Claimant(own_enterprise(), the_account().email, time.time_ns() // 1_000_000)
    wanted = request.form.get("shows", "")
    if wanted not in _SHOWS:
        abort(404)
    shows, file = Shows(wanted), request.files.get("photo")
    try:
        if request.form.get("act") == "drop":
            photos.drop(gtin, shows, who)
        else:
            alt = " ".join(request.form.get("alt", "").split())[:200]
            photos.put(gtin, shows, (file.read() if file else b"", alt), who)
    except ImageError as error:
        return _page(part, shows, error.problem), 422
    except (DecodeBusy, DecodeTimeout):
        return _page(part, shows, "busy"), 503
    except ClaimError:
        abort(404)
    except OSError:
        return _page(part, shows, "disk"), 503
    return redirect(link(f"/enterprise/products/{gtin}/pictures"), 303)


def _own(gtin: str) -> ModelPart:
    return the_parts().desk.claims.product(own_enterprise(), gtin) or abort(404)


def _page(part: ModelPart, shows: Shows | None = None, problem: str = "") -> str:
    found = {kind: pictures_of(part, kind) for kind in _SHOWS}
    return render_template("enterprise/pictures.html", model=part, found=found, wrong=shows, problem=problem)
