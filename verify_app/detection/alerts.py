"""From a recorded scan to alerts: pure, so that the same event gives the same alerts however often it is delivered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import blake2b

from ..domain.alert import Alert, Rule
from ..domain.communes import province_of_cell
from ..domain.evidence import Circumstances, Evidence, Network, Peers
from ..domain.score import Rules
from ..domain.signals import Nature, signals
from ..domain.suspicion import most_of_scans, of_scans
from ..domain.verdict import Level
from .walks import Touch, Walk, facts, weights

VERSION = "detectors-2"
GUESSES = frozenset({Rule.UNKNOWN_SERIAL, Rule.INVALID_CODE})  # of a program's guesses it is the alert, not they
_VIRAL = 20  # visitors who followed a shared link
_LATE = 5  # different unknown serials of one lot that is not complete
_MOST_LATE = 200  # serials of one lot that are counted
_NATURES = tuple(Nature(refillable, sequential) for refillable in (False, True) for sequential in (False, True))


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
            return (str(province_of_cell(*self.seen.place)),)
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


def may_tell(scan: Happened, evidence: Evidence, rules: Rules, prior: float) -> bool:
    """Whether `of_evidence` could find anything, of whatever nature the product is; `prior` is what confirmed cases of
    the product add. Nearly all scans are of codes of which it could not: the registry need not be asked for them."""
    if evidence.shared >= _VIRAL or (evidence.destroyed and scan.seen.destroyed):
        return True
    return any(most_of_scans(evidence, rules, nature) + prior >= rules.red for nature in _NATURES)


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
        thresholds = (("z", said.z), ("amber", rules.amber), ("red", rules.red), *counts)
        alert = _about_code(scan, Rule.COPIED_CODE, said.z - rules.red, thresholds)
        found.append(replace(alert, version=rules.version, contributions=weights))
    return found


def is_late(scan: Happened) -> bool:
    """Whether a scan asks for a serial that its producer may have yet to send."""
    seen = scan.seen
    may = seen.unlisted and not (seen.complete or seen.invalid or seen.flagged or scan.typed)
    return may and bool(scan.serial and scan.lot)


def late_upload(scan: Happened, item: int, serials: list[int]) -> Alert | None:
    """An alert for the producer, from the fifth different serial of a lot on; `serials` are tags of those before, and
    take this one (`item`) in."""
    if item not in serials and len(serials) < _MOST_LATE:
        serials.append(item)
    if len(serials) < _LATE:
        return None
    name = f"lot:01/{scan.gtin}/10/{scan.lot}"
    return Alert(f"{Rule.LATE_UPLOAD}:{name}", Rule.LATE_UPLOAD, VERSION, name, scan.when, scan.when, Level.CAUTION,
                 1.0, scan.gtin, scan.lot, evidence=(("unknown serials", float(len(serials))),))  # fmt: skip


def touch_of(scan: Happened, block: int) -> Touch | None:
    """A scan as the watch over slow enumeration sees it; None for one of a serial that somebody may hold. `block` tags
    the neighbourhood of the address. From within the country goods that are not booked as sent are nothing strange:
    a warehouse looks at its own."""
    seen = scan.seen
    strange = seen.network is Network.HOSTING or (seen.abroad and seen.outside)
    if scan.typed or seen.flagged or not (seen.unlisted or (seen.unshipped and strange)) or (strange and not block):
        return None
    item = int.from_bytes(blake2b(scan.identity.encode(), digest_size=4).digest(), "big")
    return Touch(block if strange else 0, item, scan.serial, scan.when)


def slow_enumeration(scan: Happened, walk: Walk) -> Alert:
    """Somebody tries the serials of a lot (or, where no lot is told, of a product) out."""
    name = f"lot:01/{scan.gtin}/10/{scan.lot}" if scan.lot else f"01/{scan.gtin}"
    return Alert(f"{Rule.SLOW_ENUMERATION}:{name}:{walk.first}", Rule.SLOW_ENUMERATION, VERSION, f"serials:{name}",
                 walk.first, scan.when, Level.ALERT, walk.nats, scan.gtin, scan.lot, places=scan.places,
                 evidence=facts(walk), contributions=weights(walk))  # fmt: skip


def _about_code(scan: Happened, rule: Rule, score: float, evidence: tuple[tuple[str, float], ...] = ()) -> Alert:
    return Alert(f"{rule}:{scan.identity}", rule, VERSION, scan.identity, scan.when, scan.when, Level.ALERT, score,
                 scan.gtin, scan.lot, scan.serial, scan.places, evidence)  # fmt: skip
