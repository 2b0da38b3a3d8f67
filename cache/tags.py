"""Generations of tags: how a purge reaches entries that nobody can list.

An entry remembers the generation that each of its tags had when its loading began. A purge raises the tag's
generation; entries of an older one are no longer used. So a purge costs the same for one entry and for a million,
and a load that a purge overtakes is not kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock

_MOST = 20_000  # tags with a generation of their own; beyond, everything is purged once and counting begins anew


class Generations:
    """What this process knows of the tags' generations; safe under threads."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._lock = Lock()
        self._epoch = 0
        self.purges = 0  # how many purges this process knows of
        self._numbers: dict[str, int] = {}

    def of(self, tags: tuple[str, ...]) -> tuple[int, ...]:
        """Marks for an entry with these tags: equal marks later mean that nothing was purged meanwhile."""
        numbers = self._numbers
        return (self._epoch, *(numbers.get(tag, 0) for tag in tags))

    def purge(self, tags: Iterable[str]) -> None:
        """Raise the generations of some tags."""
        with self._lock:
            for tag in tags:
                self._numbers[tag] = self._numbers.get(tag, 0) + 1
                self.purges += 1
            full = len(self._numbers) > self._most
        if full:
            self.purge_all()

    def purge_all(self) -> None:
        """Raise the generation of every tag, known or not."""
        with self._lock:
            self._epoch += 1  # before the numbers go: no reader may see old numbers with an old epoch come true again
            self._numbers = {}
            self.purges += 1
