"""From a line of the trace to what the service would have known of the visit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from ..detection.guard import Asked
from ..domain.address_table import AddressTable, Located
from ..domain.evidence import Circumstances, Network
from ..domain.network import block_of, is_program, network_of, place_of_line
from ..domain.provinces import FOREIGN, REACH_KM, distance_to_province, region_of
from ..domain.scan import Actor, Entry, Visit, VisitKind
from ..web.visit import is_preview_bot
from .trace import DAY_S, Known, Scan

_SURE_M = 5_000.0  # a phone's fix that is worse than this is no better than a line's
_FINGERPRINT = 8
_COUNTRIES = ("CN", "JP", "KR", "US", "DE", "AU", "TH", "SG", "KH", "LA", "TW", "FR")  # markets of a trace from 100 on
_ACTORS = {actor.value: actor for actor in Actor}


@dataclass(frozen=True, slots=True)
class Came:
    """How one scan came: the visit, its network and place."""

    visit: Visit
    network: Network
    abroad: bool
    place: tuple[float, float] | None
    sure: bool
    country: str


class Visits:
    """Turns lines into visits with one secret and one address table."""

    def __init__(self, table: AddressTable, secret: bytes) -> None:
        self._find = lru_cache(maxsize=100_000)(table.find)
        self._secret = secret

    def came(self, scan: Scan) -> Came:
        """The visit of a line. A phone's own place outweighs its address, unless the address is a data centre's."""
        client = scan.client
        located = self._find(client.address)
        network = network_of(located, client.agent)
        place, sure = _place(scan, located, network)
        country = located.country if located else ""
        region = region_of(place[0] if place else located.lat) if country == "VN" and located else ""
        who = client.device_id or f"{client.address}\n{client.agent}\n{int(scan.ts // DAY_S)}"
        visit = Visit(
            id=f"{scan.id & (1 << 128) - 1:032x}",
            when=int(scan.ts * 1000),
            visitor=blake2b(who.encode("utf-8", "surrogatepass"), key=self._secret, digest_size=16).digest(),
            kind=VisitKind.PREVIEW if _is_preview(client.agent, network, client.device_id) else VisitKind.SCAN,
            entry=Entry.TYPED if client.entry == "manual" else Entry.LINK,
            actor=_ACTORS.get(scan.actor, Actor.PUBLIC),
            country=country,
            region=region,
            cell=_cell(place) if sure else None,
        )
        return Came(visit, network, country not in ("", "VN"), place, sure, country)

    def asked(self, scan: Scan, came: Came, odd: bool) -> Asked:
        """The scan as the guard sees it: keyed tags only."""
        item = self.tag(f"{scan.code.gtin}/{scan.code.serial}") if scan.code.serial else 0
        ip, block = scan.client.address, block_of(scan.client.address)
        crew = self.tag(f"{block}|{scan.client.agent}") if came.network is Network.HOSTING or came.abroad else 0
        return Asked(self.tag(ip), self.tag(block), crew, came.network, came.abroad, item, odd, came.visit.when)

    def block(self, scan: Scan) -> int:
        """Tag of the neighbourhood (a /24) that a scan came from."""
        return self.tag(block_of(scan.client.address))

    def line(self, scan: Scan, identity: str) -> int:
        """16-bit tag of the line's neighbourhood (a /24) for one code."""
        return self.tag(f"{block_of(scan.client.address)}|{identity}") & 0xFFFF

    def tag(self, text: str) -> int:
        """64-bit keyed tag of a text, never 0."""
        digest = blake2b(text.encode("utf-8", "surrogatepass"), key=self._secret, digest_size=_FINGERPRINT).digest()
        return int.from_bytes(digest, "big") or 1


def circumstances(scan: Scan, came: Came, known: Known, line: int, flagged: bool) -> Circumstances:
    """What was known of a scan when it came. Uses no fact of the registry before that fact's own time."""
    unit, lot, shipment = known.unit, known.lot, known.shipment
    used = -1
    if unit and unit.decom_ts is not None and unit.decom_ts <= scan.ts and unit.decom:
        used = int((scan.ts - unit.decom_ts) // DAY_S)
    books = shipment is not None and shipment.known
    market = shipment.market if shipment is not None and shipment.known else None
    inside = None if market is None else _inside(market, came)
    campaign = lot.campaign if lot else None
    return Circumstances(
        network=came.network,
        abroad=came.abroad,
        place=_cell(came.place) if came.place else None,
        sure=came.sure,
        line=line,
        used_days=used,
        destroyed=used >= 0 and bool(unit and unit.decom in ("destroyed", "exported", "stolen")),
        unshipped=bool(unit and books and unit.ship_ts is not None and unit.ship_ts > scan.ts),
        outside=inside is False,
        inside=inside is True,
        campaign=campaign is not None and campaign[0] <= scan.ts <= campaign[1],
        flagged=flagged,
        vague=scan.client.device_id is None,
        life_days=min(255, max(0, int(known.model.use_days))) if known.model else 0,
    )


def _inside(market: int, came: Came) -> bool | None:
    """Whether a scan came from its item's market; None if nobody can tell."""
    if not came.country:
        return None
    if market >= FOREIGN or came.abroad:
        return country_of(market) == came.country
    if came.place is None:
        return None
    return distance_to_province(market, *came.place) <= REACH_KM


def country_of(market: int) -> str:
    """ISO 3166-1 code of a trace's market, "" for one that we cannot name."""
    if market < FOREIGN:
        return "VN"
    return _COUNTRIES[market - FOREIGN] if market < FOREIGN + len(_COUNTRIES) else ""


def _is_preview(agent: str, network: Network, device: str | None) -> bool:
    """A robot that says so, or a browser without a person: from a data centre, on no phone, with no cookie."""
    if is_preview_bot(agent):
        return True
    return network is Network.HOSTING and device is None and "Mobile" not in agent and not is_program(agent)


def _place(scan: Scan, located: Located | None, network: Network) -> tuple[tuple[float, float] | None, bool]:
    geo = scan.client.geo
    if geo is not None and network is not Network.HOSTING and geo.accuracy_m <= _SURE_M and _on_earth(geo.lat, geo.lon):
        return (geo.lat, geo.lon), True
    return place_of_line(located, network), False


def _on_earth(lat: float, lon: float) -> bool:
    return -90 <= lat <= 90 and -180 <= lon <= 180


def _cell(place: tuple[float, float] | None) -> tuple[int, int] | None:
    return (round(place[0] / 0.05), round(place[1] / 0.05)) if place else None
