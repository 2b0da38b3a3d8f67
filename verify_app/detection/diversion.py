"""Shipments that are sold in another market than they were sent to: genuine goods, a matter of trade.

One scan elsewhere says nothing (gifts, travel, online shops), many items of one shipment do, each looked at first by
somebody else. A source is a household's line or a phone that told its place; an item and a source count once. Places
come with a margin of 75 km, because lines are found no better; a carrier's gateway, and a line that the table puts on
such a city, tell north, centre or south and count less. What speaks for the market weighs twice what speaks against.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ..domain.provinces import PROVINCES, distance_to_province, near_hub, nearest_province, region_of

FOREIGN = 100  # markets from here on are countries
INSIDE, SAME_REGION, OTHER_REGION = "inside", "same region", "other region"


@dataclass(frozen=True, slots=True)
class Limits:
    """What an item adds to the sum, and when a shipment is called diverted."""

    inside: float = -2.0
    outside: float = 1.0
    same_place: float = 1.2  # more, where most of the others outside were
    other_region: float = 0.9
    same_region: float = -0.6
    sum: float = 7.5
    mean: float = 0.75  # a long-lived shipment must keep on looking diverted
    items: int = 6
    together: int = 3  # items in the one place
    margin_km: float = 75.0
    reach_km: float = 40.0  # how far a province goes beyond its towns


@dataclass(frozen=True, slots=True)
class Seen:
    """One public scan of an item of a shipment. `source` tags the line or phone, `item` the item."""

    source: int
    item: int
    country: str
    place: tuple[float, float] | None  # degrees; None where only the region is known
    sure: bool  # the phone told its place
    region: str = ""  # of Vietnam


@dataclass(slots=True)
class _Shipment:
    sources: set[int] = field(default_factory=set)
    places: dict[int, str | int] = field(default_factory=dict)  # item -> INSIDE … or the market where it was
    reported: bool = False


class Diversion:
    """Watches shipments; feed it public scans of listed items."""

    def __init__(self, limits: Limits = Limits()) -> None:
        self._limits = limits
        self._shipments: dict[str, _Shipment] = {}

    def look(self, shipment: str, market: int, market_country: str, seen: Seen) -> bool:
        """Whether this scan makes the shipment look diverted; True once for each."""
        where = self._where(market, market_country, seen)
        if where is None:
            return False
        known = self._shipments.setdefault(shipment, _Shipment())
        before = known.places.get(seen.item)
        vague = before in (SAME_REGION, OTHER_REGION) and where not in (SAME_REGION, OTHER_REGION)
        if known.reported or seen.source in known.sources or not (before is None or vague):
            return False
        known.sources.add(seen.source)
        known.places[seen.item] = where  # the first look that tells a place, else the first at all
        known.reported = self._diverted(known.places)
        return known.reported

    def _where(self, market: int, market_country: str, seen: Seen) -> str | int | None:
        """INSIDE the market, else where instead; None where nobody can tell."""
        if market >= FOREIGN and seen.country == market_country:
            return INSIDE
        if seen.country != "VN":
            return seen.country
        if market >= FOREIGN:
            return nearest_province(*seen.place) if seen.place else OTHER_REGION
        if seen.place is None or (not seen.sure and near_hub(*seen.place)):
            return self._by_region(market, seen.region)
        away = distance_to_province(market, *seen.place)
        if away <= self._limits.margin_km + self._limits.reach_km:
            return INSIDE
        return nearest_province(*seen.place)

    def _by_region(self, market: int, region: str) -> str | None:
        if not region:
            return None
        own = {region_of(lat) for lat, _ in PROVINCES[market].towns}
        return SAME_REGION if region in own else OTHER_REGION

    def _diverted(self, places: dict[int, str | int]) -> bool:
        limits = self._limits
        if len(places) < limits.items:
            return False
        count = Counter(places.values())
        inside, same, other = (count.pop(name, 0) for name in (INSIDE, SAME_REGION, OTHER_REGION))
        together = max(count.values(), default=0)
        total = limits.inside * inside + limits.same_region * same + limits.other_region * other
        total += limits.outside * count.total() + limits.same_place * together
        if together < limits.together or 2 * together < count.total():
            return False
        return total >= max(limits.sum, limits.mean * len(places))
