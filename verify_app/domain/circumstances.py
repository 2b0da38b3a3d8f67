"""From a visit and a passport to the circumstances of one scan: what was known of it when it came."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from itertools import product

from .evidence import Circumstances, Network
from .passport import ItemState, LotPart, Passport, Shipment
from .provinces import PROVINCES, REACH_KM, distance_to_province
from .scan import Origin, Visit
from .signals import Nature

DAY_MS = 86_400_000
_YEAR_MS = 366 * DAY_MS
_USED = frozenset({ItemState.SOLD, ItemState.CONSUMED})
_GONE = frozenset({ItemState.DESTROYED, ItemState.STOLEN})
_STEPS = 20  # of a degree: 0.05 each
_NATURES = {pair: Nature(*pair) for pair in product((False, True), repeat=2)}


def circumstances(passport: Passport, visit: Visit, identity: str, flagged: bool) -> Circumstances:
    """What is known of one scan of an item. `flagged`: its client tries codes out. A sale counts as a use, and only
    from the fifth day on (see evidence.lua): who has just bought it looks at it, too."""
    item, origin = passport.item, visit.origin
    abroad = visit.country not in ("", "VN")
    state = item.state if item else ItemState.ACTIVE
    exported_here = state is ItemState.EXPORTED and visit.country == "VN"
    gone = state in _GONE or exported_here
    days = max(0, (visit.when - item.state_at) // DAY_MS) if item else 0
    inside = _inside(passport, visit)
    return Circumstances(
        network=origin.network,
        abroad=abroad,
        place=visit.cell or _cell(origin.place),
        sure=visit.cell is not None,
        line=_line(origin, identity),
        used_days=int(days) if gone or state in _USED else -1,
        destroyed=gone,
        unshipped=passport.model.books_shipments and state is ItemState.COMMISSIONED,
        outside=inside is False,
        inside=inside is True,
        campaign=_in_campaign(passport.lot, visit.when),
        flagged=flagged,
        vague=True,  # no cookie before a sign-in: a visitor is an address and a browser
        life_days=min(255, max(0, passport.model.use_days)),
        unlisted=item is None,
        complete=bool(passport.lot and passport.lot.complete),
        invalid=passport.signature is False,
    )


def nature_of(passport: Passport) -> Nature:
    """What matters of the product for the score."""
    return _NATURES[passport.model.refillable, passport.model.sequential]


def keep_until(passport: Passport) -> int:
    """When the goods' life and a year are over, in UTC milliseconds; 0 where no date is known."""
    lot = passport.lot
    last = lot and (lot.expiry or lot.best_before)
    if not last:
        return 0
    return _a_year_after(last.year, last.month, last.day or 28)


@lru_cache(maxsize=4096)
def _a_year_after(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, tzinfo=UTC).timestamp() * 1000) + _YEAR_MS


def shipment_of(passport: Passport) -> Shipment | None:
    """The shipment that an item left with; where its lot has one only, that one."""
    if passport.item is None or passport.lot is None:
        return None
    shipments = passport.lot.shipments
    if not passport.item.shipment and len(shipments) == 1:
        return shipments[0]
    return next((known for known in shipments if known.id == passport.item.shipment), None)


def _inside(passport: Passport, visit: Visit) -> bool | None:
    """Whether a scan came from its item's market: the province or country of its shipment, else the countries of its
    model; None if nobody can tell."""
    if not visit.country:
        return None
    shipment = shipment_of(passport)
    market = shipment.market if shipment else ""
    if not market:
        return visit.country in passport.model.markets
    if not is_province(market) or visit.country != "VN":
        return visit.country == ("VN" if is_province(market) else market)
    place = _place(visit)
    return None if place is None else distance_to_province(int(market), *place) <= REACH_KM


def is_province(market: str) -> bool:
    """Whether a market is the number of a province, not a country."""
    return market.isascii() and market.isdigit() and int(market) < len(PROVINCES)


def _place(visit: Visit) -> tuple[float, float] | None:
    """Degrees: where the phone is, else its line."""
    return (visit.cell[0] / _STEPS, visit.cell[1] / _STEPS) if visit.cell else visit.origin.place


def _in_campaign(lot: LotPart | None, when: int) -> bool:
    return bool(lot and lot.campaign and lot.campaign[0] <= when <= lot.campaign[1])


def _cell(place: tuple[float, float] | None) -> tuple[int, int] | None:
    return (round(place[0] * _STEPS), round(place[1] * _STEPS)) if place else None


def _line(origin: Origin, identity: str) -> int:
    """16-bit tag of the line's neighbourhood for this one code: two codes seen from one line cannot be linked."""
    if origin.network is not Network.LINE:
        return 0
    return int.from_bytes(blake2b(identity.encode(), key=origin.block[:64], digest_size=2).digest(), "big")
