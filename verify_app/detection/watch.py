"""What the service adds to a visit before it is recorded, and what it makes of a verdict before it is told.

Only this process's own memory is used: it costs microseconds, and its loss costs nothing but attention. What must be
remembered is in the history engine and the ledger.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from threading import Lock
from typing import Protocol

from ..domain.circumstances import circumstances, keep_until
from ..domain.code import Code
from ..domain.evidence import Circumstances, Network
from ..domain.history import History
from ..domain.passport import ItemState, Passport
from ..domain.scan import Actor, Entry, Visit, VisitKind
from ..domain.verdict import Reason, Verdict
from .guard import Asked, Guard
from .holding import Holding

STEADY_MS = 30 * 60_000
_MOST = 20_000  # verdicts remembered
_BY_SCANS = frozenset({Reason.VALID, Reason.CHECK_PACK, Reason.REPEATED, Reason.IMPOSSIBLE_TRAVEL, Reason.WRONG_MARKET})


class Flagged(Protocol):
    """Clients that the background worker, which sees all processes' scans, found to try codes out."""

    def __contains__(self, client: int) -> bool: ...


class Watch:
    """The eyes of one process; threads share it."""

    def __init__(self, flagged: Flagged = frozenset(), guesses_a_minute: int = 0) -> None:
        self._flagged = flagged
        self._holding = Holding(guesses_a_minute)
        self._guard = Guard()
        self._looking = Lock()
        self._told: OrderedDict[tuple[str, bytes], tuple[int, Verdict]] = OrderedDict()
        self._telling = Lock()

    def admit(self, passport: Passport | None, visit: Visit) -> None:
        """Let a scan be answered. Raises `HeldOff` for one more code that does not exist, of a client who has asked for
        thousands of them."""
        if passport is None or passport.item is None:
            self._holding.admit(passport, visit)

    def seen(self, code: Code, passport: Passport | None, visit: Visit) -> Visit:
        """The visit with what is known of this scan of a registered lot or item; others are left as they are."""
        if passport is None or not (code.lot or code.serial):
            return visit
        if not code.serial:
            there = circumstances(passport, visit, code.identity, flagged=False)
            return visit.told(replace(there, unlisted=False))
        there = circumstances(passport, visit, code.identity, flagged=self._tries(code, passport, visit))
        return visit.told(there, keep_until(passport))

    def steady(self, verdict: Verdict, code: Code, visit: Visit, history: History | None) -> Verdict:
        """The verdict, or for a visitor who looks again within half an hour the one that he was told: nobody learns a
        threshold by asking again and again. Recalls, dates and what the registry says are never held back."""
        if history is None or not code.serial or visit.kind is not VisitKind.SCAN:
            return verdict
        key = (code.identity, visit.visitor)
        with self._telling:
            when, before = self._told.get(key, (0, verdict))
            if not (history.repeat and visit.when - when < STEADY_MS):
                self._told[key] = (visit.when, verdict)
                self._told.move_to_end(key)
                if len(self._told) > _MOST:
                    self._told.popitem(last=False)
                return verdict
        if before.reasons == verdict.reasons or not set(before.reasons) ^ set(verdict.reasons) <= _BY_SCANS:
            return verdict
        return replace(before, first_checked=verdict.first_checked)

    def _tries(self, code: Code, passport: Passport, visit: Visit) -> bool:
        if visit.watch is None or visit.kind is not VisitKind.SCAN or visit.actor is not Actor.PUBLIC:
            return False
        if visit.watch[0] in self._flagged:
            return True
        asked = asked_by(visit.watch, code.identity, visit.when, is_odd(passport, visit), visit.origin.network)
        with self._looking:
            return self._guard.look(asked)


def asked_by(watch: tuple[int, int, int], identity: str, when: int, odd: bool, network: Network) -> Asked:
    """A scan as the guard sees it; block and crew are tagged for hosting and foreign networks alone."""
    client, block, crew = watch
    abroad = bool(block) and network is not Network.HOSTING
    return Asked(client, block, crew, network, abroad, hash(identity) or 1, odd, when)


def is_odd(passport: Passport, visit: Visit) -> bool:
    """Whether nobody can hold what was asked for: the serial does not exist (and was not typed, and is none of a lot
    whose producer has yet to send some: shops and warehouses count such goods), or the item has not left its producer
    and is asked for from far away."""
    strange = visit.origin.network is Network.HOSTING or visit.country not in ("", "VN")
    if passport.item is None:
        late = passport.lot is not None and not passport.lot.complete
        return visit.entry is not Entry.TYPED and (strange or not late)
    return strange and passport.model.books_shipments and passport.item.state is ItemState.COMMISSIONED


def odd_by(seen: Circumstances, typed: bool, lot: str = "") -> bool:
    """The same from the circumstances that travelled with the event; a code that names a `lot` may be of a late one."""
    strange = seen.network is Network.HOSTING or seen.abroad
    if seen.unlisted:
        return not typed and (strange or seen.complete or not lot)
    return seen.unshipped and strange
