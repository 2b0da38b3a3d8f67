"""Which of several links of one type a client wants (GS1-Conformant Resolver Standard 1.2.0, clause 2.6.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .link import LINKSET, Link

LINKSET_TYPE = "application/linkset+json"  # RFC 9264
_LINKSET_WORDS = (LINKSET, "all")  # "all" is deprecated since 1.0.0 and still tolerated


@dataclass(frozen=True, slots=True)
class Wish:
    """What a request says of the link it wants: raw Accept and Accept-Language, and the `context` of its query."""

    accept: str = ""
    languages: str = ""
    context: str = ""


def preferences(header: str) -> list[tuple[str, float]]:
    """(value in lower case, quality) pairs of an Accept or Accept-Language header, the best first; a pair with quality
    0 means "not this". Parts that cannot be read are left out (RFC 9110, clause 12.4.2)."""
    found = []
    for part in header.split(","):
        value, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                quality = _quality(parameter[2:])
        if value and quality >= 0:
            found.append((value, quality))
    return sorted(found, key=lambda pair: -pair[1])


def wants_linkset(link_type: str, accept: str) -> bool:
    """Whether a request asks for the list of all links: by its `linkType`, or by an Accept header that names the
    linkset's media type and does not prefer another one."""
    if link_type:
        return link_type in _LINKSET_WORDS
    wanted = preferences(accept)
    asked = next((quality for value, quality in wanted if value == LINKSET_TYPE), 0.0)
    return asked > 0 and asked >= max(quality for _, quality in wanted)


def asks_resolver(link_type: str, accept: str) -> bool:
    """THE test whether a request for a code's address is for the resolver (a linkset, one type of link, or JSON-LD)
    and not for the page or its JSON. Cheap: most requests have no `linkType`, and no "ld+json" or "linkset"."""
    return bool(link_type) or wants_linkset("", accept) or wants_json_ld(accept)


def wants_json_ld(accept: str) -> bool:
    """Whether JSON-LD is preferred to a page and to plain JSON."""
    if "ld+json" not in accept:
        return False
    wanted = dict(reversed(preferences(accept)))
    asked = wanted.get("application/ld+json", 0.0)
    others = (quality for value, quality in wanted.items() if value in ("text/html", "application/json"))
    return asked > 0 and asked >= max(others, default=0.0)


def best(links: Sequence[Link], wish: Wish) -> list[Link]:
    """The links that fit a wish best: one where the request decides, several where it cannot (300 Multiple Choices).

    Media type decides first, then language (with quality values; "en-GB" falls back to "en", "vi" takes "vi-VN"),
    then context. What nobody asked for decides nothing: a wish that no link meets leaves all.
    """
    chosen = _by_media_type(list(links), preferences(wish.accept))
    chosen = _by_language(chosen, preferences(wish.languages))
    chosen = _by_context(chosen, wish.context)
    if len(chosen) > 1:
        chosen = [link for link in chosen if link.default] or chosen
    return chosen


def _by_media_type(links: list[Link], wanted: list[tuple[str, float]]) -> list[Link]:
    def quality(link: Link) -> float:
        kind = link.media_type.lower()
        for pattern in (kind, kind.partition("/")[0] + "/*", "*/*"):
            for value, given in wanted:
                if value == pattern:
                    return given
        return 0.0

    ranked = {id(link): quality(link) for link in links}
    top = max(ranked.values(), default=0.0)
    return [link for link in links if ranked[id(link)] == top] if top > 0 else links


def _by_language(links: list[Link], wanted: list[tuple[str, float]]) -> list[Link]:
    refused = {value for value, quality in wanted if quality == 0}
    for value, quality in wanted:
        if not quality or value == "*":
            continue
        candidate = value
        while candidate:
            if hit := [link for link in links if candidate in _tags(link)]:
                return hit
            candidate = candidate.rpartition("-")[0]
        if hit := [link for link in links if any(tag.startswith(value + "-") for tag in _tags(link))]:
            return hit
    neutral = [link for link in links if not link.hreflang]
    return neutral or [link for link in links if not refused & set(_tags(link))] or links


def _by_context(links: list[Link], context: str) -> list[Link]:
    if context and (hit := [link for link in links if context in link.context]):
        return hit
    return [link for link in links if not link.context] or links


def _tags(link: Link) -> list[str]:
    return [tag.lower() for tag in link.hreflang]


def _quality(text: str) -> float:
    try:
        quality = float(text)
    except ValueError:
        return -1.0
    return quality if 0 <= quality <= 1 else -1.0
