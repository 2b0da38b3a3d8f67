"""What was seen of one code before the present scan."""

from __future__ import annotations

from dataclasses import dataclass

from .evidence import NO_EVIDENCE, NO_PEERS, Evidence, Peers


@dataclass(frozen=True, slots=True)
class Flags:
    """Immediate facts that travel with the history, so that a stale cached page can never hide them.

    `recall` and `display` are "" or a reference to the act in the registry ("recall:17", "suspended:4"). The others
    are what inspectors found: `confirmed` when they confirmed falsified goods under this code (UTC milliseconds, 0 if
    they did not), `excused` nats that a closed case takes off the score, `prior` nats that confirmed cases of the same
    product add; `overrun`: more people look at this lot's code than its items can have.
    """

    recall: str = ""
    display: str = ""
    confirmed: int = 0
    excused: float = 0.0
    prior: float = 0.0
    overrun: bool = False


NO_FLAGS = Flags()


@dataclass(frozen=True, slots=True)
class History:
    """Earlier scans of one code, as `observe` returned them. Counts do not include the present scan.

    Times are milliseconds since 1970-01-01 UTC, 0 for none. `others` counts different visitors other than the
    present one, exact to 12; `days` the different days (Vietnamese time) with a newcomer among them; `regions` the
    newcomers located in the north, the centre and the south; `travel` the pairs of scans by different visitors
    too far apart for the time between them; `abroad` the newcomers outside Vietnam.
    """

    scans: int = 0
    others: int = 0
    days: int = 0
    first: int = 0
    last: int = 0
    regions: tuple[int, int, int] = (0, 0, 0)
    travel: int = 0
    abroad: int = 0
    mine_first: bool = False  # the present visitor was the first
    repeat: bool = False  # the present visitor was here minutes ago: not a new scan
    recorded: bool = True  # this scan is in the stream (False for looks and repeats, which are not scans)
    flags: Flags = NO_FLAGS
    evidence: Evidence = NO_EVIDENCE  # of copies, the present scan included
    peers: Peers = NO_PEERS  # the same of all scanned codes of the product
