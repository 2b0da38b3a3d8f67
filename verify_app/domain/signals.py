"""Signals: named amounts that the score weighs, from the evidence of one code and from its peers.

Each signal is monotone in the evidence. Those in `EXCUSES` may only lower a score, all others only raise it.
"""

from __future__ import annotations

from dataclasses import dataclass

from .evidence import Evidence, Peers

EXCUSES = frozenset(
    {
        "peer_credited",
        "peer_ndays",
        "peer_places",
        "burst",
        "campaign",
        "linked",
        "hosted",
        "kin",
        "vague",
        "followers",
        "flood",
    }
)
BESIDE_PEERS = frozenset(  # those that other codes of the product have a part in
    {
        "against_peers",
        "ndays_against_peers",
        "places_against_peers",
        "peer_credited",
        "peer_ndays",
        "peer_places",
    }
)
_SHRINK = 20  # codes: how many a product needs before its own habits outweigh the usual ones
_USUAL_CREDITED, _USUAL_NDAYS, _USUAL_PLACES = 2.0, 1.8, 0.9


@dataclass(frozen=True, slots=True)
class Nature:
    """What matters of the product: whether packs are refilled at home, whether serials can be guessed."""

    refillable: bool = False
    sequential: bool = False


NO_NATURE = Nature()


def signals(e: Evidence, peers: Peers, nature: Nature = NO_NATURE) -> dict[str, float]:
    """Named amounts. The code's own part is taken out of its peers, so it is not compared with itself."""
    return _own(e, nature) | _against(e, peers)


def _own(e: Evidence, nature: Nature) -> dict[str, float]:
    """What the code's own scans say."""
    return {
        "days": e.days,
        "ndays": e.ndays,
        "credited": e.credited,
        "places": e.places + min(e.crowded, 3),
        "thinnest": e.thinnest,
        "lines": e.lines,
        "regions": (e.north > 0) + (e.centre > 0) + (e.south > 0),
        "second_region": sorted((e.north, e.centre, e.south))[1],
        "alternate": e.alternate,
        "gap10": e.gap10,
        "gap30": 0 if nature.refillable else e.gap30,
        "gap30_refillable": e.gap30 if nature.refillable else 0,
        "fargap": e.fargap,
        "back": e.back,
        "fast_sure": e.fast_sure,
        "fast": e.fast,
        "used": e.used,
        "used_late": e.used_late,
        "used_sealed": 0 if nature.refillable else e.used,
        "used_late_sealed": 0 if nature.refillable else e.used_late,
        "used_refilled": e.used if nature.refillable else 0,  # guests look at what was filled again at home
        "used_late_refilled": e.used_late if nature.refillable else 0,
        "used_days": e.used_days,
        "destroyed": e.destroyed,
        "unshipped": e.unshipped,
        "unshipped_sequential": e.unshipped if nature.sequential else 0,
        "outside_first": 1 if e.outside and not e.inside else 0,
        "outside_more": max(0, e.outside - e.inside),
        "span": e.span,
        "late20": e.late20,
        "late40": e.late40,
        "switch": e.switch,
        "outlived": 0 if nature.refillable else e.outlived,
        "outlived_twice": 0 if nature.refillable else e.outlived_twice,
        "returned": e.returned,
        "returned_region": e.returned_region,
        "astride": min(e.outside, e.inside),
    }


def _against(e: Evidence, peers: Peers) -> dict[str, float]:
    """How far the code stands out from its product, and what excuses it."""
    others = max(0, peers.codes - (1 if e.days else 0))
    share = 1.0 / (others + _SHRINK)
    credited = (max(0, peers.credited - min(e.credited, 6)) + _USUAL_CREDITED * _SHRINK) * share
    ndays = (max(0, peers.ndays - min(e.ndays, 6)) + _USUAL_NDAYS * _SHRINK) * share
    places = (max(0, peers.places - min(e.places, 3)) + _USUAL_PLACES * _SHRINK) * share
    through = e.shared + e.over
    return {
        "against_peers": e.credited / credited,
        "ndays_against_peers": e.ndays / ndays,
        "places_against_peers": e.places / places,
        "peer_credited": max(0.0, credited - _USUAL_CREDITED),
        "peer_ndays": max(0.0, ndays - _USUAL_NDAYS),
        "peer_places": max(0.0, places - _USUAL_PLACES),
        "burst": e.over / (e.credited + through) if through else 0.0,
        "linked": e.shared / (e.credited + through) if through else 0.0,
        "campaign": e.campaign / max(1, e.credited),
        "hosted": e.hosted + e.flagged,
        "kin": e.kin,
        "vague": e.vague / max(1, e.credited),
        "followers": min(e.shared, 60) / 60,
        "flood": min(1.0, max(0.0, (e.kin + e.hosted + e.over) / max(1, e.credited) - 2) / 4),
    }
