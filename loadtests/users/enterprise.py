"""Enterprises: their own goods, symbols for labels, data for partners. Add a task for each page of theirs."""

from __future__ import annotations

from locust import task

from loadtests import codes
from loadtests.visitor import Visitor


class Enterprise(Visitor):
    """Draws symbols, reads the passport as linked data, and looks at its product's page."""

    weight = 1

    @task(2)
    def symbol(self) -> None:
        """A code for a label, to print."""
        self.look(f"{codes.item()}?format=svg", "symbol")

    @task(1)
    def links(self) -> None:
        """The link set of a product, as a partner's program reads it."""
        self.look(f"{codes.product()}?linkType=linkset", "link set", fine=(404,))

    @task(1)
    def product(self) -> None:
        """Its own product, as shoppers see it."""
        self.scan(codes.product(), "class")
