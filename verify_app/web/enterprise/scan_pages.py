"""How often the enterprise's codes are scanned: by day, province and result, to look at and to take along."""

from __future__ import annotations

import time

from flask import Blueprint, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from ...enterprise.scan_report import ScanReport, SpanError, scan_report
from ..target import the_parts
from .own import own_enterprise

blueprint = Blueprint("scans", __name__)
_HIGH, _WIDE = 96.0, 640.0  # of the drawing


@blueprint.get("/enterprise/scans")
def scans() -> ResponseReturnValue:
    """A month, or the days that were asked for."""
    problem = ""
    try:
        found = _asked()
    except SpanError:
        problem, found = "span", scan_report(the_parts().desk.engine, own_enterprise(), ("", ""), now=_now())
    products = [one for one in the_parts().desk.reviews.own(own_enterprise()) if not one.lot]
    page = render_template(
        "enterprise/scans.html", found=found, bars=_bars(found), products=products, problem=problem, high=_HIGH
    )
    return (page, 422) if problem else page


@blueprint.get("/enterprise/scans.csv", defaults={"form": "csv"})
@blueprint.get("/enterprise/scans.json", defaults={"form": "json"})
def counts(form: str) -> ResponseReturnValue:
    """The same as a file: CSV, or JSON."""
    try:
        found = _asked()
    except SpanError as error:
        return str(error), 422
    if form == "json":
        rows = [{"day": r.day, "province": r.province, "result": r.result, "scans": r.count} for r in found.rows]
        return jsonify(first=found.first.isoformat(), last=found.last.isoformat(), counts=rows)
    response = Response(found.lines(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f"attachment; filename=scans-{found.first}-{found.last}.csv"
    return response


def _asked() -> ScanReport:
    days = request.args.get("from", ""), request.args.get("to", "")
    return scan_report(the_parts().desk.engine, own_enterprise(), days, request.args.get("gtin", "")[:14], _now())


def _bars(found: ScanReport) -> list[tuple[str, int, float, float, float, float]]:
    """One bar a day: day, count, x, y, width, height."""
    days = found.days()
    most, width = max(count for _, count in days) or 1, _WIDE / len(days)
    thick, tall = round(max(1.0, width - 2), 2), [(day, count, _HIGH * count / most) for day, count in days]
    return [
        (day.isoformat(), count, round(place * width, 2), round(_HIGH - height, 2), thick, round(height, 2))
        for place, (day, count, height) in enumerate(tall)
    ]


def _now() -> int:
    return time.time_ns() // 1_000_000
