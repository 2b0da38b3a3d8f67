"""JSON API, version 1: the same scan as the pages', for programs."""

from __future__ import annotations

from . import batch as _batch  # noqa: F401 - puts its routes into the blueprint
from . import enterprise_routes as _enterprise_routes  # noqa: F401 - the same
from . import event_routes as _event_routes  # noqa: F401 - the same
from . import refusals as _refusals  # noqa: F401 - puts its answers to errors into the blueprint
from . import scan_routes as _scan_routes  # noqa: F401 - the same
from .answers import answer_json
from .routes import api_v1

__all__ = ["answer_json", "api_v1"]
