"""Detectors of more than one code: shipments that are sold elsewhere, lot codes that stand on too many things, serials
of a lot that somebody tries out slowly or that its producer has yet to send.

What they remember is in the database (store/watched.py) and changes with the alerts in one transaction, under the lock
of the cases: a batch that is delivered again changes nothing, and several workers see together what one would see.
"""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from hashlib import blake2b

import msgspec
import sqlalchemy as sa

from ..detection.alerts import (
    VERSION,
    Happened,
    is_late,
    late_upload,
    slow_enumeration,
    touch_of,
)
from ..detection.diversion import Diversion, Seen
from ..detection.diversion import Watched as WatchedShipment
from ..detection.overrun import Overrun, Whence
from ..detection.overrun import Watched as WatchedLot
from ..detection.walks import Touch, Walk, step
from ..domain.alert import Alert, Rule
from ..domain.circumstances import is_province, shipment_of
from ..domain.code import Code
from ..domain.evidence import Circumstances, Network
from ..domain.passport import LotPart
from ..domain.provinces import FOREIGN, REACH_KM, distance_to_province, people_beyond
from ..domain.verdict import Level
from ..store import watched
from ..store.engine import ask
from ..store.ledger import LedgerRow
from ..store.passports import find
from ..store.watched import LotKey, ShipmentKey, ShipmentState

_STEP = 0.05  # degrees of a cell
_DAY_MS = 86_400_000
_ASK_AGAIN_MS = 600_000  # a lot without known markets is asked for again after so long
_MOST = 10_000
_USUAL_SECONDS = 60.0  # so long what is usual of other lots is taken from memory


@dataclass(frozen=True, slots=True)
class _AtShipment:
    key: ShipmentKey
    market: str
    seen: Seen
    scan: Happened


@dataclass(frozen=True, slots=True)
class _AtLot:
    key: LotKey
    visitors: int
    size: int
    whence: Whence | None
    scan: Happened


@dataclass(frozen=True, slots=True)
class _AtSerial:
    key: LotKey
    scan_id: str
    item: int
    touch: Touch | None
    scan: Happened


@dataclass(slots=True)
class Sightings:
    """What the scans of one batch show of lots and shipments."""

    shipments: list[_AtShipment] = field(default_factory=list)
    lots: list[_AtLot] = field(default_factory=list)
    serials: list[_AtSerial] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.shipments or self.lots or self.serials)


@dataclass(slots=True)
class _Serials:
    """What is remembered of a lot's strange serials."""

    late: list[int] = field(default_factory=list)
    walk: Walk = field(default_factory=Walk)


_shipment = msgspec.json.Decoder(WatchedShipment)
_serials = msgspec.json.Decoder(_Serials)


class LotDetectors:
    """Looks at public scans; what it remembers itself is only what the registry need not be asked again."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._idle: OrderedDict[LotKey, int] = OrderedDict()  # lots sent nowhere that we know
        self._others: dict[str, WatchedLot] = {}
        self._others_due = 0.0

    def sight(self, row: LedgerRow, scan: Happened, into: Sightings) -> None:
        """Take down what one scan shows. Raises `StoreUnavailable`."""
        seen = scan.seen
        if row.serial and (touch := touch_of(scan, row.watch[1] if row.watch else 0)) is not None:
            into.serials.append(_AtSerial((row.gtin, row.lot), row.scan_id, touch.item, touch, scan))
        elif is_late(scan):
            into.serials.append(_AtSerial((row.gtin, row.lot), row.scan_id, _tag(row.serial, row.lot), None, scan))
        if seen.flagged or seen.unlisted or seen.invalid or seen.network is Network.HOSTING:
            return
        if row.serial:
            self._at_shipment(row, scan, into)
        elif row.lot:
            self._at_lot(row, scan, into)

    def watch(self, connection: sa.Connection, found: Sightings) -> tuple[frozenset[str], list[Alert]]:
        """Add a batch to what is remembered, within the caller's transaction; returns the ids of scans that are a part
        of a slow enumeration, and the alerts."""
        now = time.time_ns() // 1_000_000
        parts: set[str] = set()
        alerts = [
            *self._watch_serials(connection, found.serials, parts, now),
            *_watch_shipments(connection, found.shipments, now),
            *self._watch_lots(connection, found.lots, now),
        ]
        return frozenset(parts), alerts

    def _at_shipment(self, row: LedgerRow, scan: Happened, into: Sightings) -> None:
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
        name = (row.gtin, passport.lot.lot, shipment.id)
        tags = _tag(str(scan.client), *name), _tag(row.identity, *name)
        day = row.when // _DAY_MS
        look = Seen(*tags, row.country, _degrees(scan.seen), scan.seen.sure, row.region, day)
        into.shipments.append(_AtShipment(name, shipment.market, look, scan))

    def _at_lot(self, row: LedgerRow, scan: Happened, into: Sightings) -> None:
        passport = ask(self._engine, lambda connection: find(connection, Code("01", row.gtin, (("10", row.lot),))))
        if passport is None or passport.lot is None:
            return
        lot = passport.lot
        size = max(lot.declared, lot.uploaded)
        whence = _whence(row, scan, lot)
        into.lots.append(_AtLot((row.gtin, row.lot), row.prior_others + 1, size, whence, scan))

    @staticmethod
    def _watch_serials(connection: sa.Connection, found: list[_AtSerial], parts: set[str], now: int) -> Iterator[Alert]:
        if not found:
            return
        kept = watched.serials(connection, {at.key for at in found})
        states = {key: _serials.decode(text) for key, text in kept.items()}
        for at in found:
            state = states.setdefault(at.key, _Serials())
            if is_late(at.scan) and (late := late_upload(at.scan, at.item, state.late)) is not None:
                yield late
            if at.touch is not None and step(state.walk, at.touch):
                parts.add(at.scan_id)
                yield slow_enumeration(at.scan, state.walk)
        watched.put_serials(connection, {key: _written(state) for key, state in states.items()}, now)

    def _watch_lots(self, connection: sa.Connection, found: list[_AtLot], now: int) -> Iterator[Alert]:
        if not found:
            return
        if time.monotonic() >= self._others_due:
            self._others = _read_lots(watched.other_lots(connection))
            self._others_due = time.monotonic() + _USUAL_SECONDS
        own = _read_lots(watched.lots(connection, {at.key[0] for at in found}))
        overrun = Overrun(lots=self._others | own)
        touched: dict[LotKey, str] = {}
        for at in found:
            name = "/".join(at.key)
            level = overrun.look(name, at.visitors, at.size, at.scan.when, at.whence)
            state = overrun.watched(name)
            if state is None:  # a lot of unknown size
                continue
            touched[at.key] = json.dumps({**asdict(state), "recent": f"{state.recent:x}"})
            if level is Level.ALERT:
                yield _overran(at, *overrun.facts(name))
        watched.put_lots(connection, touched, now)


def _watch_shipments(connection: sa.Connection, found: list[_AtShipment], now: int) -> Iterator[Alert]:
    if not found:
        return
    kept = watched.shipments(connection, {at.key for at in found})
    states = {"/".join(key): _shipment.decode(text) for key, text in kept.items()}
    diversion = Diversion(shipments=states, strays=watched.strays(connection))
    for at in found:
        name, home = "/".join(at.key), is_province(at.market)
        market, country = (int(at.market), "VN") if home else (FOREIGN, at.market)
        if diversion.look(name, market, country, at.seen):
            yield _diverted(at, diversion, name)
    today = max(at.seen.day for at in found)
    changed = {}
    for at in found:
        state = states.get("/".join(at.key))
        if state is not None:
            state.forget(today - 1)
            abroad = not is_province(at.market)
            changed[at.key] = ShipmentState(abroad, state.could, float(state.were), _written(state))
    watched.put_shipments(connection, changed, now)


def _diverted(at: _AtShipment, diversion: Diversion, name: str) -> Alert:
    scan, odds = at.scan, diversion.odds(name)
    return Alert(f"{Rule.DIVERTED_SHIPMENT}:{name}", Rule.DIVERTED_SHIPMENT, VERSION, f"shipment:{name}", scan.when,
                 scan.when, Level.CAUTION, odds, at.key[0], at.key[1], places=scan.places,
                 evidence=diversion.facts(name), contributions=(("sold elsewhere", odds),),
                 note=f"sent to {at.market}")  # fmt: skip


def _overran(at: _AtLot, counts: tuple[tuple[str, float], ...], weights: tuple[tuple[str, float], ...]) -> Alert:
    scan, name = at.scan, "/".join(at.key)
    return Alert(f"{Rule.LOT_OVERRUN}:{name}", Rule.LOT_OVERRUN, VERSION, scan.identity, scan.when, scan.when,
                 Level.ALERT, sum(weight for _, weight in weights), *at.key, places=scan.places,
                 evidence=(("size", float(at.size)), *counts), contributions=weights)  # fmt: skip


def _read_lots(states: dict[LotKey, str]) -> dict[str, WatchedLot]:
    found = {}
    for key, text in states.items():
        raw = json.loads(text)
        found["/".join(key)] = WatchedLot(**{**raw, "recent": int(raw["recent"], 16), "level": Level(raw["level"])})
    return found


def _written(state: WatchedShipment | _Serials) -> str:
    return msgspec.json.encode(state).decode()


def _tag(what: str, *where: str) -> int:
    """32-bit tag that says nothing at another lot or shipment."""
    return int.from_bytes(blake2b("|".join((what, *where)).encode(), digest_size=4).digest(), "big")


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
