"""Alerts: what a detector says, with the rule that says it, its version, and everything that it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .verdict import Level


class Rule(StrEnum):
    """Who speaks. The name stands in every alert and in the case that it opens."""

    COPIED_CODE = "copied-code"  # the score of one code's scans
    UNKNOWN_SERIAL = "unknown-serial"  # not among those of a lot that was sent in full
    INVALID_CODE = "invalid-code"  # the producer's signature does not fit
    RETIRED_ITEM = "retired-item"  # looked at after it was destroyed, exported or stolen
    ENUMERATION = "enumeration"  # a client tries codes out
    SLOW_ENUMERATION = "slow-enumeration"  # … over days, behind many addresses
    LOT_OVERRUN = "lot-overrun"  # more people at a lot's code than its items can have
    DIVERTED_SHIPMENT = "diverted-shipment"  # sold in another market than it was sent to
    VIRAL_LINK = "viral-link"  # a link that many people open: nothing against the code
    LATE_UPLOAD = "late-upload"  # many unknown serials of one lot: the producer's data are not complete
    SHOPPER_REPORT = "shopper-report"


OPENS_NO_CASE = frozenset({Rule.VIRAL_LINK})
REMINDS_PRODUCER = frozenset({Rule.LATE_UPLOAD})  # a matter of data, before it is one for an inspector


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert. `key` is its identity: the same key again is the same alert with more evidence, never a second one.

    `subject` names what it is about ("01/…/21/…", "shipment:…", "client:…"); gtin, lot and serial as far as there are
    any. Times are UTC milliseconds of the first and last scan that it rests on. `places` are numbers of provinces
    ("11") or, where only that is known, regions ("N"). `score` ranks: nats for codes, as strong for the others.
    `evidence` are named counts, `contributions` named weights in nats; neither names an address or a device.
    """

    key: str
    rule: Rule
    version: str
    subject: str
    first: int
    last: int
    level: Level = Level.ALERT
    score: float = 0.0
    gtin: str = ""
    lot: str = ""
    serial: str = ""
    places: tuple[str, ...] = ()
    evidence: tuple[tuple[str, float], ...] = ()
    contributions: tuple[tuple[str, float], ...] = ()
    note: str = ""
