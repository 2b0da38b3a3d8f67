"""Counts of an enterprise's scans, for its programs."""

from __future__ import annotations

from flask import Response, request

from ...enterprise.api_keys import Scope
from ...enterprise.scan_report import MOST_DAYS, scan_report
from ..target import the_parts
from .enterprise_schemas import ScanCountAnswer, ScanCounts
from .keyed import needs, now, the_key
from .openapi import Operation, describes
from .routes import api_v1

_DAY = {"type": "string", "format": "date"}


@api_v1.get("/scans/counts")
@describes(
    Operation(
        id="scanCounts",
        summary="How often the enterprise's codes were scanned, by day, province and result",
        description=f"At most {MOST_DAYS} days; without days the last thirty. Provinces with fewer than five scans in "
        "these days are not named. Nothing of any person.",
        answers={200: ("The counts.", "application/json", ScanCounts)},
        problems=(401, 403, 422, 429, 503),
        scope=Scope.READ,
        parameters=(
            {"name": "from", "in": "query", "schema": _DAY},
            {"name": "to", "in": "query", "schema": _DAY},
            {"name": "gtin", "in": "query", "schema": {"type": "string", "pattern": r"^\d{14}$"}},
        ),
    )
)
@needs(Scope.READ)
def scan_counts() -> Response:
    """Counts of scans."""
    days = request.args.get("from", ""), request.args.get("to", "")
    found = scan_report(
        the_parts().desk.engine, the_key().enterprise_id, days, request.args.get("gtin", "")[:14], now()
    )
    answer = ScanCounts(
        first=found.first.isoformat(),
        last=found.last.isoformat(),
        counts=[
            ScanCountAnswer(day=row.day, province=row.province, result=row.result, scans=row.count)  # type: ignore[arg-type]
            for row in found.rows
        ],
    )
    return Response(answer.model_dump_json(), mimetype="application/json")
