"""Pages that exist only beside the demonstration registry."""

from __future__ import annotations

from flask import Blueprint

demo = Blueprint("demo", __name__)


def demo_links(lang: str) -> list[dict[str, str]]:
    return []
