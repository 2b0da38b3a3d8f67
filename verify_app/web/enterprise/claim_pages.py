"""Certificates of a product: what is claimed with which number, and the papers behind it."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from flask import Blueprint, Response, abort, redirect, render_template, request, send_file
from flask.typing import ResponseReturnValue

from ...domain.certificate import CertificateKind
from ...domain.local_time import local_date
from ...domain.passport import ModelPart
from ...domain.permissions import Permission, may
from ...enterprise.claims import Claimant, ClaimError
from ..accounts.door import the_account
from ..accounts.trace import saw
from ..language import link
from ..target import the_parts
from .own import own_enterprise
from .review_pages import covers

blueprint = Blueprint("claims", __name__)


@blueprint.get("/enterprise/products/<gtin>/certificates")
def certificates(gtin: str) -> str:
    """Certificates of the product's last version, and the form for a new one."""
    return _page(_own(gtin))


@blueprint.post("/enterprise/products/<gtin>/certificates")
def change(gtin: str) -> ResponseReturnValue:
    """Add a certificate with its paper, or claim one no more; both make a new draft that is to be reviewed."""
    part, claims = _own(gtin), the_parts().desk.claims
    who = Claimant(own_enterprise(), the_account().email, time.time_ns() // 1_000_000)
    try:
        if request.form.get("act") == "drop":
            claims.drop(gtin, request.form.get("kind", ""), request.form.get("number", ""), who)
        else:
            file = request.files.get("paper")
            paper = (file.filename, file.stream) if file and file.filename else None
            claims.add(gtin, request.form, paper, who)
    except ClaimError as error:
        return _page(part, error.problem), 422
    except OSError:
        return _page(part, "disk"), 503
    return redirect(link(f"/enterprise/products/{gtin}/certificates"), 303)


@blueprint.get("/enterprise/papers/<paper_id>")
def paper(paper_id: str) -> Response:
    """A paper, for the enterprise itself."""
    return _file(paper_id, reviewer=False)


@blueprint.get("/desk/papers/<paper_id>")
def paper_for_review(paper_id: str) -> Response:
    """A paper, for the reviewer of its province."""
    return _file(paper_id, reviewer=True)


def _file(paper_id: str, *, reviewer: bool) -> Response:
    found = the_parts().desk.claims.paper(paper_id)
    if found is None:
        abort(404)
    held, owner, tenant, path = found
    mine = covers(tenant) if reviewer else owner == own_enterprise()
    if not mine or not path.is_file():
        abort(404)
    if reviewer:
        saw(f"paper: {held.file_name}", "supervision")
    response = send_file(path.resolve(), mimetype=held.media, as_attachment=True, download_name=held.file_name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _own(gtin: str) -> ModelPart:
    return the_parts().desk.claims.product(own_enterprise(), gtin) or abort(404)


def _page(part: ModelPart, problem: str = "") -> str:
    today = local_date(int(datetime.now(UTC).timestamp() * 1000))
    papers = the_parts().desk.claims.papers(part.gtin)
    return render_template(
        "enterprise/certificates.html",
        model=part,
        found=[(one, one.state(today).value) for one in part.certificates],
        papers={(one.kind, one.number): one for one in reversed(papers)},
        kinds=[kind.value for kind in CertificateKind],
        problem=problem,
        reviewer=may(the_account().role, Permission.REVIEW_PUBLICATIONS),
    )
