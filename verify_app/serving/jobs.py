"""Heavy work of enterprises in a process of its own, so that no scan waits for an import: any number may run."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping

from ..enterprise.desk import Desk
from ..store.engine import StoreUnavailable
from .digest_words import digest_words

_log = logging.getLogger("verify_app.jobs")
_IDLE_SECONDS = 1.0
_SICK_SECONDS = 5.0


def jobs_of(desk: Desk) -> Mapping[str, Callable[[], object]]:
    """What is to be done, by name: each call does one piece of work, and answers nothing where none waits."""
    return {
        "imports": desk.imports.run_next,
        "captures": desk.captures.run_next,
        "older events": desk.captures.index_next,
        "alerts": desk.webhooks.tell_alerts,
        "news": desk.webhooks.tell_news,
        "serials": desk.codes.issue_next,
        "labels": desk.codes.print_next,
        "old labels": desk.codes.forget_next,
        "webhooks": desk.webhooks.run_next,
        "digests": lambda: desk.digests.run_next(digest_words),
        "letters": desk.letters.run_next,
    }


def run(jobs: Mapping[str, Callable[[], object]], stop: threading.Event) -> None:
    """Do one piece of each kind in turn until `stop` is set. A database that is away is waited for."""
    while not stop.is_set():
        wait = _IDLE_SECONDS
        for name, work in jobs.items():
            try:
                if work():
                    wait = 0.0
            except (StoreUnavailable, OSError) as error:
                _log.warning("%s: %s", name, error)
                wait = _SICK_SECONDS
            if stop.is_set():
                return
        stop.wait(wait)


def run_once(jobs: Mapping[str, Callable[[], object]]) -> int:
    """Do everything that waits; returns how many pieces. Raises `StoreUnavailable`."""
    done = 0
    for work in jobs.values():
        while work():
            done += 1
    return done
