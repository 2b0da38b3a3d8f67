"""What is known of one look at a code, without knowing who looked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b

from .evidence import Circumstances, Network


class VisitKind(StrEnum):
    """Only a SCAN enters a code's history; the others are answered and leave no trace in it."""

    SCAN = "scan"
    PREVIEW = "preview"  # a chat or search engine's bot drew a preview of the link
    LOOK = "look"  # HEAD, OPTIONS, prefetch, linkset or symbol request, demonstration


class Entry(StrEnum):
    """How the code came to us."""

    LINK = "link"  # the phone's camera opened the Digital Link
    TYPED = "typed"
    PHOTO = "photo"
    API = "api"


class Actor(StrEnum):
    """Who looked, as far as the service could authenticate it."""

    PUBLIC = "public"
    PARTNER = "partner"
    INSPECTOR = "inspector"


class Proof(StrEnum):
    """What a visitor has shown of the item in hand, see `holder.py`."""

    FIRST = "first"  # this device checked it first
    SEAL = "seal"  # the number hidden on it


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a look came from, as far as its address tells. `block` is a keyed hash of the address's neighbourhood,
    `place` (latitude, longitude) in degrees if the table can place the line; neither outlives the request."""

    network: Network = Network.UNKNOWN
    place: tuple[float, float] | None = None
    block: bytes = b""


NO_ORIGIN = Origin()


class HeldOff(RuntimeError):  # noqa: N818 - a state, not a fault
    """Too many codes that do not exist were asked for from one address; this one does not exist either."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One look. Holds no address, user agent or coordinates: `visitor` is a keyed hash that lives as long as the
    request, `cell` a place rounded to 0.05 degrees (about 5 km), given only by a visitor who pressed the button."""

    id: str  # 32 hex digits, rising with time (UUIDv7); the scan's identity in stream, journal and ledger
    when: int  # milliseconds since 1970-01-01 UTC
    visitor: bytes = b""
    kind: VisitKind = VisitKind.SCAN
    entry: Entry = Entry.LINK
    actor: Actor = Actor.PUBLIC
    country: str = ""  # ISO 3166-1 alpha-2 in upper case; "" where unknown
    region: str = ""  # "N", "C", "S" of Vietnam; "" where unknown
    cell: tuple[int, int] | None = None  # (latitude, longitude) in steps of 0.05 degrees
    origin: Origin = NO_ORIGIN
    circumstances: Circumstances | None = None  # what this scan says of the code; None: nothing is gathered
    watch: tuple[int, int, int] | None = None  # keyed tags of client, block and crew, for who tries codes out
    proof: Proof | None = None  # changes this visitor's verdict alone
    keep_until: int = 0  # UTC milliseconds when the goods' life and a year are over; 0: not known

    def told(self, circumstances: Circumstances, keep_until: int = 0) -> Visit:
        """The same look with what was found out about it. (`replace` would walk through all fields: three times the
        price, at each scan.)"""
        return Visit(
            self.id, self.when, self.visitor, self.kind, self.entry, self.actor, self.country, self.region, self.cell,
            self.origin, circumstances, self.watch, self.proof, keep_until,
        )  # fmt: skip

    def tag(self, identity: str) -> int:
        """This visitor's 32-bit tag for one code. Tags of one visitor at two codes cannot be linked."""
        digest = blake2b(identity.encode(), key=self.visitor[:64], digest_size=4).digest()
        return int.from_bytes(digest, "big")
