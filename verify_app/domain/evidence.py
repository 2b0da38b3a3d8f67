"""What the scans of one code say of copies, and the circumstances of one scan that they are gathered from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

FOREVER = 255  # counts and days stop here


class Network(IntEnum):
    """What kind of network a scan came through; it tells how much its address is worth."""

    UNKNOWN = 0
    CARRIER = 1  # a mobile operator's gateway: tells north, centre or south at best
    LINE = 2  # a household, shop or office line
    HOSTING = 3  # a data centre, a private network's exit, a program


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What was known of one scan when it came: of its network and place, and of the item in the registry.

    `place` is (latitude, longitude) in steps of 0.05 degrees, by the phone if `sure`, else by its line; None for a
    carrier, a hosting network, or a line that the table puts on a gateway city. `line` is a 16-bit tag of the line's
    neighbourhood for this one code. `used_days` counts from the booking of the item's use or destruction, -1 before.
    """

    network: Network = Network.UNKNOWN
    abroad: bool = False
    place: tuple[int, int] | None = None
    sure: bool = False
    line: int = 0
    used_days: int = -1
    destroyed: bool = False
    unshipped: bool = False  # the producer books shipments, and had not booked this one
    outside: bool = False  # of the market that the shipment went to
    inside: bool = False
    campaign: bool = False
    flagged: bool = False  # the client tries codes out
    vague: bool = False  # the visitor is known by its address alone, and may be one who was here before
    life_days: int = 0  # how long such an item lasts once it is bought, 0 if nobody says
    linked: bool = False  # came within days after a robot drew a preview of the link (a rebuild is told so)
    unlisted: bool = False  # the registry does not hold the serial …
    complete: bool = False  # … although every serial of its lot was sent
    invalid: bool = False  # it does not bear its producer's signature


@dataclass(frozen=True, slots=True)
class Evidence:
    """Counts over all scans of one code, this one included. Each stops at 255.

    `credited` are newcomers whom nothing explains but another piece (or a gift, a shelf, a friend); the others say
    what a newcomer was instead: `shared` followed a link, `over` was one too many that day, `kin` came through a
    line seen before, `hosted` and `flagged` came from programs. See evidence.lua, which keeps them.
    """

    credited: int = 0
    shared: int = 0
    campaign: int = 0
    hosted: int = 0
    flagged: int = 0
    over: int = 0
    kin: int = 0
    days: int = 0  # with any scan
    ndays: int = 0  # with a credited newcomer
    north: int = 0
    centre: int = 0
    south: int = 0
    alternate: int = 0  # newcomers in another region than the one before
    gap10: int = 0  # newcomers after ten days without one
    gap30: int = 0
    fargap: int = 0  # … in a new place
    back: int = 0  # newcomers in an earlier place after one elsewhere
    fast_sure: int = 0  # pairs too far apart for the time between, both told by phones
    fast: int = 0
    used: int = 0  # newcomers five days and more after the item's use
    used_late: int = 0  # … fifteen
    used_days: int = 0
    destroyed: int = 0
    unshipped: int = 0
    outside: int = 0
    inside: int = 0
    lines: int = 0
    crowded: int = 0  # newcomers in a sixth place and beyond
    late20: int = 0  # newcomers twenty days and more after the first scan
    late40: int = 0
    switch: int = 0  # newcomers in another place than the one before
    outlived: int = 0  # newcomers after the item should have been used up
    outlived_twice: int = 0  # … and another one after it
    returned: int = 0  # visitors who came again after a newcomer in another place
    returned_region: int = 0  # … in another region
    vague: int = 0  # newcomers through a carrier who are known by their address alone
    places: int = 0  # more than 60 km apart, at most 5
    span: int = 0  # days from the code's first scan to its last credited newcomer
    thinnest: int = 0  # credited newcomers outside the place that most of the located ones share


@dataclass(frozen=True, slots=True)
class Peers:
    """Sums over the scanned codes of one product, each code's part capped (6, 6, 3, 2, 3)."""

    codes: int = 0
    credited: int = 0
    ndays: int = 0
    places: int = 0
    gap10: int = 0
    alternate: int = 0


NO_EVIDENCE = Evidence()
NO_PEERS = Peers()
