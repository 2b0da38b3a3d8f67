"""The barest programs that gunicorn can serve: one Flask route, one WSGI callable, one static body of 6 KB."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from flask import Flask

BODY = os.urandom(3072).hex().encode()  # 6,144 bytes


def hello() -> Flask:
    """Flask with one route, and nothing else."""
    app = Flask(__name__)

    @app.get("/<path:anything>")
    def page(anything: str) -> bytes:  # noqa: ARG001 - asked for the same paths as the service
        return BODY

    return app


def wsgi(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:  # noqa: ARG001 - WSGI's interface
    """A callable that says the same to all: the server's own limit."""
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(BODY)))])
    return [BODY]
