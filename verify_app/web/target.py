"""The request target as the client wrote it. A serial may hold "%2F": a decoded path would cut it in two."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from flask import Request, current_app
from werkzeug.routing import PathConverter

from ..parts import Parts


class AnyPath(PathConverter):
    """The rest of a path, line breaks included: a code that holds one is refused (400), not an unknown page (404)."""

    regex = f"(?s:{PathConverter.regex})"


def raw_target(request: Request) -> str:
    """Path and query as they came over the wire, undecoded; without the host that some proxies put before them."""
    raw = str(request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or "")
    if not raw:
        query = request.query_string.decode("latin-1")
        return quote(request.path) + (f"?{query}" if query else "")
    if raw.startswith("/"):
        return raw
    parts = urlsplit(raw)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def the_parts() -> Parts:
    """The parts of the running application."""
    parts: Parts = current_app.extensions["parts"]
    return parts


def base_url(request: Request) -> str:
    """Public base of the service without a slash at its end: PUBLIC_URL, else as the client asked."""
    return the_parts().settings.public_url or request.url_root.rstrip("/")
