"""From a code to the links that its enterprise has set, through the cache; keys and lifetimes as in resolve.py."""

from __future__ import annotations

import sqlalchemy as sa

from cache import Kind

from .at_hand import Cache
from .domain.code import Code
from .domain.link import Link, primary_path
from .resolve import codec_of, gtin_tag, shape_of
from .store.engine import ask
from .store.links import LinksFound, find_deeper_links, find_links

LINKS: Kind[LinksFound] = Kind(f"links.{shape_of(LinksFound)}:", ttl=600, negative_ttl=10, codec=codec_of(LinksFound))
DEEPER: Kind[tuple[Link, ...]] = Kind("deeper:", ttl=60, negative_ttl=10, size=2000)


def key_tag(code: Code) -> str:
    """Tag of all links below a primary key."""
    return f"key:{primary_path(code)}"


class CachedLinks:
    """The links of enterprises behind the cache; safe under threads.

    A GTIN without links costs nothing here: `ModelPart.linked` came with its passport, so nobody asks.
    """

    def __init__(self, engine: sa.Engine, cache: Cache) -> None:
        self._engine, self._cache = engine, cache

    def find(self, code: Code) -> tuple[Link, ...]:
        """Links at all levels of a code, in no order of levels. Raises `StoreUnavailable`."""
        if not code.key.isdigit():
            return ()
        tags = (key_tag(code),)

        def load() -> LinksFound | None:
            found = ask(self._engine, lambda connection: find_links(connection, code))
            return found if found.links or found.deeper else None

        held = self._cache.get_or_load(LINKS, primary_path(code), load, tags)
        if held is None:
            return ()
        if not (held.deeper and code.qualifiers):
            return held.links
        return held.links + (self._cache.get_or_load(DEEPER, code.path, lambda: self._deeper(code), tags) or ())

    def _deeper(self, code: Code) -> tuple[Link, ...] | None:
        return ask(self._engine, lambda connection: find_deeper_links(connection, code)) or None


def purge_links(cache: Cache, code: Code) -> bool:
    """Show the links that were written for an anchor. Call it after the commit; False as for `purge_published`."""
    heard = cache.purge_tag(key_tag(code))
    return (cache.purge_tag(gtin_tag(code.gtin)) if code.gtin else True) and heard
