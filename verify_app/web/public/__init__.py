"""Pages for everybody: no login, no location, no cookie."""

from __future__ import annotations

from flask import Blueprint

from . import demo, embed, frame, help, holder, home, offline, pictures, report, result, scan, styleguide

public = Blueprint("public", __name__)
for _pages in (home, scan, frame, embed, help, offline, demo, pictures, styleguide, report, holder, result):
    public.register_blueprint(_pages.blueprint)
