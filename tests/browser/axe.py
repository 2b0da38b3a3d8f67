"""axe-core against a page: the rules of WCAG 2.0 to 2.2, A and AA, and its good practices."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from playwright.sync_api import Page

_OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
LOOKS = ("color-contrast", "target-size", "link-in-text-block", "scrollable-region-focusable")
"""Rules whose outcome may change with the colours or the size of a page; all others read what it says."""


@cache
def _source() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def findings(page: Page, ignore: tuple[str, ...] = (), only: tuple[str, ...] = ()) -> list[str]:
    """What axe-core finds on the page as it stands, but for some rules: rule, element and reason of each. `only`:
    these rules and no others."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_source())
    options = {**_OPTIONS, "runOnly": list(only)} if only else _OPTIONS
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [
        f"{rule['id']}: {node['target']} {node.get('failureSummary', '')}"
        for rule in found
        if rule["id"] not in ignore
        for node in rule["nodes"]
    ]
