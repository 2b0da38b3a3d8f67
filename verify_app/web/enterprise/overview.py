"""The first page of an enterprise: how ready it is and what to do next; and the checker of numbers, for everybody."""

from __future__ import annotations

import time

from flask import Blueprint, render_template, request

from ...domain.number_check import KINDS, check_number
from ..target import the_parts
from .own import own_enterprise

blueprint = Blueprint("overview", __name__)


@blueprint.get("/enterprise")
def overview() -> str:
    """Readiness by parts, and the data-quality monitor."""
    desk, enterprise_id = the_parts().desk, own_enterprise()
    return render_template(
        "enterprise/overview.html",
        enterprise=desk.joining.enterprise(enterprise_id),
        ready=desk.monitor.readiness(enterprise_id),
        quality=desk.monitor.quality(enterprise_id, time.time_ns() // 1_000_000),
    )


@blueprint.get("/enterprise/check")
def checker() -> str:
    """Why a GTIN, GLN or lot number is wrong, and what its prefix says and does not say."""
    kind = request.args.get("kind", "")
    kind, given = kind if kind in KINDS else KINDS[0], request.args.get("number", "")[:60]
    check = check_number(kind, given) if given.strip() else None
    return render_template("enterprise/check.html", check=check, kind=kind, kinds=KINDS, given=given)
