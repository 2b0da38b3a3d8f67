"""Pages for everybody: no login, no location, no cookie."""

from __future__ import annotations

from flask import Blueprint

from .demo import demo
from .home import home
from .pictures import pictures
from .result import result
from .scan import scan

public = Blueprint("public", __name__)
for _part in (home, scan, demo, pictures, result):
    public.register_blueprint(_part)
