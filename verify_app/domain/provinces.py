"""The 34 provinces of Vietnam (Resolution 202/2025/QH15) as points on the map: coarse on purpose.

Each province is a few towns, the seats of the provinces that were merged into it, because a long province is badly
told by one centre. Good enough to say "in its market or not" with a margin of 75 km; which province a place is in, is
told by its communes (communes.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt

EARTH_KM = 12_742.0  # diameter
FOREIGN = 100  # markets below are provinces, by their number in PROVINCES; from here on countries
REACH_KM = 115.0  # a province reaches 40 km beyond its towns, and lines are found to 75 km
CELL = 0.05  # degrees: some 5 km, all that is kept of a place
HUBS = ((21.03, 105.85), (16.05, 108.22), (10.78, 106.70))  # where Vietnamese carriers' gateways stand


@dataclass(frozen=True, slots=True)
class Province:
    """One province. `towns` are (latitude, longitude) in degrees; `people` in millions (2024, rounded)."""

    name: str
    people: float
    towns: tuple[tuple[float, float], ...]


PROVINCES: tuple[Province, ...] = (  # in the order of their names without marks
    Province("An Giang", 4.95, ((10.01, 105.08), (10.38, 105.44))),
    Province("Bắc Ninh", 3.6, ((21.19, 106.07), (21.27, 106.19))),
    Province("Cà Mau", 2.6, ((9.18, 105.15), (9.29, 105.72))),
    Province("Cần Thơ", 4.2, ((10.03, 105.78), (9.60, 105.97), (9.78, 105.47))),
    Province("Cao Bằng", 0.6, ((22.67, 106.26),)),
    Province("Đà Nẵng", 3.1, ((16.05, 108.22), (15.57, 108.47))),
    Province("Đắk Lắk", 3.3, ((12.67, 108.04), (13.09, 109.31))),
    Province("Điện Biên", 0.7, ((21.39, 103.02),)),
    Province("Đồng Nai", 4.5, ((10.95, 106.82), (11.53, 106.89))),
    Province("Đồng Tháp", 4.4, ((10.46, 105.63), (10.36, 106.36))),
    Province("Gia Lai", 3.6, ((13.98, 108.00), (13.78, 109.22))),
    Province("Hà Nội", 8.7, ((21.03, 105.85),)),
    Province("Hà Tĩnh", 1.6, ((18.34, 105.91),)),
    Province("Hải Phòng", 4.7, ((20.86, 106.68), (20.94, 106.33))),
    Province("Hồ Chí Minh", 14.0, ((10.78, 106.70), (10.98, 106.65), (10.50, 107.17))),
    Province("Huế", 1.4, ((16.46, 107.59),)),
    Province("Hưng Yên", 3.6, ((20.65, 106.05), (20.45, 106.34))),
    Province("Khánh Hòa", 2.2, ((12.24, 109.19), (11.57, 108.99))),
    Province("Lai Châu", 0.5, ((22.40, 103.46),)),
    Province("Lâm Đồng", 3.9, ((11.94, 108.44), (12.00, 107.69), (10.93, 108.10))),
    Province("Lạng Sơn", 0.9, ((21.85, 106.76),)),
    Province("Lào Cai", 1.8, ((22.48, 103.97), (21.72, 104.91))),
    Province("Nghệ An", 3.8, ((18.68, 105.68), (19.30, 105.00))),
    Province("Ninh Bình", 4.4, ((20.25, 105.97), (20.42, 106.17), (20.54, 105.91))),
    Province("Phú Thọ", 4.0, ((21.32, 105.40), (21.31, 105.60), (20.81, 105.34))),
    Province("Quảng Ngãi", 2.2, ((15.12, 108.80), (14.35, 108.00))),
    Province("Quảng Ninh", 1.5, ((20.95, 107.08),)),
    Province("Quảng Trị", 1.9, ((17.47, 106.62), (16.82, 107.10))),
    Province("Sơn La", 1.4, ((21.33, 103.91),)),
    Province("Tây Ninh", 3.3, ((11.31, 106.10), (10.54, 106.41))),
    Province("Thái Nguyên", 1.8, ((21.59, 105.84), (22.15, 105.83))),
    Province("Thanh Hóa", 4.3, ((19.81, 105.78),)),
    Province("Tuyên Quang", 1.9, ((21.82, 105.21), (22.82, 104.98))),
    Province("Vĩnh Long", 4.3, ((10.25, 105.97), (10.24, 106.37), (9.93, 106.34))),
)


def kilometres(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Distance of two places in kilometres over the ground; degrees in."""
    a, b = radians(lat1), radians(lat2)
    h = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(lon2 - lon1) / 2) ** 2
    return EARTH_KM * asin(min(1.0, sqrt(h)))


@lru_cache(maxsize=65_536)
def distance_to_province(number: int, lat: float, lon: float) -> float:
    """Kilometres from a place to the nearest town of a province (its number in `PROVINCES`)."""
    return min(kilometres(lat, lon, *town) for town in PROVINCES[number].towns)


def region_of(lat: float) -> str:
    """North, centre or south of Vietnam, by latitude: all that a carrier's gateway can tell."""
    return "N" if lat >= 18.0 else "C" if lat >= 11.8 else "S"


def near_hub(lat: float, lon: float, km: float = 12.0) -> bool:
    """Whether a place is one of the carriers' gateway cities, where a table puts addresses that it cannot place."""
    return any(abs(lat - a) < 0.3 and abs(lon - b) < 0.3 and kilometres(lat, lon, a, b) <= km for a, b in HUBS)


@lru_cache(maxsize=4096)
def people_beyond(markets: tuple[int, ...], km: float) -> float:
    """Share of the country's people who live farther than this from every town of these provinces."""
    beyond = 0.0
    for province in PROVINCES:
        far = [town for town in province.towns if min(distance_to_province(m, *town) for m in markets) > km]
        beyond += province.people * len(far) / len(province.towns)
    return beyond / sum(province.people for province in PROVINCES)
