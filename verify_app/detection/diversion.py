"""Shipments that are sold in another market than they were sent to: genuine goods, a matter of trade.

One scan elsewhere says nothing (gifts, travel, online shops), many items of one shipment do, each looked at first by
somebody else. A source is a household's line or a phone that told its place; an item and a source count once. For
each province (and "abroad") we add up how much likelier the places are if the shipment was sold there than if it was
sold where it was sent to. Lines are found no better than within 75 km, and often on a gateway city; a carrier's
gateway tells north, centre or south. All that is in how likely each place is of somebody who lives in a province.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from math import exp, log

from ..domain.provinces import (
    FOREIGN,
    HUBS,
    PROVINCES,
    REACH_KM,
    distance_to_province,
    near_hub,
    people_beyond,
    region_of,
)

_ABROAD = len(PROVINCES)  # places in a list of likelihoods, after the provinces
_ANYWHERE = _ABROAD + 1
_EXPORTED = 0.02  # share of all buyers who live abroad
_PEOPLE = sum(province.people for province in PROVINCES)
_SHARES = tuple(province.people / _PEOPLE for province in PROVINCES)


@dataclass(frozen=True, slots=True)
class Limits:
    """What is taken for granted of buyers and of tables, and when a shipment is called diverted."""

    elsewhere: float = 0.35  # of honest shipments: items looked at by people from anywhere (gifts, online shops) …
    weight: int = 50  # … until so many items tell better
    times: float = 1.1  # shipments differ
    strays: float = 0.2  # of diverted shipments: items that are not where most are
    at_hub: float = 0.25  # lines that a table puts on the gateway city of their region
    wrong: float = 0.05  # lines or gateways that are far from where they seem
    other_gateway: float = 0.15  # mobile traffic that leaves through another region
    items: int = 4
    most: int = 60  # a shipment is judged by its first so many items
    odds: float = 5.5  # nats for "sold elsewhere" against "sold where it was sent"
    share: float = 0.5  # of the items that tell a place, at the one elsewhere


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
    items: dict[int, tuple[bool, tuple[float, ...]]] = field(default_factory=dict)  # item -> told a place, likelihoods
    reported: bool = False
    odds: float = 0.0  # nats, when it was last judged


class Diversion:
    """Watches shipments; feed it public scans of listed items."""

    def __init__(self, limits: Limits = Limits()) -> None:
        self._limits = limits
        self._shipments: dict[str, _Shipment] = {}
        # for goods sent within the country and abroad: items whose look could have been elsewhere, by how likely that
        # is, and those that were
        self._strays = [[float(limits.weight), limits.weight * limits.elsewhere] for _ in range(2)]

    def look(self, shipment: str, market: int, market_country: str, seen: Seen) -> bool:
        """Whether this scan makes the shipment look diverted; True once for each."""
        likely = self._likely(market, market_country, seen)
        if likely is None:
            return False
        told, _ = likely
        known = self._shipments.setdefault(shipment, _Shipment())
        before = known.items.get(seen.item)
        if known.reported or seen.source in known.sources or len(known.sources) >= 2 * self._limits.most:
            return False
        if (before is None and len(known.items) >= self._limits.most) or (before and (before[0] or not told)):
            return False
        known.sources.add(seen.source)
        known.items[seen.item] = likely  # the first look that tells a place, else the first at all
        place = min(market, _ABROAD)
        if told and (market >= FOREIGN or seen.country == "VN"):
            strays = self._strays[market >= FOREIGN]
            strays[0] += 1.0 if market >= FOREIGN else _beyond(market)
            strays[1] += likely[1][place] < 0.5
        known.reported = self._diverted(known, place)
        return known.reported

    def facts(self, shipment: str) -> tuple[tuple[str, float], ...]:
        """What a shipment that was looked at is judged by: items, those that told a place, different sources."""
        known = self._shipments[shipment]
        told = sum(tells for tells, _ in known.items.values())
        return (("items", float(len(known.items))), ("placed", float(told)), ("sources", float(len(known.sources))))

    def odds(self, shipment: str) -> float:
        """Nats for "sold elsewhere" against "sold where it was sent to", of a shipment that was looked at."""
        return self._shipments[shipment].odds

    def _likely(self, market: int, market_country: str, seen: Seen) -> tuple[bool, tuple[float, ...]] | None:
        """How likely this look is of somebody from each province, and from the market (or else) abroad."""
        if seen.country != "VN":
            at_market = market < FOREIGN or not market_country or seen.country == market_country
            return True, _from_abroad(at_market, self._limits.wrong)
        if seen.place is not None and (seen.sure or not near_hub(*seen.place)):
            return True, _near(round(seen.place[0], 1), round(seen.place[1], 1), self._limits.wrong)
        if seen.place is not None:
            return False, _at_gateway(region_of(seen.place[0]), self._limits)
        return (False, _through(seen.region, self._limits)) if seen.region else None

    def _diverted(self, shipment: _Shipment, market: int) -> bool:
        limits = self._limits
        if len(shipment.items) < limits.items:
            return False
        told = [likely for tells, likely in shipment.items.values() if tells]
        if len(told) < 2 or sum(likely[market] >= 0.5 for likely in told) > (1 - limits.share) * len(told):
            return False
        looks = [likely for _, likely in shipment.items.values()]
        could, were = self._strays[market == _ABROAD]
        stray = min(0.9, limits.times * were / could)
        honest = _mixed(looks, market, stray)
        odds = [
            log(share) + _mixed(looks, there, limits.strays) - honest
            for there, share in enumerate((*_SHARES, _EXPORTED))
            if there != market and not _neighbours(there, market)
        ]
        best = max(odds)
        shipment.odds = best + log(sum(exp(one - best) for one in odds))
        return shipment.odds >= limits.odds


def _mixed(looks: list[tuple[float, ...]], there: int, stray: float) -> float:
    """Log likelihood of looks at items that were sold in one place, but for those that went anywhere."""
    return sum(log((1 - stray) * likely[there] + stray * likely[_ANYWHERE]) for likely in looks)


def _likelihoods(provinces: tuple[float, ...], abroad: float) -> tuple[float, ...]:
    """How likely a look is of somebody from each province, from abroad and from anywhere."""
    anywhere = sum(share * one for share, one in zip(_SHARES, provinces, strict=True)) + _EXPORTED * abroad
    return (*provinces, abroad, anywhere)


@lru_cache(maxsize=4)
def _from_abroad(at_market: bool, wrong: float) -> tuple[float, ...]:
    return _likelihoods((wrong * 0.1,) * _ABROAD, 1.0 if at_market else wrong)


@lru_cache(maxsize=64)
def _beyond(market: int) -> float:
    """Share of the country's people who live where a look is not one from this market."""
    return people_beyond((market,), REACH_KM)


@lru_cache(maxsize=4096)
def _near(lat: float, lon: float, wrong: float) -> tuple[float, ...]:
    """For a place: of somebody from each province, that a line or phone is found around there."""
    near = [distance_to_province(number, lat, lon) <= REACH_KM for number in range(_ABROAD)]
    around = sum(share for share, one in zip(_SHARES, near, strict=True) if one)
    return _likelihoods(tuple(1 - wrong if one else wrong * max(around, 0.02) for one in near), 0.01)


@lru_cache(maxsize=4096)
def _at_gateway(region: str, limits: Limits) -> tuple[float, ...]:
    """For a line on a gateway city: likely of those who live there, now and then of the others of the region."""
    city = next(hub for hub in HUBS if region_of(hub[0]) == region)
    provinces = tuple(
        1 - limits.wrong
        if distance_to_province(number, *city) <= 30
        else limits.at_hub
        if any(region_of(lat) == region for lat, _ in province.towns)
        else limits.wrong * 0.2
        for number, province in enumerate(PROVINCES)
    )
    return _likelihoods(provinces, 0.01)


@lru_cache(maxsize=16)
def _through(region: str, limits: Limits) -> tuple[float, ...]:
    """For a carrier's gateway: of somebody from each province."""
    provinces = tuple(
        1 - limits.other_gateway
        if any(region_of(lat) == region for lat, _ in province.towns)
        else limits.other_gateway / 2
        for province in PROVINCES
    )
    return _likelihoods(provinces, 0.01)


@lru_cache(maxsize=2048)
def _neighbours(there: int, market: int) -> bool:
    """Whether places in two provinces cannot be told apart."""
    if _ABROAD in (there, market):
        return False
    return all(distance_to_province(market, *town) <= REACH_KM for town in PROVINCES[there].towns)
