"""From a request to a frozen `Visit`: the only reader of client headers.

No cookie, no raw address, no user agent leaves this module: the visitor is a keyed hash that cannot be undone
without the secret, changes every 90 days, and is shortened once more for each code (`Visit.tag`).
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address
from socket import AF_INET, inet_pton
from threading import Lock
from typing import TYPE_CHECKING, Any

from crawleruseragents import CRAWLER_USER_AGENTS_DATA
from flask import Request
from iptocc import country_code

from ..domain.address_table import Located
from ..domain.evidence import Network
from ..domain.network import block_of, is_own_network, network_of, place_of_line
from ..domain.provinces import region_of
from ..domain.scan import Actor, Entry, Origin, Visit, VisitKind

if TYPE_CHECKING:
    from ..parts import Parts
    from ..verify import Answer

EPOCH_MS = 90 * 24 * 3600 * 1000  # a visitor's tags change after 90 days: older scans cannot be joined to new ones
ACTOR = "verify_app.actor"  # in a WSGI environment: the `Actor` that a sign-in has established; never a header
GIVEN = "verify_app.given"  # in a WSGI environment: the answer and visit of a scan that another door has recorded
HELD = "verify_app.held"  # in a WSGI environment: the scan of whoever is held off, of which only the refusal is asked
_DAY_MS = 24 * 3600 * 1000
_NOWHERE_KM = 1_000.0
_MOST_AGENTS = 4096
_agents: dict[str, bool] = {}
_ORIGINS = {network: Origin(network) for network in Network}
_searching = Lock()
_PREFETCH = ("HTTP_PURPOSE", "HTTP_SEC_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ")
_LINKSETS = ("all", "linkset")  # GS1-Conformant Resolver Standard: the list of links, not the page
# An HTTP library is a program that somebody runs on purpose, and MetaIAB is a person inside Facebook's app.
_NO_PREVIEW_TAGS = {"http-library", "browser-automation"}
_NO_PREVIEW = {"MetaIAB Facebook"}
# Zalo's in-app browser says "Zalo android" or "Zalo iOS": that is a shopper; only its preview robot is none.
_OUR_PREVIEW = (r"(?i:zalo\w*[-/ ]?(?:bot|preview|crawler|spider|link))",)


def visit_of(request: Request, parts: Parts, entry: Entry = Entry.LINK) -> Visit:
    """The look that a request stands for, at this moment. Reads headers only; writes nothing."""
    given: tuple[Answer, Visit] | None = request.environ.get(GIVEN)
    return given[1] if given else visit_from(request.environ, request.args, parts, entry)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks and how, told by the headers of a request: equal for equal requests of one `epoch`."""

    visitor: bytes
    epoch: int
    kind: VisitKind
    entry: Entry
    country: str
    region: str
    actor: Actor
    origin: Origin
    watch: tuple[int, int, int] | None

    def holds(self, now: int) -> bool:
        """Whether it is still the epoch."""
        return self.epoch == now // EPOCH_MS

    def visit(self, now: int) -> Visit:
        """The look of this caller at a moment of the epoch, in UTC milliseconds."""
        return Visit(
            new_id(now), now, self.visitor, self.kind, self.entry, self.actor, self.country, self.region,
            origin=self.origin, watch=self.watch,
        )  # fmt: skip


def caller_of(environ: Mapping[str, Any], args: Mapping[str, str], parts: Parts, entry: Entry, now: int) -> Caller:
    """The caller that a WSGI environment and the arguments of its query tell of."""
    header = environ.get
    address = client_address(
        header("REMOTE_ADDR") or "", header("HTTP_X_FORWARDED_FOR", ""), parts.settings.trusted_proxies
    )
    agent, languages = header("HTTP_USER_AGENT", ""), header("HTTP_ACCEPT_LANGUAGE", "")
    located = parts.addresses.find(address) if address else None
    country = located.country if located and located.country else country_of(address)
    network = network_of(located, agent)
    return Caller(
        visitor(parts.secret, now, address, agent + "\n" + languages),
        now // EPOCH_MS,
        _kind(environ, args, agent, entry),
        entry,
        country,
        _region(located),
        environ.get(ACTOR, Actor.PUBLIC),
        _origin(parts.secret, now, address, network, located),
        _watch(parts.secret, now, address, agent, network is Network.HOSTING or country not in ("", "VN")),
    )


def visit_from(environ: Mapping[str, Any], args: Mapping[str, str], parts: Parts, entry: Entry = Entry.LINK) -> Visit:
    """The look that a WSGI environment and the arguments of its query stand for, at this moment."""
    now = time.time_ns() // 1_000_000
    return caller_of(environ, args, parts, entry, now).visit(now)


def _region(located: Located | None) -> str:
    """North, centre or south, where the table knows it."""
    known = located is not None and located.country == "VN" and located.radius_km < _NOWHERE_KM
    return region_of(located.lat) if known and located else ""


def _origin(secret: bytes, now: int, address: str, network: Network, located: Located | None) -> Origin:
    """Kind of network and place. The neighbourhood of a line is hashed: it tells one household from another."""
    if network is not Network.LINE:
        return _ORIGINS[network]
    key = _epoch_key(secret, now // EPOCH_MS)
    block = blake2b(f"line/{block_of(address)}".encode(), key=key, digest_size=16).digest()
    return Origin(network, place_of_line(located, network), block)


def _watch(secret: bytes, now: int, address: str, agent: str, strange: bool) -> tuple[int, int, int] | None:
    """Tags for finding clients that try codes out: of the client for one day, of its block and of the browser there
    for 90 days, but those two only for hosting and foreign networks, which stand for no household."""
    if not address or is_own_network(address):
        return None
    day = _epoch_key(secret, -1 - now // _DAY_MS)
    client = int.from_bytes(blake2b(address.encode(), key=day, digest_size=8).digest(), "big")
    if not strange:
        return client, 0, 0
    key, block = _epoch_key(secret, now // EPOCH_MS), block_of(address)
    return (
        client,
        int.from_bytes(blake2b(f"block/{block}".encode(), key=key, digest_size=7).digest(), "big"),
        int.from_bytes(blake2b(f"crew/{block}|{agent}".encode(), key=key, digest_size=7).digest(), "big"),
    )


def sender(request: Request, parts: Parts) -> str:
    """Keyed hash of the address that a form comes from, to count how many come: as short-lived as those counts. A
    browser that calls itself otherwise is the same sender."""
    settings, forwarded = parts.settings, request.headers.get("X-Forwarded-For", "")
    address = client_address(request.remote_addr or "", forwarded, settings.trusted_proxies)
    return visitor(parts.secret, time.time_ns() // 1_000_000, address, "report").hex()


def new_id(now: int) -> str:
    """A UUIDv7 (RFC 9562, clause 5.7) as 32 hex digits for an instant in UTC milliseconds."""
    return f"{now:012x}{_chance.take()}"


_VARIANT = {f"{digit:x}": f"{digit & 3 | 8:x}" for digit in range(16)}  # its two highest bits are 0b10


class _Chance:
    """What is left to chance in 400 ids, fetched at once from the operating system: each fetch lets another thread
    take the interpreter, and this one has to wait until it gets it back. A forked process begins with its own."""

    def __init__(self) -> None:
        self.forget()
        os.register_at_fork(after_in_child=self.forget)

    def forget(self) -> None:
        self._ends: list[str] = []

    def take(self) -> str:
        """The last 20 hex digits of an id: version 7, variant 0b10, 74 bits of chance. No two threads get one."""
        try:
            return self._ends.pop()
        except IndexError:
            chance = os.urandom(4_000).hex()
        starts = range(0, len(chance), 20)
        ends = [f"7{chance[at : at + 3]}{_VARIANT[chance[at + 3]]}{chance[at + 4 : at + 19]}" for at in starts]
        last = ends.pop()
        self._ends = ends
        return last


_chance = _Chance()


def client_address(remote: str, forwarded_for: str, trusted_proxies: int) -> str:
    """Address of the client behind a counted number of our own proxies; "" if it is none.

    Each proxy adds on the right the address that it saw, so the entry that our outermost proxy wrote is the
    `trusted_proxies`-th from the right; what stands before it was written by the client and is not believed.
    """
    chosen = remote
    if trusted_proxies:
        hops = [hop.strip() for hop in forwarded_for.split(",") if hop.strip()]
        chosen = hops[-min(trusted_proxies, len(hops))] if hops else remote
    try:
        inet_pton(AF_INET, chosen)  # the usual case; it takes what `ip_address` takes, in a twentieth of the time
        return chosen
    except (OSError, ValueError):
        pass
    try:
        address = ip_address(chosen.strip("[]"))
    except ValueError:
        return ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(address)


def visitor(secret: bytes, now: int, address: str, browser: str) -> bytes:
    """Keyed hash of a visitor: 16 bytes that hold for one epoch of 90 days. Of an IPv6 address only the /64 counts,
    since phones change the rest by the hour."""
    if ":" in address:
        address = ":".join(IPv6Address(address).exploded.split(":")[:4])
    key = _epoch_key(secret, now // EPOCH_MS)
    return blake2b(f"{address}\n{browser}".encode(), key=key, digest_size=16).digest()


@lru_cache(maxsize=8)
def _epoch_key(secret: bytes, epoch: int) -> bytes:
    return blake2b(str(epoch).encode(), key=secret[:64], digest_size=32).digest()


def country_of(address: str) -> str:
    """Country of an address, from a table that travels with the package (no call goes out); "" where unknown."""
    try:
        return str(country_code(address) or "") if address else ""
    except (ValueError, TypeError):
        return ""


def is_preview_bot(agent: str) -> bool:
    """Whether a user agent is a robot that draws previews or an index. The memory of answers (a scan of 1,400
    patterns costs about a millisecond) stays in the process and is joined to nothing."""
    if not agent:
        return False
    known = _agents.get(agent)
    if known is None:
        with _searching:  # one search at a time: many threads that meet a new phone at once would all do the same work
            known = _agents.get(agent)
            if known is None:
                known = bool(_robots().search(agent))
                if len(_agents) >= _MOST_AGENTS:
                    _agents.clear()
                _agents[agent] = known
    return known


def _kind(environ: Mapping[str, Any], args: Mapping[str, str], agent: str, entry: Entry) -> VisitKind:
    if environ["REQUEST_METHOD"] in ("HEAD", "OPTIONS") or _is_prefetch(environ):
        return VisitKind.LOOK
    if "application/linkset" in environ.get("HTTP_ACCEPT", "") or args.get("linkType") in _LINKSETS:
        return VisitKind.LOOK
    if args.get("format") in ("svg", "png"):
        return VisitKind.LOOK
    if entry is not Entry.API and is_preview_bot(agent):
        return VisitKind.PREVIEW
    return VisitKind.SCAN


def _is_prefetch(environ: Mapping[str, Any]) -> bool:
    said = [environ[name] for name in _PREFETCH if name in environ]
    return bool(said) and any(word in " ".join(said).lower() for word in ("prefetch", "prerender", "preview"))


@cache
def _robots() -> re.Pattern[str]:
    patterns = [
        row["pattern"]
        for row in CRAWLER_USER_AGENTS_DATA
        if row["pattern"] not in _NO_PREVIEW and not _NO_PREVIEW_TAGS & set(row.get("tags", ()))
    ]
    return re.compile("|".join(f"(?:{pattern})" for pattern in (*patterns, *_OUR_PREVIEW)))
