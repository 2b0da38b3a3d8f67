"""JSON API, version 1: the same scan as the pages', for programs."""

from __future__ import annotations

from .answers import answer_json
from .routes import api_v1

__all__ = ["answer_json", "api_v1"]
