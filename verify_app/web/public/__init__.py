"""Pages for everybody: no login, no location, no cookie."""

from __future__ import annotations

from flask import Blueprint

from . import demo, home, pictures, result, scan

public = Blueprint("public", __name__)
for _pages in (home, scan, demo, pictures, result):
    public.register_blueprint(_pages.blueprint)
