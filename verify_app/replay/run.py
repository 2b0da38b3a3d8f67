"""Replay: scans in, verdicts out. One scan is the same story as in the service, with a virtual clock.

Scans go to the history engine in batches, in order, so a verdict never knows of a later scan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count, islice

from ..detection.diversion import Diversion, Seen
from ..detection.guard import Guard
from ..detection.overrun import Overrun, Whence
from ..detection.walks import Touch, Walk
from ..detection.walks import step as walk_on
from ..domain.code import Code
from ..domain.evidence import Circumstances, Network
from ..domain.history import History
from ..domain.provinces import FOREIGN, REACH_KM, distance_to_province, people_beyond
from ..domain.scan import Actor, Entry, VisitKind
from ..domain.score import Rules
from ..domain.signals import Nature
from ..domain.suspicion import Facts, Sign, Suspicion, of_code, of_lot, of_scans
from ..domain.verdict import Level
from ..store.event import row_of
from ..store.evidence import pack
from ..store.history import Mode, read
from .engine import Call, Observer
from .trace import Known, Scan, TraceRegistry
from .visits import Came, Visits, circumstances, country_of

BATCH = 500
_NOTHING = Suspicion(Level.INFORMATION, Sign.OK_SEEN)


@dataclass(frozen=True, slots=True)
class Judged:
    """One scan with its verdict; `flagged` when this scan made its client one that tries codes out, `diverted` when
    it made its shipment look diverted, `walked` when it is a part of a slow enumeration of that lot."""

    scan: Scan
    suspicion: Suspicion
    history: History
    nature: Nature
    flagged: bool = False
    diverted: str = ""
    walked: str = ""


@dataclass(frozen=True, slots=True)
class _Step:
    scan: Scan
    came: Came
    known: Known
    circumstances: Circumstances
    code: Code
    newly_flagged: bool


class Replay:
    """A replay with one policy."""

    def __init__(self, observer: Observer, registry: TraceRegistry, visits: Visits, rules: Rules) -> None:
        self._observer = observer
        self._registry = registry
        self._visits = visits
        self._rules = rules
        self._guard = Guard()
        self._diversion = Diversion()
        self._overrun = Overrun()
        self._walks: dict[str, Walk] = {}
        self._flagged: set[str] = set()
        self._natures = {
            gtin: Nature(model.refillable, model.scheme == "seq") for gtin, model in registry.models.items()
        }

    def judge(self, scans: Iterable[Scan]) -> Iterator[Judged]:
        """Every scan with its verdict, in order. While the server works on one batch, the next is made ready."""
        iterator = iter(scans)
        waiting: list[_Step] = []
        for number in count(1):
            batch = [self._step(scan) for scan in islice(iterator, BATCH)]
            self._observer.send([self._call(step) for step in batch])
            answers = self._observer.receive(len(waiting))
            for step, answer in zip(waiting, answers, strict=True):
                yield self._judged(step, read(answer))
            if not batch:
                return
            waiting = batch
            if number % 100 == 0:
                self._observer.empty_streams()

    def _step(self, scan: Scan) -> _Step:
        came = self._visits.came(scan)
        known = self._registry.at(scan.code, scan.ts)
        code = _code(scan, known)
        flagged = newly = False
        if came.visit.kind is VisitKind.SCAN and came.visit.actor is Actor.PUBLIC and scan.code.serial:
            unshipped = known.unit is not None and known.unit.ship_ts is not None and known.unit.ship_ts > scan.ts
            typed = came.visit.entry is Entry.TYPED
            strange = came.abroad or came.network is Network.HOSTING  # a shop may have goods that are booked late
            late = known.lot is not None and not known.complete
            odd = (known.unit is None and not typed and (strange or not late)) or (unshipped and strange)
            flagged = self._guard.look(self._visits.asked(scan, came, odd))
            newly = flagged and scan.client.address not in self._flagged
            if newly:
                self._flagged.add(scan.client.address)
        line = self._visits.line(scan, code.identity)
        return _Step(scan, came, known, circumstances(scan, came, known, line, flagged), code, newly)

    def _call(self, step: _Step) -> Call:
        visit = step.came.visit
        mode = Mode.SCAN if visit.kind is VisitKind.SCAN else Mode.PREVIEW
        item = pack(step.circumstances) if step.scan.code.serial else b""
        return self._observer.arguments(mode, row_of(step.code, visit), item)

    def _judged(self, step: _Step, history: History | None) -> Judged:
        history = history or History()
        nature = self._natures.get(step.scan.code.gtin, Nature())
        suspicion = self._suspicion(step, history, nature)
        diverted = self._diverted(step)
        return Judged(step.scan, suspicion, history, nature, step.newly_flagged, diverted, self._walked(step))

    def _suspicion(self, step: _Step, history: History, nature: Nature) -> Suspicion:
        scan, known = step.scan, step.known
        if scan.code.serial:
            facts = Facts(
                listed=known.unit is not None,
                complete=known.complete,
                signature=scan.sig,
                typed=step.came.visit.entry is Entry.TYPED,
                suspect_client=step.circumstances.flagged,
            )
            return of_code(facts) or of_scans(history.evidence, history.peers, self._rules, nature)
        if scan.code.lot and known.lot:
            lot = f"{scan.code.gtin}/{scan.code.lot}"
            came = whence(step.came, known.markets)
            return of_lot(self._overrun.look(lot, history.others + 1, known.lot.size, step.came.visit.when, came))
        return _NOTHING

    def _walked(self, one: _Step) -> str:
        """Lot that this scan tries out with others, as a worker would see it (see `touch_of`)."""
        came, known, scan = one.came, one.known, one.scan
        odd = (known.unit is None and came.visit.entry is not Entry.TYPED) or one.circumstances.unshipped
        public = came.visit.actor is Actor.PUBLIC and came.visit.kind is VisitKind.SCAN
        if not (odd and public and scan.code.serial) or one.circumstances.flagged:
            return ""
        foreign = came.abroad and all(country_of(market) != came.country for market in known.markets if market >= 0)
        strange = came.network is Network.HOSTING or (foreign and -1 not in known.markets)
        if not strange and known.unit is not None:
            return ""
        name = f"{scan.code.gtin}|lot:{one.code.lot}"
        network = self._visits.block(scan) if strange else 0
        touch = Touch(network, self._visits.tag(scan.code.serial), scan.code.serial, came.visit.when)
        return name if walk_on(self._walks.setdefault(name, Walk()), touch) else ""

    def _diverted(self, step: _Step) -> str:
        shipment, came = step.known.shipment, step.came
        unit = step.known.unit
        if shipment is None or shipment.market is None or not shipment.known or step.circumstances.flagged:
            return ""
        if came.visit.actor is not Actor.PUBLIC or came.visit.kind is not VisitKind.SCAN or not came.country:
            return ""
        if unit is None or (unit.ship_ts or 0) > step.scan.ts:
            return ""
        if came.network is Network.HOSTING or (came.abroad and not step.scan.client.device_id):
            return ""  # a program that walks through one lot is no buyer
        who = step.scan.client.device_id or step.scan.client.address
        source = self._visits.tag(f"{who if came.sure else step.scan.client.address}|{shipment.id}")
        country = country_of(shipment.market)
        item = self._visits.tag(f"{unit.serial}|{shipment.id}")
        seen = Seen(source, item, came.country, came.place, came.sure, came.visit.region)
        return shipment.id if self._diversion.look(shipment.id, shipment.market, country, seen) else ""


def lines(judged: Judged, lots: bool = False) -> Iterator[dict[str, object]]:
    """The lines of the verdicts' file for one scan; `lots`: also those of lots that are tried out slowly."""
    scan = judged.scan
    yield {"id": scan.id, "level": int(judged.suspicion.level), "reasons": [judged.suspicion.sign.value]}
    if judged.flagged:
        yield {"id": scan.id, "kind": "client", "client": scan.client.address}
    if judged.diverted:
        yield {"id": scan.id, "kind": "shipment", "shipment": judged.diverted}
    if lots and judged.walked:
        yield {"id": scan.id, "kind": "lot", "lot": judged.walked}


def whence(came: Came, markets: tuple[int, ...]) -> Whence | None:
    """How a scan's place fits to a lot's markets (-1: not known); None if nobody can tell."""
    home = tuple(sorted({market for market in markets if 0 <= market < FOREIGN}))
    if not home or came.place is None or came.country != "VN":
        return None
    away = min(distance_to_province(market, *came.place) for market in home) > REACH_KM
    return Whence(away, people_beyond(home, REACH_KM), markets.count(-1) / len(markets))


def _code(scan: Scan, known: Known) -> Code:
    lot = scan.code.lot or (known.unit.lot if known.unit else None)
    qualifiers = [("10", lot)] if lot else []
    if scan.code.serial:
        qualifiers.append(("21", scan.code.serial))
    return Code("01", scan.code.gtin, tuple(qualifiers))
