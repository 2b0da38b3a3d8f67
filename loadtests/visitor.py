"""What all simulated visitors share: each scan comes from a phone that was never seen before, and is counted."""

from __future__ import annotations

import json
import os
import random
import secrets
import time
from pathlib import Path
from typing import Any

from locust import FastHttpUser, constant_pacing, events
from locust.runners import MasterRunner, WorkerRunner

from loadtests import codes, shape
from loadtests.tally import Tally

_REPORT = os.environ.get("LOADTEST_REPORT", "")  # file for what was counted; empty: no report
_BUSY = 503
tally = Tally()
steps: list[dict[str, Any]] = []  # stages of a staircase that were climbed: asked for, reached, times, whether it holds


class Visitor(FastHttpUser):
    """A visitor whose every request counts as a new scan: a second look by the same phone would be a reload."""

    abstract = True
    wait_time = constant_pacing(chosen.pace if (chosen := shape.chosen()) else 1.0)
    network_timeout = 60.0
    connection_timeout = 60.0

    def scan(self, path: str, name: str, **more: Any) -> None:
        """Open a path as a new phone does, and check that a verdict came."""
        self.send("GET", path, name, scans=1, **more)

    def look(self, path: str, name: str, **more: Any) -> None:
        """Open something that is no scan: a picture, a list of links, a page of the workplace."""
        self.send("GET", path, name, scans=0, **more)

    def send(self, method: str, path: str, name: str, **more: Any) -> None:
        """Ask, and count. `scans`: how many scans the answer stands for, or a function of the answer; `fine`: other
        states than 200 that are good answers, and stand for no scan."""
        scans, fine = more.pop("scans", 1), more.pop("fine", ())
        phone = f"Mozilla/5.0 (Linux; Android 14; Phone {secrets.randbits(62):019d}) Mobile"
        headers = {"User-Agent": phone, "Accept-Encoding": "br", **more.pop("headers", {})}
        with self.client.request(method, path, name=name, headers=headers, catch_response=True, **more) as answer:
            if answer.status_code in fine:
                tally.turned_away += answer.status_code == _BUSY
                answer.success()
            elif answer.status_code != 200:
                answer.failure(f"Expected 200, got {answer.status_code}.")
            elif not answer.content:
                answer.failure("Expected a page, got nothing.")
            else:
                answer.success()
                tally.scans += scans(answer) if callable(scans) else scans


@events.init.add_listener
def _begin(environment: Any, **_: Any) -> None:
    codes.known()  # before the clock runs and before visitors could ask for it all at once
    random.seed()  # processes that were forked would all take the same codes
    if isinstance(environment.runner, MasterRunner):
        environment.runner.register_message("tally", lambda msg, **_: tally.add(msg.data))


@events.request.add_listener
def _note(name: str, response_time: float, exception: Exception | None, **_: Any) -> None:
    tally.note(name, response_time, exception is not None)


@events.report_to_master.add_listener
def _tell(client_id: str, data: dict[str, Any]) -> None:  # noqa: ARG001 - locust's interface
    data["tally"] = tally.take()


@events.worker_report.add_listener
def _hear(client_id: str, data: dict[str, Any]) -> None:  # noqa: ARG001 - locust's interface
    tally.add(data["tally"])


@events.test_stop.add_listener
def _last_words(environment: Any, **_: Any) -> None:
    """The leader waits for this message: it comes before "stopped"; a report that is due later could come too late."""
    if isinstance(environment.runner, WorkerRunner):
        environment.runner.send_message("tally", tally.take())


@events.test_start.add_listener
def _start(environment: Any, **_: Any) -> None:
    environment.began = time.time()


@events.quit.add_listener
def _report(**_: Any) -> None:
    if _REPORT and tally.scans:
        Path(_REPORT).write_text(json.dumps({"told": tally.take(), "steps": steps}))
