"""Shipments that are sold in another market than they were sent to: genuine goods, a matter of trade.

One scan elsewhere says nothing (gifts, travel, online shops), many items of one shipment do, each looked at first by
somebody else. A source is a household's line or a phone that told its place; an item and a source count once. For
each province (and "abroad") we add up how much likelier the places are if the shipment was sold there than if it was
sold where it was sent to. Lines are found no better than within 75 km, and often on a gateway city; a carrier's
gateway tells north, centre or south. All that is in how likely each place is of somebody who lives in a province.
"""

from __future__ import annotations

from collections.abc import Sequence
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
_TELLING = frozenset("AP")  # looks that tell a place; a gateway tells a region
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
    day: int = 0  # of the tag of the source, where that changes from day to day


@dataclass(slots=True)
class Watched:
    """What is remembered of one shipment: a few hundred bytes. `items` says where each item was looked at first:
    "A1" abroad at its market, "A0" abroad elsewhere, "P21.0,105.8" a place, "GN" a line on the gateway city of the
    north, "TS" a carrier's gateway in the south."""

    sources: dict[int, int] = field(default_factory=dict)  # tag -> day
    counted: int = 0  # sources, with those that are forgotten
    items: dict[int, str] = field(default_factory=dict)
    could: float = 0.0  # items whose look could have been elsewhere, by how likely that is …
    were: int = 0  # … and those that were
    reported: bool = False
    odds: float = 0.0  # nats, when it was last judged

    def forget(self, before: int) -> None:
        """Forget sources whose tags are of days before: they can come no more."""
        self.sources = {tag: day for tag, day in self.sources.items() if day >= before}


class Diversion:
    """Watches shipments; feed it public scans of listed items. It may begin with what is remembered of some, and with
    the `strays` of all: for goods sent within the country and abroad, the sums of `could` and `were`."""

    def __init__(
        self,
        limits: Limits = Limits(),
        shipments: dict[str, Watched] | None = None,
        strays: Sequence[tuple[float, float]] = ((0.0, 0.0), (0.0, 0.0)),
    ) -> None:
        self._limits = limits
        self._shipments = {} if shipments is None else shipments
        self._strays = [[limits.weight + could, limits.weight * limits.elsewhere + were] for could, were in strays]

    def look(self, shipment: str, market: int, market_country: str, seen: Seen) -> bool:
        """Whether this scan makes the shipment look diverted; True once for each."""
        where = _where(market, market_country, seen)
        if not where:
            return False
        told = where[0] in _TELLING
        known = self._shipments.setdefault(shipment, Watched())
        before = known.items.get(seen.item, "")
        if known.reported or seen.source in known.sources or known.counted >= 2 * self._limits.most:
            return False
        if (not before and len(known.items) >= self._limits.most) or (before and (before[0] in _TELLING or not told)):
            return False
        known.sources[seen.source] = seen.day
        known.counted += 1
        known.items[seen.item] = where  # the first look that tells a place, else the first at all
        place = min(market, _ABROAD)
        if told and (market >= FOREIGN or seen.country == "VN"):
            could = 1.0 if market >= FOREIGN else _beyond(market)
            stray = _likely(where, self._limits)[place] < 0.5
            known.could, known.were = known.could + could, known.were + stray
            strays = self._strays[market >= FOREIGN]
            strays[0], strays[1] = strays[0] + could, strays[1] + stray
        known.reported = self._diverted(known, place)
        return known.reported

    def facts(self, shipment: str) -> tuple[tuple[str, float], ...]:
        """What a shipment that was looked at is judged by: items, those that told a place, different sources."""
        known = self._shipments[shipment]
        told = sum(where[0] in _TELLING for where in known.items.values())
        return (("items", float(len(known.items))), ("placed", float(told)), ("sources", float(known.counted)))

    def odds(self, shipment: str) -> float:
        """Nats for "sold elsewhere" against "sold where it was sent to", of a shipment that was looked at."""
        return self._shipments[shipment].odds

    def _diverted(self, shipment: Watched, market: int) -> bool:
        limits = self._limits
        if len(shipment.items) < limits.items:
            return False
        told = [_likely(where, limits) for where in shipment.items.values() if where[0] in _TELLING]
        if len(told) < 2 or sum(likely[market] >= 0.5 for likely in told) > (1 - limits.share) * len(told):
            return False
        looks = [_likely(where, limits) for where in shipment.items.values()]
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


def _where(market: int, market_country: str, seen: Seen) -> str:
    """What a look tells of where its item is, in the words of `Watched`; "" for nothing."""
    if seen.country != "VN":
        at_market = market < FOREIGN or not market_country or seen.country == market_country
        return f"A{at_market:d}"
    if seen.place is None:
        return f"T{seen.region}" if seen.region else ""
    lat, lon = seen.place
    return f"G{region_of(lat)}" if not seen.sure and near_hub(lat, lon) else f"P{lat:.1f},{lon:.1f}"


@lru_cache(maxsize=8192)
def _likely(where: str, limits: Limits) -> tuple[float, ...]:
    """How likely such a look is of somebody from each province, from the market (or else) abroad, from anywhere."""
    if where[0] == "A":
        return _from_abroad(where == "A1", limits.wrong)
    if where[0] == "P":
        lat, _, lon = where[1:].partition(",")
        return _near(float(lat), float(lon), limits.wrong)
    return _at_gateway(where[1:], limits) if where[0] == "G" else _through(where[1:], limits)


def _mixed(looks: list[tuple[float, ...]], there: int, stray: float) -> float:
    """Log likelihood of looks at items that were sold in one place, but for those that went anywhere."""
    return sum(log((1 - stray) * likely[there] + stray * likely[_ANYWHERE]) for likely in looks)


def _likelihoods(provinces: tuple[float, ...], abroad: float) -> tuple[float, ...]:
    """How likely a look is of somebody from each province, from abroad and from anywhere."""
    anywhere = sum(share * one for share, one in zip(_SHARES, provinces, strict=True)) + _EXPORTED * abroad
    return (*provinces, abroad, anywhere)


def _from_abroad(at_market: bool, wrong: float) -> tuple[float, ...]:
    return _likelihoods((wrong * 0.1,) * _ABROAD, 1.0 if at_market else wrong)


@lru_cache(maxsize=64)
def _beyond(market: int) -> float:
    """Share of the country's people who live where a look is not one from this market."""
    return people_beyond((market,), REACH_KM)


def _near(lat: float, lon: float, wrong: float) -> tuple[float, ...]:
    """For a place: of somebody from each province, that a line or phone is found around there."""
    near = [distance_to_province(number, lat, lon) <= REACH_KM for number in range(_ABROAD)]
    around = sum(share for share, one in zip(_SHARES, near, strict=True) if one)
    return _likelihoods(tuple(1 - wrong if one else wrong * max(around, 0.02) for one in near), 0.01)


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
