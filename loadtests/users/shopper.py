"""Shoppers: people in front of a shelf with a phone."""

from __future__ import annotations

import random

from locust import between, task

from loadtests import codes
from loadtests.visitor import Visitor


class Shopper(Visitor):
    """Scans items; now and then a code that only names the product, or one that nobody issued."""

    wait_time = between(0.02, 0.1)
    weight = 4

    @task(8)
    def item(self) -> None:
        """An item of the demonstration registry."""
        self.scan(random.choice(codes.item_paths()), "item")

    @task(2)
    def product(self) -> None:
        """The barcode of a product, without a serial."""
        self.scan(f"/01/{random.choice(codes.gtins())}", "class")

    @task(1)
    def copied(self) -> None:
        """A made-up serial of a real product."""
        self.scan(codes.unknown_serial(), "unknown serial")

    @task(1)
    def stranger(self) -> None:
        """A product of somebody who is not registered here."""
        self.scan(codes.unknown_product(), "unknown product")
