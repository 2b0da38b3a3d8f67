"""How a client wants to be answered: the same for all its requests, so it is worked out once and remembered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, request

from .compression import accepted
from .errors import wants_json
from .language import words
from .target import base_url

_MOST = 4_096  # remembered manners; browsers send rather few
_HEADERS = ("HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT_ENCODING", "HTTP_HOST", "wsgi.url_scheme",
            "SERVER_NAME", "SERVER_PORT")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Manner:
    """Page or JSON, in which language, below which public address, in which encoding ("br", "gzip" or "")."""

    json: bool
    lang: str
    base: str
    encoding: str


class Manners:
    """The manners of clients, worked out by the application's own functions. Safe under threads."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._known: dict[tuple[Any, ...], Manner | None] = {}

    def of(self, environ: dict[str, Any]) -> Manner | None:
        """Manner of a request without a query; None for one that only the application itself can answer."""
        key = tuple(map(environ.get, _HEADERS))
        if key in self._known:
            return self._known[key]
        found = self._work_out(environ)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[key] = found
        return found

    def _work_out(self, environ: dict[str, Any]) -> Manner | None:
        if "+json" in environ.get("HTTP_ACCEPT", "").lower():  # linksets and JSON-LD are the resolver's
            return None
        try:
            with self._app.request_context(environ):
                return Manner(wants_json(), words().lang, base_url(request), accepted(request))
        except Exception:  # noqa: BLE001 - whatever is wrong with these headers, the application says it
            return None
