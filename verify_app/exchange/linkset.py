"""Links as a linkset (RFC 9264, GS1-Conformant Resolver Standard 1.2.0), and which of them answers a request.

The linkset holds no `description`: GS1's own test suite takes every member but `anchor` and the deprecated
`itemDescription` for a link type, and the schema does not ask for it. The links' titles name the thing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from ..domain.code import Code
from ..domain.link import DEFAULT_LINK, VOCABULARY, Link, by_level, default_of, of_type, primary_path
from ..domain.negotiation import LINKSET_TYPE, Wish, best

CONTEXT = "https://ref.gs1.org/standards/resolver/linkset-context"
LINK = "link"  # in small letters, as HTTP/2 has all names: GS1's test suite finds it in no other spelling
CONTEXT_HEADER = f'<{CONTEXT}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
Levels = list[tuple[str, list[Link]]]


@dataclass(frozen=True, slots=True)
class Offer:
    """All links of one code at one moment, as one request may see them; `levels` from the finest up."""

    code: Code
    base: str  # public address of the service without a slash at its end
    levels: Levels

    @classmethod
    def of(cls, code: Code, base: str, links: tuple[Link, ...], now: int) -> Offer:
        """The public links in force at `now` (UTC milliseconds)."""
        return cls(code, base, by_level(code, links, now))

    @property
    def default(self) -> Link | None:
        """The one default link of the code, None where nobody set one."""
        return default_of(self.levels)

    def document(self) -> dict[str, Any]:
        """The linkset of all levels, the code's own first."""
        return {"linkset": [self._context(path, links) for path, links in self.levels]}

    def choices(self, rel: str, wish: Wish) -> tuple[str, list[Link]]:
        """Level and best links of a type: one to redirect to, several where the request cannot decide, none where no
        level has the type. The finest level that has the type answers, also where another fits the wish better."""
        path, links = of_type(self.levels, rel)
        return path, best(links, wish)

    def choice_document(self, path: str, links: list[Link]) -> dict[str, Any]:
        """The linkset of several equal candidates, for 300 Multiple Choices."""
        return {"linkset": [self._context(path, links)]}

    def _context(self, path: str, links: list[Link]) -> dict[str, Any]:
        entry: dict[str, Any] = {"anchor": self.base + primary_path(self.code) + path}
        for link in links:
            entry.setdefault(VOCABULARY + link.rel, []).append(_target(link))
        if default := next((link for link in links if link.default), None):
            entry[VOCABULARY + DEFAULT_LINK] = [{"href": default.href, "title": default.title}]
        return entry


def location(link: Link, query: str) -> str:
    """Where a redirect leads: the link's target with the raw query string of the request behind its own, unless the
    enterprise does not want it."""
    if not (query and link.forwards_query):
        return link.href
    target, mark, fragment = link.href.partition("#")
    return f"{target}{'&' if '?' in target else '?'}{query}{mark}{fragment}"


def code_headers(base: str, code: Code) -> dict[str, str]:
    """Headers of every answer at a code's address: where its canonical page and its linkset are, and that scripts of
    any site may read it (no cookie and no secret is involved)."""
    here = base + code.path
    links = [f'<{here}>; rel="canonical"']
    if code.key.isdigit():
        links.append(f'<{here}?linkType=linkset>; rel="linkset"; type="{LINKSET_TYPE}"')
    return {LINK: ", ".join(links), **CORS}


def embed_link(base: str, code: Code) -> str:
    """The entry of a Link header that leads sites to oEmbed (oEmbed 1.0, 4: discovery), "" for what is no product. It
    names the product or lot, for oEmbed leaves serials out, and is short: it stands before the page's first bytes."""
    if code.key != "01":
        return ""
    shown = replace(code, qualifiers=tuple(pair for pair in code.qualifiers if pair[0] == "10"))
    return f'<{base}/oembed?url={quote(base + shown.path, safe="")}>; rel="alternate"; type="application/json+oembed"'


CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Accept-Language, Content-Type",
    "Access-Control-Expose-Headers": "Link, Location, Retry-After",
}


def _target(link: Link) -> dict[str, Any]:
    target: dict[str, Any] = {"href": link.href, "title": link.title}
    if link.media_type:
        target["type"] = link.media_type
    if link.hreflang:
        target["hreflang"] = list(link.hreflang)
    if link.context:
        target["context"] = list(link.context)
    if not link.forwards_query:
        target["fwqs"] = False
    return target
