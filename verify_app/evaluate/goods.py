"""Goods of a made world: products, lots, shipments and the items that somebody will look at."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from ..domain.check_digit import expected_check_digit
from ..domain.provinces import PROVINCES
from .assumptions import Assumptions

DAY = 86_400.0
START = 1_772_298_000.0  # 2026-03-01 00:00 in Vietnam
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_KINDS = (  # category, days in use, refillable
    ("rice", 30, False),
    ("coffee", 30, False),
    ("tea", 60, False),
    ("honey", 60, True),
    ("fish-sauce", 45, True),
    ("wine", 25, True),
    ("supplement", 40, False),
    ("fruit", 5, False),
    ("cosmetic", 60, False),
    ("herbal-oil", 70, True),
)


@dataclass(slots=True)
class Product:
    """A model with its lots; `row` is its line of the registry."""

    row: dict[str, Any]
    home: int  # province of its maker
    curiosity: float  # how much more its buyers look than others do
    lots: list[Lot] = field(default_factory=list)

    @property
    def gtin(self) -> str:
        """GTIN-14."""
        return str(self.row["gtin"])


@dataclass(slots=True)
class Lot:
    """A lot with its shipments; `uploaded_late` is when its serials arrive if they are late."""

    row: dict[str, Any]
    product: Product
    shipments: list[dict[str, Any]]
    arrives: float  # the producer's upload
    issued: int = 0


@dataclass(slots=True)
class Item:
    """A unit; `row` is its line of the registry."""

    row: dict[str, Any]
    lot: Lot
    shipment: dict[str, Any]
    sold: float
    market: int  # where it is really sold
    signed: bool

    @property
    def serial(self) -> str:
        """Serial number."""
        return str(self.row["serial"])


class Factory:
    """Makes goods."""

    def __init__(self, a: Assumptions, rng: random.Random) -> None:
        self._a, self._rng = a, rng
        self._shipments = 0
        self.products = [self._product(number) for number in range(a.products)]
        self.items: list[Item] = []

    def _product(self, number: int) -> Product:
        a, rng = self._a, self._rng
        category, use_days, refillable = rng.choice(_KINDS)
        digits = f"0952{900_000 + number:06d}{rng.randrange(1000):03d}"
        share = number / a.products
        level = "unit" if share < a.unit_share else "lot" if share < a.unit_share + 0.14 else "gtin"
        sequential = rng.random() < a.sequential
        row = {
            "type": "gtin",
            "gtin": digits + str(expected_check_digit(digits)),
            "category": category,
            "level": level,
            "use_days": use_days,
            "refillable": refillable,
            "signed": level == "unit" and not sequential and rng.random() < a.signed,
            "scheme": "seq" if sequential else "rand",
        }
        product = Product(row, rng.randrange(len(PROVINCES)), rng.lognormvariate(0, 0.35))
        product.lots = [self._lot(product) for _ in range(rng.randrange(3, 9))]
        return product

    def _lot(self, product: Product) -> Lot:
        a, rng = self._a, self._rng
        made = START + rng.uniform(-70, a.days - 25) * DAY
        size = int(rng.lognormvariate(8.3, 0.7)) + 200
        late = rng.random() < a.late_upload
        row: dict[str, Any] = {
            "type": "lot",
            "gtin": product.gtin,
            "lot": f"L{rng.randrange(10**6):06d}",
            "size": size,
            "mfg": made,
            "expiry": made + rng.uniform(150, 900) * DAY,
            "recall_ts": None,
            "campaign": None,
            "commission_ts": made,
            "uploaded": int(size * rng.uniform(0.85, 0.99)) if rng.random() < a.partial_upload else size,
        }
        if rng.random() < a.campaign:
            begin = made + rng.uniform(12, 40) * DAY
            row["campaign"] = [begin, begin + rng.uniform(7, 20) * DAY]
        shipments = [self._shipment(product, row) for _ in range(rng.randrange(3, 8))]
        row["ships"] = [shipment["id"] for shipment in shipments]
        return Lot(row, product, shipments, made + (rng.uniform(15, 40) * DAY if late else 0.0))

    def _shipment(self, product: Product, lot: dict[str, Any]) -> dict[str, Any]:
        a, rng = self._a, self._rng
        known = rng.random() >= a.unknown_shipping
        draw = rng.random()
        market = product.home if draw < 0.35 else rng.randrange(100, 110) if draw > 0.93 else None
        if market is None:
            market = rng.choices(range(34), [province.people for province in PROVINCES])[0]
        self._shipments += 1
        left = float(lot["mfg"]) + rng.uniform(3, 25) * DAY
        booked = left + (rng.uniform(5, 25) * DAY if rng.random() < a.late_shipping else 0.0)
        return {
            "type": "shipment",
            "id": f"S{self._shipments}",
            "gtin": product.gtin,
            "lot": lot["lot"],
            "ship_ts": booked,
            "known": known,
            "market": market if known else None,
            "_left": left,
            "_market": market,
        }

    def item(self, lot: Lot) -> Item:
        """One more unit of a lot, on its way to a shop."""
        rng, product = self._rng, lot.product
        lot.issued += rng.randrange(1, 12)
        sequential = product.row["scheme"] == "seq"
        shipment = rng.choice(lot.shipments)
        row: dict[str, Any] = {
            "type": "unit",
            "gtin": product.gtin,
            "serial": f"{str(lot.row['lot'])[-4:]}{lot.issued:06d}" if sequential else self.serial(),
            "lot": lot.row["lot"],
            "commission_ts": max(float(lot.row["commission_ts"]), lot.arrives),
            "ship_ts": shipment["ship_ts"],
            "shipment": shipment["id"],
            "decom_ts": None,
            "decom": None,
        }
        sold = float(shipment["_left"]) + rng.uniform(3, 45) * DAY
        market = int(shipment["_market"])
        if rng.random() < self._a.ecommerce:
            market = rng.choices(range(34), [province.people for province in PROVINCES])[0]
        found = Item(row, lot, shipment, sold, market, bool(product.row["signed"]))
        self.items.append(found)
        return found

    def serial(self) -> str:
        """Twelve random letters and digits."""
        return "".join(self._rng.choices(_LETTERS, k=12))
