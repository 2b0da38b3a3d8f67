"""Pages for everybody: no login, no location, no cookie."""

from __future__ import annotations

from flask import Blueprint

from . import demo, frame, help, home, offline, pictures, result, scan

public = Blueprint("public", __name__)
for _pages in (home, scan, frame, help, offline, demo, pictures, result):
    public.register_blueprint(_pages.blueprint)
