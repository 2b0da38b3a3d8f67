"""What an address and a user agent tell of where a look came from. Used live and in a replay alike."""

from __future__ import annotations

from functools import lru_cache

from .address_table import Located
from .evidence import Network
from .provinces import near_hub

_PROGRAMS = ("okhttp", "python-requests", "curl/", "go-http-client", "java/", "libwww", "wget", "aiohttp", "scrapy")
_WIDE_KM = 150.0  # a line that the table places worse than this has no place


def block_of(address: str) -> str:
    """The /24 of an IPv4 address, the /48 of an IPv6 one."""
    if ":" in address:
        return ":".join(address.split(":")[:3])
    return address.rpartition(".")[0]


@lru_cache(maxsize=4096)
def is_program(agent: str) -> bool:
    """Whether a user agent names a library for programs."""
    lowered = agent.lower()
    return any(name in lowered for name in _PROGRAMS)


def network_of(located: Located | None, agent: str) -> Network:
    """The kind of network: what the table says, or a program's, wherever it runs."""
    if (located is not None and located.network is Network.HOSTING) or is_program(agent):
        return Network.HOSTING
    return located.network if located is not None else Network.UNKNOWN


def place_of_line(located: Located | None, network: Network) -> tuple[float, float] | None:
    """Place of a household's or shop's line in degrees; None for carriers and hosting networks, and for a Vietnamese
    line that the table places badly or on a gateway city, where it puts what it cannot place."""
    if located is None or network is not Network.LINE:
        return None
    if located.country == "VN" and (located.radius_km > _WIDE_KM or near_hub(located.lat, located.lon)):
        return None
    return located.lat, located.lon


def is_own_network(address: str) -> bool:
    """Whether an address is private or this machine's: then it is a proxy's or a colleague's and tells no client."""
    if address.startswith(("10.", "127.", "192.168.", "169.254.", "::1", "fc", "fd", "fe80")):
        return True
    second = address.split(".", 2)[1:2]
    return address.startswith("172.") and second[0].isdigit() and 16 <= int(second[0]) <= 31
