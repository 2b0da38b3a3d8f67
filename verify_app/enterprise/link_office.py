"""An enterprise's links for the resolver: where its codes lead, by kind, language, market and time."""

from __future__ import annotations

from collections.abc import Callable

from ..domain.code import Code
from ..domain.link import Link
from ..store.engine import Engine, ask
from ..store.links import Anchored, LinkError, anchors_of, hosts_of, links_at, write_hosts, write_links

__all__ = ["Link", "LinkError", "LinkOffice"]


class LinkOffice:
    """Links of the enterprises of one installation; `purge` shows what was written for a code at once, everywhere."""

    def __init__(self, engine: Engine, purge: Callable[[Code], object]) -> None:
        self._engine, self._purge = engine, purge

    def hosts(self, enterprise_id: str) -> tuple[str, ...]:
        """Hosts that an enterprise may link to."""
        return ask(self._engine, lambda connection: hosts_of(connection, enterprise_id))

    def allow(self, enterprise_id: str, hosts: tuple[str, ...]) -> None:
        """Set those hosts, in place of those before. Raises `LinkError`."""
        write_hosts(self._engine, enterprise_id, hosts)

    def anchors(self, enterprise_id: str) -> tuple[tuple[str, int], ...]:
        """Addresses at which an enterprise has links, with how many."""
        return ask(self._engine, lambda connection: anchors_of(connection, enterprise_id))

    def at(self, enterprise_id: str, path: str) -> tuple[Link, ...]:
        """Links of an enterprise at one address. Raises `LinkError` for what is no address of a code."""
        return ask(self._engine, lambda connection: links_at(connection, enterprise_id, path))

    def write(self, enterprise_id: str, path: str, links: tuple[Link, ...]) -> None:
        """Set the links at one address, in place of those before; none removes it. Raises `LinkError`."""
        self._purge(write_links(self._engine, Anchored(path, enterprise_id, links)))
