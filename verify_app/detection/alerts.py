"""From a recorded scan to alerts: pure, so that the same event gives the same alerts however often it is delivered."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace

from ..domain.alert import Alert, Rule
from ..domain.evidence import Circumstances, Evidence, Peers
from ..domain.provinces import nearest_province
from ..domain.score import Rules
from ..domain.signals import Nature, signals
from ..domain.suspicion import of_scans
from ..domain.verdict import Level

VERSION = "detectors-1"
_STEP = 0.05  # degrees of a cell
_VIRAL = 20  # visitors who followed a shared link
_LATE = 5  # different unknown serials of one lot that is not complete
_MOST_LOTS = 10_000


@dataclass(frozen=True, slots=True)
class Happened:
    """One public scan of an item, as its event tells it. `client` is the day's tag of who asked, 0 if unknown."""

    identity: str
    gtin: str
    lot: str
    serial: str
    when: int
    seen: Circumstances
    region: str = ""
    typed: bool = False
    client: int = 0

    @property
    def places(self) -> tuple[str, ...]:
        """Province where it was, else the region, else nothing."""
        if self.seen.place and not self.seen.abroad:
            return (str(nearest_province(self.seen.place[0] * _STEP, self.seen.place[1] * _STEP)),)
        return (self.region,) if self.region else ()


def of_facts(scan: Happened) -> Alert | None:
    """What the code itself and the registry say. A client that tries codes out is the alert, not its guesses."""
    if scan.seen.flagged:
        return tries_codes(scan) if scan.client else None
    if scan.typed:
        return None
    if scan.seen.invalid:
        return _about_code(scan, Rule.INVALID_CODE, 6.0)
    if scan.seen.unlisted and scan.seen.complete:
        return _about_code(scan, Rule.UNKNOWN_SERIAL, 5.0)
    return None


def tries_codes(scan: Happened) -> Alert:
    """The client of a scan tries codes out."""
    name = f"client:{scan.client:016x}"
    return Alert(f"{Rule.ENUMERATION}:{name}", Rule.ENUMERATION, VERSION, name, scan.when, scan.when, score=3.0,
                 places=scan.places, evidence=(("last odd", float(scan.seen.unlisted)),))  # fmt: skip


def of_evidence(
    scan: Happened, gathered: tuple[Evidence, Peers], rules: Rules, nature: Nature, shift: float
) -> list[Alert]:
    """What the scans of a listed item say, this one included; `shift` as in `of_scans`."""
    if scan.seen.unlisted or scan.seen.flagged:
        return []
    evidence, peers = gathered
    found = []
    counts = tuple((name, float(getattr(evidence, name))) for name in evidence.__dataclass_fields__
                   if getattr(evidence, name))  # fmt: skip
    if evidence.shared >= _VIRAL:
        found.append(_about_code(scan, Rule.VIRAL_LINK, 0.0, counts))
    if evidence.destroyed and scan.seen.destroyed:
        return [*found, _about_code(scan, Rule.RETIRED_ITEM, 6.0, counts)]
    said = of_scans(evidence, peers, rules, nature, shift)
    if said.level is Level.ALERT:
        parts = rules.contributions(signals(evidence, peers, nature))
        weights = (("bias", rules.bias), *((part.name, part.weight) for part in parts), ("cases", shift))
        facts = (("z", said.z), ("amber", rules.amber), ("red", rules.red), *counts)
        alert = _about_code(scan, Rule.COPIED_CODE, said.z - rules.red, facts)
        found.append(replace(alert, version=rules.version, contributions=weights))
    return found


class LateUploads:
    """Lots of which many unknown serials are asked for while their producer has not sent them all."""

    def __init__(self) -> None:
        self._lots: OrderedDict[tuple[str, str], set[str]] = OrderedDict()

    def look(self, scan: Happened) -> Alert | None:
        """An alert for the producer, from the fifth serial on."""
        seen = scan.seen
        if not seen.unlisted or seen.complete or seen.invalid or seen.flagged or scan.typed or not scan.lot:
            return None
        serials = self._lots.setdefault((scan.gtin, scan.lot), set())
        if len(self._lots) > _MOST_LOTS:
            self._lots.popitem(last=False)
        if len(serials) < 1_000:
            serials.add(scan.serial)
        if len(serials) < _LATE:
            return None
        name = f"lot:01/{scan.gtin}/10/{scan.lot}"
        return Alert(f"{Rule.LATE_UPLOAD}:{name}", Rule.LATE_UPLOAD, VERSION, name, scan.when, scan.when, Level.CAUTION,
                     1.0, scan.gtin, scan.lot, evidence=(("unknown serials", float(len(serials))),))  # fmt: skip


def _about_code(scan: Happened, rule: Rule, score: float, evidence: tuple[tuple[str, float], ...] = ()) -> Alert:
    return Alert(f"{rule}:{scan.identity}", rule, VERSION, scan.identity, scan.when, scan.when, Level.ALERT, score,
                 scan.gtin, scan.lot, scan.serial, scan.places, evidence)  # fmt: skip
