"""A labelled world: made from a seed and assumptions, written in the format of the replay."""

from __future__ import annotations

import csv
import gzip
import json
import random
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from . import dishonest, honest, walkers
from .addresses import AddressBook
from .assumptions import Assumptions, drawn
from .diary import Diary, key
from .goods import START, Factory, Item
from .people import Crowd


def make(a: Assumptions, seed: int) -> Diary:
    """A world: the same for the same assumptions and seed."""
    rng = random.Random(seed)  # noqa: S311 - a made world is repeated on purpose
    a = drawn(a, rng)
    book = AddressBook(a, rng)
    diary = Diary(a, rng, Crowd(a, book, rng), Factory(a, rng))
    units = [product for product in diary.factory.products if product.row["level"] == "unit"]
    weights = [product.curiosity * len(product.lots) for product in units]
    items = [_item(diary, units, weights) for _ in range(a.codes)]
    _shipments_go_astray(diary, items)
    special = _special(diary, items)
    for item in items:
        if id(item) not in special:
            _ordinary(diary, item)
    _enumerators(diary, units, items)
    honest.coarse(diary)
    lots = [lot for product in diary.factory.products if product.row["level"] == "lot" for lot in product.lots]
    for lot in rng.sample(lots, min(len(lots), max(1, int(a.clones * a.codes / 10_000 * 0.4)))):
        dishonest.lot_copy(diary, lot)
    _walkers(diary, units, seed)
    diary.looks.sort(key=lambda look: look.when)
    return diary


def _walkers(diary: Diary, units: list[Any], seed: int) -> None:
    """Last, and with chances of its own, so that the rest of a seed's world is what it was without them."""
    rng = random.Random(f"walkers {seed}")  # noqa: S311 - a made world is repeated on purpose
    lots = [lot for product in units for lot in product.lots]
    acts = [walkers.crawl] * diary.a.crawls + [walkers.warehouse] * diary.a.warehouses
    for act, lot in zip(acts, rng.sample(lots, min(len(lots), len(acts))), strict=False):
        act(diary, lot, rng)


def _item(diary: Diary, units: list[Any], weights: list[float]) -> Item:
    """An item that is sold while the world lasts."""
    while True:
        lot = diary.rng.choice(diary.rng.choices(units, weights)[0].lots)
        item = diary.factory.item(lot)
        if START <= item.sold < diary.end:
            return item
        diary.factory.items.pop()


def _ordinary(diary: Diary, item: Item) -> None:
    a, rng = diary.a, diary.rng
    honest.life(diary, item)
    period = item.lot.row["campaign"]
    if period:
        honest.campaign(diary, item, tuple(period))
    if rng.random() < a.fair:
        honest.on_show(diary, item)
    if rng.random() < a.mistype:
        honest.mistyped(diary, item)
    missing = 1 - float(item.lot.row["uploaded"]) / float(item.lot.row["size"])
    if rng.random() < missing:
        diary.unlisted.add(key(item))


def _special(diary: Diary, items: list[Item]) -> set[int]:
    """Give some items to those who do harm (and to chance); returns which."""
    a, rng = diary.a, diary.rng
    plan: list[Any] = []
    for scenario, weight in dishonest.ITEM_SCENARIOS:
        plan += [scenario] * max(1, round(a.clones * weight * a.codes / 10_000))
    plan += [dishonest.viral] * a.viral + [dishonest.burst_attack] * a.burst_attacks
    plan += [dishonest.patient_attack] * a.patient_attacks
    taken: set[int] = set()
    for act in plan:
        fits = (lambda item: item.lot.product.row["refillable"]) if act is dishonest.refilled else (lambda _: True)
        item = rng.choice(items)
        while id(item) in taken or not fits(item) or (item.sold > diary.end - 45 * 86_400):
            item = rng.choice(items)
        taken.add(id(item))
        act(diary, item)
    return taken


def _shipments_go_astray(diary: Diary, items: list[Item]) -> None:
    by: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        if item.shipment["known"]:
            by[str(item.shipment["id"])].append(item)
    large = [group for group in by.values() if len(group) >= 8]
    for group in diary.rng.sample(large, min(len(large), diary.a.diverted)):
        dishonest.divert(diary, group[0].shipment, group)


def _enumerators(diary: Diary, units: list[Any], items: list[Item]) -> None:
    a, rng = diary.a, diary.rng
    for number in range(a.enumerators + a.slow_enumerators):
        product = rng.choice(units)
        lot = rng.choice(product.lots)
        fresh = [diary.factory.item(lot) for _ in range(300)]
        dishonest.enumerate_codes(diary, fresh, slow=number >= a.enumerators)
    for _ in range(a.cartons):
        lot = rng.choice(rng.choice(units).lots)
        sold = [item for item in items if item.lot is lot][: rng.randrange(12, 30)]
        if sold:
            honest.carton(diary, sold)


def write(diary: Diary, folder: Path) -> None:
    """Write scans.jsonl.gz, registry.jsonl.gz, geoip.csv and truth.json. `truth.json` says more than a replay needs:
    the scenario of each code and which scans were of falsified pieces."""
    folder.mkdir(parents=True, exist_ok=True)
    seen = {f"{look.code['gtin']}|{look.code['serial']}" for look in diary.looks}
    listed = [item for item in diary.factory.items if key(item) in seen and key(item) not in diary.unlisted]
    _lines(folder / "registry.jsonl.gz", _registry(diary, listed))
    _lines(folder / "scans.jsonl.gz", (_scan(number, look) for number, look in enumerate(diary.looks)))
    with (folder / "geoip.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("cidr", "lat", "lon", "radius_km", "kind", "country"))
        for block in sorted(diary.crowd.book.blocks(), key=lambda block: block.number):
            network = f"100.{64 + (block.number >> 8)}.{block.number & 255}.0/24"
            writer.writerow((network, block.lat, block.lon, block.radius, block.kind, block.country))
    codes: dict[str, int] = defaultdict(int)
    for item in listed:
        codes[str(item.shipment["id"])] += 1
    truth = {
        "codes": {
            name: {"kind": t.kind, "first_fake": t.first_fake, "scenario": t.scenario}
            for name, t in diary.truth.items()
            if name in seen or "|lot:" in name
        },
        "clients": diary.clients,
        "walked": sorted(diary.walked),
        "walkers": sorted(diary.walkers),
        "tried": sorted(diary.tried),
        "shipments": {name: {"diverted": name in diary.diverted, "codes": count} for name, count in codes.items()},
        "fake_scans": [number for number, look in enumerate(diary.looks) if look.fake],
    }
    (folder / "truth.json").write_text(json.dumps(truth), encoding="utf-8")


def _registry(diary: Diary, listed: list[Item]) -> Iterable[dict[str, Any]]:
    for product in diary.factory.products:
        yield product.row
    for product in diary.factory.products:
        for lot in product.lots:
            yield lot.row
            for shipment in lot.shipments:
                yield {name: value for name, value in shipment.items() if not name.startswith("_")}
    for item in listed:
        yield item.row


def _scan(number: int, look: Any) -> dict[str, Any]:
    row = {"id": number, "ts": round(look.when, 3), "code": look.code, "client": look.client}
    return {**row, "actor": look.actor, "sig": look.sig}


def _lines(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=3) as file:
        for row in rows:
            file.write(json.dumps(row, separators=(",", ":")) + "\n")
