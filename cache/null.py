"""The cache that holds nothing, for tests, tools and comparisons."""

from __future__ import annotations

from collections.abc import Callable

from .kind import Kind, Value
from .stats import Stats
from .tiered import Labels, Moment


class NoCache:
    """Same interface as `TieredCache`; every call loads."""

    def __init__(self) -> None:
        self.stats = Stats()

    def get_or_load(
        self,
        kind: Kind[Value],  # noqa: ARG002 - the interface of TieredCache
        name: str,  # noqa: ARG002
        load: Callable[[], Value | None],
        tags: tuple[str, ...] = (),  # noqa: ARG002
    ) -> Value | None:
        """`load()`."""
        self.stats.count("loads")
        return load()

    def moment(self) -> Moment:
        """A moment before anything."""
        return Moment(0.0, 0)

    def put(self, kind: Kind[Value], name: str, value: Value | None, labels: Labels) -> None:
        """Keep nothing."""

    def purge_tag(self, tag: str) -> bool:  # noqa: ARG002
        """Nothing is held: True."""
        self.stats.count("purges")
        return True

    def clear(self) -> None:
        """Nothing is held."""

    def close(self) -> None:
        """Nothing is open."""
