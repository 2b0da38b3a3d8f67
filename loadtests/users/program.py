"""Programs: shops' and partners' systems that ask the API."""

from __future__ import annotations

from locust import task

from loadtests import codes
from loadtests.visitor import Visitor


class Program(Visitor):
    """Asks for items through the JSON API, by POST and at the Digital Link path itself."""

    weight = 5

    @task(2)
    def verify(self) -> None:
        """POST of a code as a hand scanner gives it."""
        code = codes.link(codes.item())
        self.send("POST", "/api/v1/verify", "POST /api/v1/verify", json={"code": code})

    @task(1)
    def negotiate(self) -> None:
        """GET of the Digital Link path, asking for JSON."""
        self.scan(codes.item(), "item as JSON", headers={"Accept": "application/json"})
