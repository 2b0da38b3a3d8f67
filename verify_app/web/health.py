"""Health for machines and operators: `/livez`, `/readyz`, `/health`. None of them ever shows a secret or a path."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from flask import Blueprint, Flask, Response, current_app, jsonify, render_template, request

from ..parts import Parts
from ..serving.probes import Health, Part, Watch

health = Blueprint("health", __name__)


def watch(app: Flask) -> Watch:
    """The one watch of an app; its memory of "since when" is shared by all workers of the instance."""
    found: Watch | None = app.extensions.get("verify_app.watch")
    if found is None:
        parts: Parts = app.extensions["parts"]
        made = Watch(parts.probes, parts.settings.data_dir / "health.json")
        found = app.extensions.setdefault("verify_app.watch", made)
    return found


@health.get("/livez")
def livez() -> Response:
    """200 while this process answers at all; says nothing of the engines, so that their failure restarts nobody."""
    return _plain(jsonify(status="ok"))


@health.get("/readyz")
def readyz() -> Response:
    """200 when database and history answer, else 503: send visitors elsewhere while there is an elsewhere."""
    now = watch(current_app).look()
    answer = jsonify(status="not ready" if now.missing else "ok", waiting_for=now.missing)
    answer.status_code = HTTPStatus.SERVICE_UNAVAILABLE if now.missing else HTTPStatus.OK
    return _plain(answer)


@health.get("/health")
def whole() -> Response:
    """State of each part as JSON, or as a page for those who prefer HTML; 503 only when the whole is down."""
    now = watch(current_app).look()
    best = request.accept_mimetypes.best_match(["application/json", "text/html"], default="application/json")
    answer = _page(now) if best == "text/html" else jsonify(_as_json(now))
    answer.status_code = HTTPStatus.SERVICE_UNAVAILABLE if now.status == "down" else HTTPStatus.OK
    answer.headers["Vary"] = "Accept, Accept-Language"
    return _plain(answer)


def _as_json(now: Health) -> dict[str, Any]:
    return {
        "status": now.status,
        "version": version("verify-app"),
        "parts": {name: _part_json(part) for name, part in now.parts.items()},
    }


def _part_json(part: Part) -> dict[str, Any]:
    return {
        "ok": part.ok,
        "note": part.note,
        "value": part.value,
        "since": datetime.fromtimestamp(part.since // 1000, UTC).isoformat() if part.since else None,
    }


def _page(now: Health) -> Response:
    return Response(render_template("health.html", health=now), mimetype="text/html")


def _plain(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    return answer
