"""Programs: shops' and partners' systems that ask the API."""

from __future__ import annotations

import random

from locust import between, task

from loadtests import codes
from loadtests.visitor import Visitor


class Program(Visitor):
    """Asks for items through the JSON API, by POST and at the Digital Link path itself."""

    wait_time = between(0.02, 0.1)
    weight = 1

    @task(2)
    def verify(self) -> None:
        """POST of a code as a hand scanner gives it."""
        self.ask("https://id.example" + random.choice(codes.item_paths()))

    @task(1)
    def negotiate(self) -> None:
        """GET of the Digital Link path, asking for JSON."""
        self.scan(random.choice(codes.item_paths()), "item as JSON", headers={"Accept": "application/json"})
