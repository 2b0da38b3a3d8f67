"""The small world of `tests/fixtures_web.py` for every test of a page."""

from tests.fixtures_web import world

__all__ = ["world"]
