"""Who tries the serials of one lot out slowly, and the warehouse that looks like it."""

from __future__ import annotations

import random

from .diary import Diary, Look, Truth
from .goods import DAY, START, Lot


def crawl(diary: Diary, lot: Lot, rng: random.Random) -> None:
    """Somebody who rents addresses everywhere: a serial every day or two, each from another network."""
    book = diary.crowd.book
    networks = book.hosting + [block for market in range(100, 110) for block in book.fixed[market]]
    abroad = {int(shipment["_market"]) for shipment in lot.shipments}
    own = {block for market in abroad if market >= 100 for block in book.fixed[market]}
    networks = rng.sample([block for block in networks if block not in own], 40)
    walks = rng.random() < 0.5  # else it guesses
    number, when = rng.randrange(100_000, 900_000), START + rng.uniform(5, max(6, diary.a.days - 60)) * DAY
    for network in networks[: rng.randrange(15, 40)]:
        when += rng.expovariate(1 / (1.2 * DAY))
        number = number + rng.randrange(1, 3) if walks else rng.randrange(1_000_000)
        client = {"ip": network.address(rng), "ua": diary.crowd.agent()}
        _strange(diary, lot, f"{str(lot.row['lot'])[-4:]}{number:06d}", when, client)
        diary.walkers.add(client["ip"])
    diary.walked.add(f"{lot.product.gtin}|lot:{lot.row['lot']}")


def warehouse(diary: Diary, lot: Lot, rng: random.Random) -> None:
    """An importer's people count goods that are not in the data yet, row by row, for a week or two: the warehouse's
    line and a few phones."""
    book = diary.crowd.book
    lot.row["uploaded"] = int(float(lot.row["size"]) * rng.uniform(0.5, 0.9))
    line = rng.choice(book.fixed[rng.randrange(34)]).address(rng)
    phones = [diary.crowd.agent() for _ in range(4)]
    number, day = rng.randrange(100_000, 900_000), START + rng.randrange(5, max(6, diary.a.days - 20)) * DAY
    made = float(lot.row["commission_ts"])
    day += max(0, -(-(made - day) // DAY)) * DAY  # not before they were made
    for _ in range(rng.randrange(5, 12)):
        when = day + rng.uniform(8, 10) * 3600
        for _ in range(rng.randrange(8, 25)):
            when += rng.uniform(60, 900)
            number += 1
            carrier = rng.random() < 0.4
            address = rng.choice(book.mobile[rng.choice("NCS")]).address(rng) if carrier else line
            client = {"ip": address, "ua": rng.choice(phones)}
            _strange(diary, lot, f"{str(lot.row['lot'])[-4:]}{number:06d}", when, client)
        day += DAY


def _strange(diary: Diary, lot: Lot, serial: str, when: float, client: dict[str, str]) -> None:
    code: dict[str, str | None] = {"gtin": lot.product.gtin, "lot": str(lot.row["lot"]), "serial": serial}
    diary.truth.setdefault(f"{lot.product.gtin}|{serial}", Truth("none", "walked"))
    signed = False if lot.product.row["signed"] else None
    diary.add(Look(when, code, dict(client), "public", signed, False))
