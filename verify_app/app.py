"""The web application: joins the parts and the pages, and nothing else."""

from __future__ import annotations

from flask import Flask

from . import assets
from .parts import Parts, build
from .settings import Settings
from .signed_in import Doors
from .web import compression, errors, headers, language, limits
from .web.api_v1 import api_v1
from .web.health import health
from .web.metrics import metrics
from .web.public import public
from .web.resolver import blueprint as resolver
from .web.static_files import static_pages
from .web.target import AnyPath
from .web.verification import blueprint as verification


def create_app(settings: Settings, parts: Parts | None = None) -> Flask:
    """Make the application. `parts` None: built from the settings. The parts lie in `app.extensions["parts"]`."""
    app = Flask(__name__, template_folder=str(assets.folder("templates")), static_folder=None)
    app.extensions["parts"] = parts or build(settings)
    app.url_map.merge_slashes = False  # a serial may hold "%2F%2F"
    app.url_map.converters["path"] = AnyPath
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    language.teach_templates(app)
    limits.install(app)
    errors.install(app)
    compression.install(app)
    headers.install(app)
    for blueprint in (health, metrics, static_pages, api_v1, resolver, verification, public):
        app.register_blueprint(blueprint)
    app.wsgi_app = Doors(app)  # type: ignore[method-assign]
    return app
