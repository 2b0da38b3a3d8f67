"""The signed-in part of the web: an application of its own, so that a shopper's scan knows nothing of sessions.

Both stand behind one address. `Doors` sends what begins with one of `PREFIXES` here and all else to the public
application, which has no session, no cookie and no account code in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any

from flask import Flask, Response

from . import assets
from .parts import Parts
from .web import accounts, compression, errors, headers, language, limits
from .web.accounts.pages import account_pages
from .web.accounts.ways import teach_templates
from .web.desk import desk
from .web.enterprise import portal

PREFIXES = ("/account", "/desk", "/enterprise")
BLUEPRINTS = (account_pages, desk, portal)


def create_signed_in_app(parts: Parts) -> Flask:
    """Make the application of the signed-in pages."""
    app = Flask(__name__, template_folder=str(assets.folder("templates")), static_folder=None)
    app.extensions["parts"] = parts
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    language.teach_templates(app)
    teach_templates(app)
    limits.install(app)
    errors.install(app)
    compression.install(app)
    headers.install(app)
    app.after_request(_private)
    accounts.install(app, parts)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app


class Doors:
    """WSGI callable before the public application. The other one is made when it is first asked for, once."""

    def __init__(self, public: Flask) -> None:
        self._public, self._public_app = public.wsgi_app, public
        self._made: Flask | None = None
        self._lock = Lock()

    @property
    def signed_in(self) -> Flask:
        """The application of the signed-in pages."""
        with self._lock:
            if self._made is None:
                self._made = create_signed_in_app(self._public_app.extensions["parts"])
                self._made.testing = self._public_app.testing
            return self._made

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request by the application that its path belongs to."""
        path: str = environ.get("PATH_INFO", "")
        if path.startswith(PREFIXES) and path.partition("/")[2].partition("/")[0] in _FIRST:
            return self.signed_in.wsgi_app(environ, start_response)
        return self._public(environ, start_response)


_FIRST = frozenset(prefix[1:] for prefix in PREFIXES)


def _private(response: Response) -> Response:
    """Signed-in pages are kept by nobody, and tell other sites nothing; our own pages learn where a form came from."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    response.vary.add("Cookie")
    return response
