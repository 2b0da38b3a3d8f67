"""Attackers: a program that tries out serials, hoping for one that is answered as valid."""

from __future__ import annotations

from locust import task

from loadtests import codes
from loadtests.visitor import Visitor

_TOO_MANY = 429


class Guesser(Visitor):
    """Asks for serials that nobody issued, as quickly as it is allowed to."""

    weight = 1

    @task
    def guess(self) -> None:
        """One serial after the other; to be told to wait is a good answer here."""
        self.send("GET", codes.unknown_serial(), "guess", fine=(_TOO_MANY,))
