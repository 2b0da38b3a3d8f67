"""The first page of an enterprise: how ready it is, what to do next, and a checker for numbers."""

from __future__ import annotations

import time

from flask import Blueprint, render_template, request

from ...domain.number_check import check_number
from ..target import the_parts
from .own import own_enterprise

blueprint = Blueprint("overview", __name__)


@blueprint.get("/enterprise")
def overview() -> str:
    """Readiness by parts, the data-quality monitor, and the checker's answer if a number was given."""
    kind = "gln" if request.args.get("kind") == "gln" else "gtin"
    given = request.args.get("number", "")[:60]
    desk, enterprise_id = the_parts().desk, own_enterprise()
    return render_template(
        "enterprise/overview.html",
        ready=desk.monitor.readiness(enterprise_id),
        quality=desk.monitor.quality(enterprise_id, time.time_ns() // 1_000_000),
        check=check_number(kind, given) if given.strip() else None,
        kind=kind,
        given=given,
    )
