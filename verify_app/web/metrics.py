"""`/metrics` for Prometheus: every measure of the service, named in one place.

Under `serve` the measures of all workers are summed through files in DATA_DIR/metrics (PROMETHEUS_MULTIPROC_DIR);
without that folder they live in this process. They cost some microseconds and hold no code, visitor or address:
labels are routes and verdict names, never what a visitor typed. Keep `/metrics` off the public at the proxy.
"""

from __future__ import annotations

import os
import threading
import time
from bisect import bisect_left
from collections import Counter as Tally
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from ..serving.probes import Health
from .health import watch

if TYPE_CHECKING:
    from ..domain.scan import Entry, Visit
    from ..domain.verdict import Reason
    from ..verify import Answer

metrics = Blueprint("metrics", __name__)
UNSEEN = "verify_app.unseen"  # in a WSGI environment: a request that nobody sent, which is not to be counted

_registry = CollectorRegistry()
_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
_SLOW = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

requests_total = Counter("verify_app_requests", "Answered requests.", ("route", "method", "status"), registry=_registry)
request_seconds = Histogram(
    "verify_app_request_seconds", "Time to answer, by route.", ("route",), registry=_registry, buckets=_QUICK
)
scans_total = Counter("verify_app_scans", "Answered scans by verdict.", ("verdict", "entry"), registry=_registry)
scan_seconds = Histogram("verify_app_scan_seconds", "Time of `verify` in a scan.", registry=_registry, buckets=_QUICK)
history_unavailable_total = Counter(
    "verify_app_history_unavailable", "Scans answered without their history.", registry=_registry
)
decodes_total = Counter("verify_app_decodes", "Photos by what came of them.", ("outcome",), registry=_registry)
decode_seconds = Histogram(
    "verify_app_decode_seconds", "Time to read the codes in a photo.", registry=_registry, buckets=_SLOW
)
cache_total = Counter("verify_app_cache", "What the cache has counted.", ("event",), registry=_registry)

_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})


class _Carry:
    """Adds what the cache has newly counted to a measure that is summed over workers; at most once a second."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[str, int] = {}
        self._due = 0.0

    def over(self, counts: Callable[[], Mapping[str, int]], *, now: bool = False) -> None:
        """Carry over what is new. `now`: even if it was done within this second."""
        if not (now or time.monotonic() >= self._due) or not self._lock.acquire(blocking=False):
            return
        try:
            self._due = time.monotonic() + 1.0
            for name, count in counts().items():
                cache_total.labels(name).inc(max(0, count - self._seen.get(name, 0)))
                self._seen[name] = count
        finally:
            self._lock.release()


_carry = _Carry()


@metrics.before_app_request
def _begin() -> None:
    g.metrics_began = time.perf_counter()


@metrics.after_app_request
def _end(answer: Response) -> Response:
    """Count and time every request, by the rule that matched and never by the path that was asked."""
    if UNSEEN not in request.environ:
        route = request.url_rule.rule if request.url_rule else "none"
        method = request.method if request.method in _METHODS else "other"
        began = g.get("metrics_began")
        seconds = None if began is None else time.perf_counter() - began
        count_request((route, method, str(answer.status_code)), seconds, current_app.extensions["parts"].cache_counts)
    return answer


def count_request(
    labels: tuple[str, str, str],
    seconds: float | None,
    cache_counts: Callable[[], Mapping[str, int]],
    number: int = 1,
) -> None:
    """Count requests by route, method and status, and how long each of them took, where that is known."""
    _of_requests(labels).inc(number)
    if seconds is not None:
        _observe(_of_times(labels[0]), seconds, number)
    _carry.over(cache_counts)


def count_scan(answer: Answer, visit: Visit, seconds: float) -> None:
    """Count one answered scan by its verdict."""
    _of_scans(answer.verdict.name, visit.entry).inc()
    scan_seconds.observe(seconds)
    if answer.history is None:
        history_unavailable_total.inc()


def count_scans(scans: Sequence[tuple[Answer, Visit]], seconds: float) -> None:
    """Count scans that were answered together, in so many seconds."""
    for (verdict, entry), number in Tally((answer.verdict.name, visit.entry) for answer, visit in scans).items():
        _of_scans(verdict, entry).inc(number)
    _observe(scan_seconds, seconds, len(scans))
    blind = sum(answer.history is None for answer, _ in scans)
    if blind:
        history_unavailable_total.inc(blind)


def _observe(histogram: Histogram, seconds: float, number: int) -> None:
    """Observe the same time several times at the price of one: what `Histogram.observe` does, times `number`."""
    if number == 1:
        histogram.observe(seconds)
    elif number:
        place = bisect_left(histogram._upper_bounds, seconds)  # the last bound is infinity
        histogram._sum.inc(seconds * number)
        histogram._buckets[place].inc(number)


# Looking a measure's child up by its labels costs as much as counting; there are few, so each is looked up once.


@cache
def _of_requests(labels: tuple[str, str, str]) -> Counter:
    return requests_total.labels(*labels)


@cache
def _of_times(route: str) -> Histogram:
    return request_seconds.labels(route)


@cache
def _of_scans(verdict: Reason, entry: Entry) -> Counter:
    return scans_total.labels(verdict.value, entry.value)


def count_decode(outcome: str, seconds: float) -> None:
    """Count one photo; `outcome` is one of a few fixed words ("found", "nothing", "refused", "late", "busy")."""
    decodes_total.labels(outcome).inc()
    decode_seconds.observe(seconds)


@metrics.get("/metrics")
def exposition() -> Response:
    """All measures, summed over the workers, in the text format that the asker prefers."""
    _carry.over(current_app.extensions["parts"].cache_counts, now=True)
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(_Own())
    registry.register(_State(watch(current_app).look()))
    encode, mime = choose_encoder(request.headers.get("Accept", ""))
    return Response(encode(registry), content_type=mime, headers={"Cache-Control": "no-store", "Vary": "Accept"})


class _Own:
    """The measures of this process."""

    def collect(self) -> Iterable[Metric]:
        return _registry.collect()


class _State:
    """Gauges read at the moment of asking; as files of each worker they would be as old as its last request."""

    def __init__(self, health: Health) -> None:
        self._health = health

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("verify_app_part_up", "1 while a part of the service is well.", labels=("part",))
        size = GaugeMetricFamily("verify_app_part_value", "Backlog, age or space of a part.", labels=("part", "note"))
        for name, part in self._health.parts.items():
            up.add_metric((name,), float(part.ok))
            if part.value is not None:
                size.add_metric((name, part.note), float(part.value))
        yield up
        yield size
