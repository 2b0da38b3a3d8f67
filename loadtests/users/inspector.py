"""Market inspectors: many items of one stall in a row. Add a task for each page of their workplace that is heavy."""

from __future__ import annotations

from typing import Any

from locust import task

from loadtests import codes
from loadtests.visitor import Visitor

_CARTON = 10


class Inspector(Visitor):
    """Checks a carton at once, looks at single items, and asks for all links of a product."""

    weight = 1

    @task(2)
    def carton(self) -> None:
        """All items of a carton in one request; each is a scan."""
        asked = {"codes": [codes.link(path) for path in codes.items(_CARTON)]}
        self.send("POST", "/api/v1/verify/batch", "POST /api/v1/verify/batch", json=asked, scans=_answered)

    @task(3)
    def item(self) -> None:
        """One item by itself."""
        self.scan(codes.item(), "item")

    @task(1)
    def links(self) -> None:
        """What else is known of a product: the link set (GS1-Conformant Resolver Standard)."""
        self.look(f"{codes.product()}?linkType=linkset", "link set", fine=(404,))


def _answered(answer: Any) -> int:
    return sum(row["status"] == 200 for row in answer.json())
