"""People who look at codes: where they live, what their phones say of themselves, how they come."""

from __future__ import annotations

import random
from bisect import bisect
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from ..domain.provinces import PROVINCES, region_of
from .addresses import COUNTRIES, AddressBook, Block
from .assumptions import Assumptions

_CHROME = (
    "Mozilla/5.0 (Linux; Android {v}; {m}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36"
)
_SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS {v}_{m} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/{v}.0 Mobile/15E148 Safari/604.1"
)
_MODELS = ("SM-A145F", "CPH2481", "V2120", "23049PCD8G", "RMX3830", "SM-A546E", "M2101K7AG", "TECNO BF7")
PREVIEWS = (
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "WhatsApp/2.24.10.78 A",
    "TelegramBot (like TwitterBot)",
    "Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 Chrome/119.0 Safari/537.36",
)
_WEIGHTS = list(accumulate(province.people for province in PROVINCES))


@dataclass(slots=True)
class Person:
    """Somebody with a phone. `market` is the province (0-33) or country (100 and above) where they live."""

    market: int
    lat: float
    lon: float
    home: Block
    home_address: str
    agent: str
    device: str | None
    mobile: float
    gps: bool


class Crowd:
    """Makes people."""

    def __init__(self, a: Assumptions, book: AddressBook, rng: random.Random) -> None:
        self._a, self.book, self._rng = a, book, rng

    def somewhere(self) -> int:
        """A province, by its people."""
        return bisect(_WEIGHTS, self._rng.random() * _WEIGHTS[-1])

    def person(self, market: int, *, home: Person | None = None) -> Person:
        """Somebody of a market; of the same household as `home` if one is given."""
        rng = self._rng
        if home is None:
            towns = PROVINCES[market].towns if market < 100 else (COUNTRIES[market][1:],)
            town = rng.choice(towns)
            lat, lon = town[0] + rng.gauss(0, 0.12), town[1] + rng.gauss(0, 0.12)
            block = rng.choice(self.book.fixed[market])
            address = block.address(rng)
        else:
            lat, lon, block, address = home.lat, home.lon, home.home, home.home_address
        mobile = 0.0 if rng.random() < 0.25 else min(1.0, self._a.mobile * rng.uniform(0.5, 2.0))
        return Person(market, lat, lon, block, address, self.agent(), self.device(), mobile, rng.random() < self._a.gps)

    def agent(self) -> str:
        """What a phone's browser says of itself."""
        rng = self._rng
        if rng.random() < 0.3:
            return _SAFARI.format(v=rng.choice((15, 16, 17, 18)), m=rng.randrange(7))
        plain = _CHROME.format(v=rng.randrange(9, 16), m=rng.choice(_MODELS))
        return plain + " Zalo android/24060" if rng.random() < 0.5 else plain

    def device(self) -> str | None:
        """An app's or cookie's identity, or none."""
        return f"{self._rng.getrandbits(64):016x}" if self._rng.random() < self._a.device_id else None

    def client(self, who: Person, via: str = "home") -> dict[str, Any]:
        """The client of one look: at "home" through a fixed line or a carrier, "away" through a carrier or a shop, or
        through a "vpn"."""
        rng = self._rng
        if via == "vpn":
            address = rng.choice(self.book.hosting).address(rng)
        elif rng.random() < (max(who.mobile, 0.6) if via == "away" else who.mobile):
            region = region_of(who.lat) if who.market < 100 else COUNTRIES[who.market][0]
            address = self.book.mobile_block(region).address(rng)
        elif via == "away":
            address = rng.choice(self.book.fixed[who.market]).address(rng)
        else:
            address = who.home_address
        found: dict[str, Any] = {"ip": address, "ua": who.agent}
        device = who.device
        if device and rng.random() < self._a.cookie_loss:
            who.device = device = self.device()
        if device:
            found["device_id"] = device
        if who.gps and rng.random() < 0.8 and via != "vpn":
            lat, lon = who.lat + rng.gauss(0, 0.01), who.lon + rng.gauss(0, 0.01)
            found["geo"] = {"lat": round(lat, 4), "lon": round(lon, 4), "accuracy_m": rng.randrange(5, 90)}
        return found
