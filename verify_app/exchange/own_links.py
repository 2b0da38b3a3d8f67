"""The links that this service itself offers for every code that it knows: to its own pages."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from ..domain.code import Code
from ..domain.link import Link, primary_path

PASSPORT = "/passport"  # before a code's path: always our own page, wherever the enterprise's default link leads
_PAGE = ("dpp", "pip", "traceability", "certificationInfo", "recallStatus", "safetyInfo", "epil")


def own_links(code: Code, base: str, offered: tuple[Link, ...], title: Callable[[str], str]) -> tuple[Link, ...]:
    """Our links at each level of a known code's path, of the types that its enterprise offers at none of them.

    `base` is the public address without a slash at its end; `title` gives the title of a link type in the language of
    the request. Where the enterprise set no default link, one of ours is the default of each level.
    """
    taken = {link.rel for link in offered if link.public}
    kinds = [rel for rel in _PAGE if rel not in taken] or [_PAGE[0]]
    needs_default = not any(link.default and link.public for link in offered)
    found = []
    for path in _chain(code):
        page = f"{base}{PASSPORT}{primary_path(code)}{path}"
        found += [
            Link(path, rel, page, title(rel), media_type="text/html", default=needs_default and rel == kinds[0])
            for rel in kinds
        ]
    service = verification_path(code)
    if service and "verificationService" not in taken:
        path, rel = _chain(code)[0], "verificationService"
        found.append(Link(path, rel, base + service, title(rel), media_type="application/json"))
    return tuple(found)


def verification_path(code: Code) -> str:
    """Path of the verification message for one item (GS1 Lightweight Messaging); "" for a code that lacks its GTIN,
    lot or serial number."""
    serial = dict(code.qualifiers).get("21", "")
    if not (code.gtin and code.lot and serial):
        return ""
    return f"/verify/gtin/{code.gtin}/lot/{quote(code.lot, safe='')}/ser/{quote(serial, safe='')}"


def _chain(code: Code) -> list[str]:
    """Paths below the primary key from the code's own up to "", each one qualifier shorter."""
    parts = [f"/{ai}/{quote(value, safe='')}" for ai, value in code.qualifiers]
    return ["".join(parts[:size]) for size in range(len(parts), -1, -1)]
