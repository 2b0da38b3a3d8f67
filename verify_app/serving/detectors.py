"""The detectors of the background worker: each batch of scans on its way to the ledger is looked at once.

An event that is delivered again gives the same alerts, which are stored once.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Iterable, Iterator

import redis
import sqlalchemy as sa

from ..detection.alerts import GUESSES, Happened, may_tell, of_evidence, of_facts, tries_codes
from ..detection.guard import Guard
from ..detection.watch import asked_by, odd_by
from ..domain.alert import Alert
from ..domain.circumstances import nature_of
from ..domain.code import Code
from ..domain.policy import Policy
from ..domain.standing import StandingKind
from ..store.cases import close_idle, lock, record_alert_in
from ..store.engine import ask, writing
from ..store.evidence import circumstances
from ..store.flagged import flag
from ..store.ledger import LedgerRow
from ..store.passports import find
from ..store.standing import priors, standings_of
from ..store.stream import Entry
from ..store.told import read_told
from ..store.watched import KEPT_MS, forget_watched
from .lot_detectors import LotDetectors, Sightings

_PRIORS_SECONDS = 2.0  # as often as they are mirrored for the web


class Detectors:
    """Looks at scans and stores the alerts that come of them."""

    def __init__(self, engine: sa.Engine, client: redis.Redis, policies: Callable[[], Policy]) -> None:
        self._engine, self._client, self.policies = engine, client, policies
        self._guard = Guard()
        self._lots = LotDetectors(engine)
        self._priors: dict[str, float] = {}
        self._priors_due = 0.0

    def look(self, rows: Iterable[tuple[Entry, LedgerRow]]) -> int:
        """Look at a batch; returns how many alerts were raised. They are stored in one transaction with what the
        detectors of lots remember. Raises `StoreUnavailable` and `redis.RedisError`."""
        found: list[tuple[str, Alert]] = []
        sightings = Sightings()
        for entry, row in rows:
            if row.kind == "scan" and row.actor == "public" and (row.serial or row.lot) and row.circumstances:
                found += [(row.scan_id, alert) for alert in self._of(entry, row, sightings)]
        if not (found or sightings):
            return 0
        with writing(self._engine) as connection:
            lock(connection)
            parts, of_lots = self._lots.watch(connection, sightings)
            own = (alert for scan_id, alert in found if not (scan_id in parts and alert.rule in GUESSES))
            raised = {alert.key: alert for alert in (*own, *of_lots)}  # of one code the last says most
            for alert in raised.values():
                record_alert_in(connection, alert)
        return len(raised)

    def tidy(self) -> None:
        """Close the cases that fell asleep, forget lots that nobody looks at any more. Raises `StoreUnavailable`."""
        now = time.time_ns() // 1_000_000
        close_idle(self._engine, now)
        with writing(self._engine) as connection:
            forget_watched(connection, now - KEPT_MS)

    def _of(self, entry: Entry, row: LedgerRow, sightings: Sightings) -> Iterator[Alert]:
        seen, watch = circumstances(row.circumstances), row.watch
        scan = Happened(row.identity, row.gtin, row.lot, row.serial, row.when, seen, row.region, row.entry == "typed",
                        watch[0] if watch else 0)  # fmt: skip
        odd = odd_by(seen, scan.typed, row.lot)
        if watch and row.serial and self._guard.look(asked_by(watch, row.identity, row.when, odd, seen.network)):
            flag(self._client, watch[0], row.when)
            yield tries_codes(scan)
            return
        self._lots.sight(row, scan, sightings)
        if row.serial and (found := of_facts(scan)) is not None:
            yield found
        if row.serial and entry.told:
            yield from self._of_told(scan, entry.told)

    def _of_told(self, scan: Happened, told: bytes) -> list[Alert]:
        try:
            gathered = read_told(told)
        except (struct.error, KeyError, IndexError):  # of a newer release
            return []
        rules, prior = self.policies().for_product(scan.gtin), self._prior(scan.gtin)
        if not may_tell(scan, gathered[0], rules, prior):
            return []
        code = Code("01", scan.gtin, ((("10", scan.lot),) if scan.lot else ()) + (("21", scan.serial),))
        passport = ask(self._engine, lambda connection: find(connection, code))
        if passport is None:
            return []
        said = ask(self._engine, lambda connection: standings_of(connection, scan.gtin, scan.serial))
        excused = sum(s.amount for s in said if s.kind is StandingKind.EXCUSED and not s.ended)
        return of_evidence(scan, gathered, rules, nature_of(passport), prior - excused)

    def _prior(self, gtin: str) -> float:
        """What confirmed cases of a product add to the score of its codes, as the web adds it."""
        if time.monotonic() >= self._priors_due:
            self._priors = ask(self._engine, lambda connection: priors(connection, time.time_ns() // 1_000_000))
            self._priors_due = time.monotonic() + _PRIORS_SECONDS
        return self._priors.get(gtin, 0.0)
