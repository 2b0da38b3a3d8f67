"""Detectors of more than one code: shipments that are sold elsewhere, lot codes that stand on too many things.

What they have seen lives in the memory of one worker: a restart begins anew, so that nothing of a household is kept
that the ledger does not keep. Several workers see a part of the scans each, and find what they see later.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

import sqlalchemy as sa

from ..detection.alerts import VERSION, Happened
from ..detection.diversion import Diversion, Seen
from ..detection.overrun import Overrun, Whence
from ..domain.alert import Alert, Rule
from ..domain.circumstances import is_province, shipment_of
from ..domain.code import Code
from ..domain.evidence import Circumstances, Network
from ..domain.passport import LotPart
from ..domain.provinces import FOREIGN, REACH_KM, distance_to_province, people_beyond
from ..domain.verdict import Level
from ..store.engine import ask
from ..store.ledger import LedgerRow
from ..store.passports import find

_STEP = 0.05  # degrees of a cell
_ASK_AGAIN_MS = 600_000  # a lot without known markets is asked for again after so long
_MOST = 10_000


class LotDetectors:
    """Looks at public scans in the order in which they come."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._diversion, self._overrun = Diversion(), Overrun()
        self._idle: OrderedDict[tuple[str, str], int] = OrderedDict()  # lots sent nowhere that we know

    def look(self, row: LedgerRow, scan: Happened) -> Iterator[Alert]:
        """Alerts that this scan gives rise to. Raises `StoreUnavailable`."""
        seen = scan.seen
        if seen.flagged or seen.unlisted or seen.invalid or seen.network is Network.HOSTING:
            return
        if row.serial:
            yield from self._diverted(row, scan)
        elif row.lot:
            yield from self._overran(row, scan)

    def _diverted(self, row: LedgerRow, scan: Happened) -> Iterator[Alert]:
        """`client` of the scan is the source: the same household counts once a day."""
        key = (row.gtin, row.lot)
        tells = bool(row.country) and bool(scan.client) and not scan.seen.unshipped
        walker = scan.seen.abroad and scan.seen.vague  # a program that walks through one lot is no buyer
        if not tells or walker or (row.lot and row.when - self._idle.get(key, -_ASK_AGAIN_MS) < _ASK_AGAIN_MS):
            return
        code = Code("01", row.gtin, ((("10", row.lot),) if row.lot else ()) + (("21", row.serial),))
        passport = ask(self._engine, lambda connection: find(connection, code))
        if passport is None or passport.lot is None or not any(one.market for one in passport.lot.shipments):
            self._idle[key] = row.when
            if len(self._idle) > _MOST:
                self._idle.popitem(last=False)
            return
        shipment = shipment_of(passport)
        if shipment is None or not shipment.market:
            return
        market, country = (int(shipment.market), "VN") if is_province(shipment.market) else (FOREIGN, shipment.market)
        name = f"{row.gtin}/{passport.lot.lot}/{shipment.id}"
        look = Seen(scan.client, hash(row.identity), row.country, _degrees(scan.seen), scan.seen.sure, row.region)
        if self._diversion.look(name, market, country, look):
            yield Alert(f"{Rule.DIVERTED_SHIPMENT}:{name}", Rule.DIVERTED_SHIPMENT, VERSION, f"shipment:{name}",
                        row.when, row.when, Level.CAUTION, self._diversion.odds(name), row.gtin, passport.lot.lot,
                        places=scan.places, evidence=self._diversion.facts(name),
                        contributions=(("sold elsewhere", self._diversion.odds(name)),),
                        note=f"sent to {shipment.market}")  # fmt: skip

    def _overran(self, row: LedgerRow, scan: Happened) -> Iterator[Alert]:
        passport = ask(self._engine, lambda connection: find(connection, Code("01", row.gtin, (("10", row.lot),))))
        if passport is None or passport.lot is None:
            return
        name, lot = f"{row.gtin}/{row.lot}", passport.lot
        size = max(lot.declared, lot.uploaded)
        level = self._overrun.look(name, row.prior_others + 1, size, row.when, _whence(row, scan, lot))
        if level is Level.ALERT:
            evidence, weights = self._overrun.facts(name)
            yield Alert(f"{Rule.LOT_OVERRUN}:{name}", Rule.LOT_OVERRUN, VERSION, row.identity, row.when, row.when,
                        level, sum(weight for _, weight in weights), row.gtin, row.lot, places=scan.places,
                        evidence=(("size", float(size)), *evidence), contributions=weights)  # fmt: skip


def _degrees(seen: Circumstances) -> tuple[float, float] | None:
    return (seen.place[0] * _STEP, seen.place[1] * _STEP) if seen.place else None


def _whence(row: LedgerRow, scan: Happened, lot: LotPart) -> Whence | None:
    """How the scan's place fits to the lot's markets; None if nobody can tell."""
    place = _degrees(scan.seen)
    home = tuple(sorted({int(one.market) for one in lot.shipments if is_province(one.market)}))
    if not home or place is None or row.country != "VN":
        return None
    away = min(distance_to_province(market, *place) for market in home) > REACH_KM
    unknown = sum(not one.market for one in lot.shipments) / len(lot.shipments)
    return Whence(away, people_beyond(home, REACH_KM), unknown)
