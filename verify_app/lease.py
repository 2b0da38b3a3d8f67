"""Passports that were put together once and may be used again: a warm scan then looks nothing up and builds nothing.

A lease ends when the first part of its passport expires, and at any purge of anything: purges are rare, and a passport
is put together again in microseconds.
"""

from __future__ import annotations

from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from .domain.code import Code
from .domain.passport import Passport

if TYPE_CHECKING:
    from cache import Moment

_MOST = 8_192  # codes, at about 2 KB each


class Heard(Protocol):
    """What a lease asks of the cache."""

    def unchanged(self, since: Moment) -> bool:
        """Whether nothing was purged since a moment."""


class Leases:
    """Of one process; safe under threads."""

    def __init__(self, heard: Heard) -> None:
        self._heard = heard
        self._held: dict[Code, tuple[Passport, float, Moment]] = {}
        self._lock = Lock()

    def get(self, code: Code) -> Passport | None:
        """The passport of this very object: another one may be spelt otherwise, or carry other attributes."""
        found = self._held.get(code)
        if found is None or found[0].code is not code or found[1] <= monotonic():
            return None
        return found[0] if self._heard.unchanged(found[2]) else None

    def put(self, passport: Passport, until: float, since: Moment) -> None:
        """Lease a passport until an instant of the monotonic clock; `since` is the moment before it was read."""
        with self._lock:
            self._held.pop(passport.code, None)
            if len(self._held) >= _MOST:
                del self._held[next(iter(self._held))]
            self._held[passport.code] = passport, until, since
