"""What of a passport lies in this process's memory."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any, Protocol, TypeVar

from cache import Entry, Kind, Labels, Moment

Value = TypeVar("Value")


class NotAtHand(LookupError):  # noqa: N818 - reads as a state, like StoreUnavailable
    """What was asked for does not lie in this process's memory."""


class Cache(Protocol):
    """What is asked of a cache: `cache.TieredCache`, or `cache.NoCache`."""

    def get_or_load(
        self, kind: Kind[Value], name: str, load: Callable[[], Value | None], tags: tuple[str, ...] = ()
    ) -> Value | None:
        """Value of a name, loaded if need be."""

    def held(self, kind: Kind[Value], name: str) -> Entry | None:
        """What memory holds under a name, and until when."""

    def renew(self, kind: Kind[Value], name: str, load: Callable[[], Value | None], tags: tuple[str, ...] = ()) -> None:
        """Load a name whose value is stale, behind those who are given it."""

    def unchanged(self, since: Moment) -> bool:
        """Whether nothing was purged since a moment."""

    def moment(self) -> Moment:
        """Now, for `put`."""

    def put(self, kind: Kind[Value], name: str, value: Value | None, labels: Labels) -> None:
        """Keep what was read along with another value."""

    def purge_tag(self, tag: str) -> bool:
        """Use no more what carries the tag; False if other processes may not know yet."""


class Reading:
    """Looks into memory for one passport, without waiting. `until` is when the first of its parts expires; `stale` are
    those that have expired and are to be renewed."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self.since, self.until = cache.moment(), inf
        self.stale: list[tuple[Kind[Any], str]] = []

    def of(self, kind: Kind[Value], name: str) -> Value | None:
        """What memory holds. Raises `NotAtHand`."""
        entry = self._cache.held(kind, name)
        if entry is None:
            raise NotAtHand
        self.until = min(self.until, entry.expires)
        if entry.expires <= self.since.time:
            self.stale.append((kind, name))
        value: Value | None = entry.value
        return value
