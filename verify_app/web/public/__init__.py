"""Pages for everybody: no login, no location, no cookie."""

from __future__ import annotations

from flask import Blueprint

from . import demo, frame, home, pictures, result, scan

public = Blueprint("public", __name__)
for _pages in (home, scan, frame, demo, pictures, result):
    public.register_blueprint(_pages.blueprint)
