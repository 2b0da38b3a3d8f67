"""Who asks for thousands of codes that do not exist is not answered for a while: each guess would cost the registry a
question, the history a place and the ledger a row.

A code that exists is always answered, whoever asks: a neighbour behind the same address loses nothing but the answer to
a slip of the finger. A client is an address, known by a keyed tag alone; who signed in is never held off, nor is who
comes from a network of our own.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from ..domain.evidence import Network
from ..domain.passport import Passport
from ..domain.scan import Actor, HeldOff, Visit, VisitKind

_AT_ONCE = 1_200  # guesses: more than a full batch of the API
_CARRIER = 4  # times as much for a carrier's gateway, which stands for many people
_MOST = 100_000  # clients remembered; the longest silent are forgotten


class Holding:
    """Of one process; threads share it. `a_minute`: guesses that a client may go on with after `_AT_ONCE`, 0: any."""

    def __init__(self, a_minute: int) -> None:
        self._refill = a_minute / 60_000  # a millisecond
        self._left: OrderedDict[int, tuple[float, int]] = OrderedDict()  # guesses left, and when that was
        self._lock = Lock()

    def admit(self, passport: Passport | None, visit: Visit) -> None:
        """Let a scan be answered. Raises `HeldOff` for a guess of a client who has made too many."""
        if passport is not None and (passport.item is not None or not passport.code.serial):
            return
        if visit.watch is None or not self._refill or visit.actor is not Actor.PUBLIC:
            return
        if visit.kind is VisitKind.SCAN and not self._take(visit.watch[0], visit):
            raise HeldOff

    def _take(self, client: int, visit: Visit) -> bool:
        many = _CARRIER if visit.origin.network is Network.CARRIER else 1
        with self._lock:
            left, before = self._left.pop(client, (float(many * _AT_ONCE), visit.when))
            left = min(many * _AT_ONCE, left + max(0, visit.when - before) * many * self._refill)
            taken = left >= 1
            self._left[client] = left - taken, max(before, visit.when)
            if len(self._left) > _MOST:
                self._left.popitem(last=False)
        return taken
