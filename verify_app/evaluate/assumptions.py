"""What a world assumes of people, goods and counterfeiters. Every rate is an assumption, none is field data.

A rule that is right only under one set of assumptions is not right. So each world draws its own rates around these,
and `VARIANTS` double, halve and remove whole behaviours.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, fields, replace
from math import exp, log


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Rates of one world. Shares are of genuine items that anybody checks, unless a comment says otherwise."""

    days: int = 150
    codes: int = 12_000  # genuine items checked at least once
    spread: float = 1.5  # a world draws its rates between the base by this and the base times this
    products: int = 40
    # honest people
    recheck: float = 0.12  # the buyer looks again another day
    again: float = 0.2  # of all looks: the page is opened anew within minutes, through any network
    home_too: float = 0.12  # … or at home, hours after the shop
    family: float = 0.30  # somebody of the household looks, too
    browse: float = 0.22  # shoppers look before the sale; the number is 1 + a geometric one
    browse_more: float = 0.25
    gift: float = 0.15
    resale: float = 0.03  # sold on, by hand or online
    share: float = 0.05  # a link goes to a chat
    retailer: float = 0.06
    partner: float = 0.02
    travel: float = 0.03  # the buyer looks again from far away
    vpn: float = 0.012
    bin: float = 0.01  # a stranger finds the empty pack
    refill_home: float = 0.04  # of refillables: the owner refills, and guests look weeks later
    mistype: float = 0.002
    ecommerce: float = 0.2  # goods bought outside the shipment's market
    fair: float = 0.0005  # items on show: a fair, a shop window, a class; strangers in one place for days
    device_id: float = 0.84
    gps: float = 0.17
    mobile: float = 0.42
    cookie_loss: float = 0.06  # a known visitor comes with a new identity
    # goods
    unit_share: float = 0.78
    sequential: float = 0.4
    signed: float = 0.35
    consumed_known: float = 0.15  # a till or the owner books the use
    campaign: float = 0.06  # of lots
    late_upload: float = 0.006  # of lots: serials come after the first sales
    partial_upload: float = 0.01  # of lots
    late_shipping: float = 0.01  # of shipments: booked days after the goods left
    unknown_shipping: float = 0.06
    # addresses
    fixed_at_hub: float = 0.25  # fixed lines that the table puts on a hub city
    fixed_wrong: float = 0.04  # … or on some other place
    mobile_elsewhere: float = 0.12  # mobile traffic that leaves through another region's hub
    carrier_as_line: float = 0.1  # of carriers' blocks: the table takes them for fixed lines of the hub city
    hosting_as_line: float = 0.2  # of data centres' and private networks' blocks: … for lines abroad
    # counterfeiters: codes of each kind per 10,000 genuine
    clones: float = 7.0
    fake_scans: float = 13.0  # median scans of a widely copied code
    # others
    viral: int = 12
    burst_attacks: int = 8
    patient_attacks: int = 3
    enumerators: int = 4
    slow_enumerators: int = 2
    crawls: int = 3  # lots whose serials are tried out slowly, from everywhere
    warehouses: int = 3  # honest ones that count goods before their data are there
    cartons: int = 4  # honest shops that scan whole cartons
    diverted: int = 6


_RATES = (
    *("recheck", "family", "browse", "gift", "resale", "share", "retailer", "travel", "vpn", "bin", "refill_home"),
    *("gps", "mobile", "fixed_at_hub", "mobile_elsewhere", "cookie_loss", "ecommerce", "consumed_known", "fair"),
    *("again", "home_too", "carrier_as_line", "hosting_as_line", "browse_more", "campaign"),
)


def drawn(base: Assumptions, rng: random.Random) -> Assumptions:
    """A world's own rates, each drawn on its own."""
    most = log(base.spread)
    changes = {name: min(0.9, getattr(base, name) * exp(rng.uniform(-most, most))) for name in _RATES}
    changes["fake_scans"] = base.fake_scans * exp(rng.uniform(-most, most))
    return replace(base, **changes)


def _times(factor: float, *names: str) -> dict[str, float]:
    plain = Assumptions()
    return {name: min(0.95, getattr(plain, name) * factor) for name in names}


VARIANTS: dict[str, dict[str, float]] = {
    "plain": {},
    "wide": {"spread": 2.5},  # every rate by itself, from two fifths to two and a half times
    "busy": {**_times(2, "share", "gift", "browse", "family", "resale", "recheck"), "browse_more": 0.45},
    "quiet": _times(0.5, "share", "gift", "browse", "family", "resale", "recheck"),
    "steady": {"browse_more": 0.12, "fair": 0.0, "campaign": 0.03, "ecommerce": 0.15},  # as many looks, fewer extremes
    "no_gps": {"gps": 0.0},
    "no_device_id": {"device_id": 0.0},
    "mobile_only": {"mobile": 0.85},
    "hubs": {"fixed_at_hub": 0.6},
    "no_uses_known": {"consumed_known": 0.0},
    "online": {"ecommerce": 0.5},
    "late_data": {"late_upload": 0.04, "partial_upload": 0.05, "late_shipping": 0.05},
    "few_copies": {"fake_scans": 6.0},
}


def variant(name: str, **sizes: float) -> Assumptions:
    """The assumptions of a named variant with other sizes. Raises `KeyError` for an unknown variant or field."""
    changes = {**VARIANTS[name], **sizes}
    known = {field.name for field in fields(Assumptions)}
    if unknown := set(changes) - known:
        raise KeyError(f"Expected fields of Assumptions, got {sorted(unknown)}.")
    return replace(Assumptions(), **changes)  # type: ignore[arg-type]  # of fields that are numbers
