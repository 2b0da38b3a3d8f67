"""What all simulated visitors share: each scan comes from a phone that was never seen before, and is counted."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

from locust import HttpUser, events

from loadtests import codes

_REPORT = os.environ.get("LOADTEST_REPORT", "")  # file for the count of answered scans; empty: no report
_SEED = random.Random(os.getpid())
_answered = 0


class Visitor(HttpUser):
    """A visitor whose every request counts as a new scan: a second look by the same phone would be a reload."""

    abstract = True

    def scan(self, path: str, name: str, **more: Any) -> None:
        """Open a path as a new phone does, and check that a verdict came."""
        self._send("GET", path, name, **more)

    def ask(self, code: str) -> None:
        """Ask the API for a code, as another program does."""
        self._send("POST", "/api/v1/verify", "POST /api/v1/verify", json={"code": code})

    def _send(self, method: str, path: str, name: str, **more: Any) -> None:
        phone = f"Mozilla/5.0 (Linux; Android 14; Phone {_SEED.getrandbits(62):019d}) Mobile"
        headers = {"User-Agent": phone, **more.pop("headers", {})}
        with self.client.request(method, path, name=name, headers=headers, catch_response=True, **more) as answer:
            if answer.status_code != 200:
                answer.failure(f"Expected 200, got {answer.status_code}.")
            elif not answer.content:
                answer.failure("Expected a page, got nothing.")
            else:
                answer.success()
                _count()


def _count() -> None:
    global _answered  # noqa: PLW0603 - one process, one number; locust runs visitors as greenlets of one thread
    _answered += 1


@events.init.add_listener
def _learn(**_: Any) -> None:
    codes.demo_paths()  # before the clock runs and before visitors could ask for it all at once


@events.quitting.add_listener
def _report(environment: Any, **_: Any) -> None:
    if _REPORT:
        stats = environment.stats.total
        Path(_REPORT).write_text(
            json.dumps(
                {
                    "answered": _answered,
                    "requests": stats.num_requests,
                    "failures": stats.num_failures,
                    "median_ms": stats.median_response_time,
                    "p95_ms": stats.get_response_time_percentile(0.95),
                }
            )
        )
