"""`make bench`: what a verified, recorded scan costs beside the barest programs that the same gunicorn can serve.

All candidates run with the same settings of the same gunicorn, one after the other in alternating rounds, and the
ratios are medians over rounds, so that what else the machine does cancels out. Every request is a scan that counts,
and at the end every answered one must have been recorded.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from statistics import median
from typing import Any

from benchmarks import crowds
from benchmarks.goods import PER_MODEL, Goods
from benchmarks.history_cost import full_history
from benchmarks.load import Asked, Run, generator, load
from benchmarks.site import Site
from verify_app.store.history import Script

CONNECTIONS = 32
ITEMS = 5_000
COLD = 50_000  # further items, for scans of codes that were never asked for
_SLICE = 10_000  # of those for one run
_COLD_SECONDS = 4.0
_WARM = 6  # times that each code is asked for beforehand: each worker process has then met nearly all of them
_WARM_SECONDS = 20.0  # on a machine so slow or busy that this does not suffice, "warm" is not quite warm
_GUESSED = 100  # serials that do not exist
CROWDED = {  # ratio: which measurement, which fact of it, target
    "scan_beside_flood/scan": ("held_off", "genuine_share", 0.8),
    "scan_beside_spread_flood/scan": ("flood", "genuine_share", 0.8),
    "flood_sql/guess": ("flood", "sql_questions_by_guess", 0.0),
    "scan_beside_uploads/scan": ("uploads", "genuine_share", 0.7),
    "viral_loads/process": ("viral", "loads_by_process", 1.0),
    "history_bytes": ("history", "one_buyer", 256.0),
    "history_bytes_at_most": ("history", "all_places_taken", 256.0),
}
AT_MOST = {
    "item_scan_p99/hello_p99",
    "flood_sql/guess",
    "viral_loads/process",
    "history_bytes",
    "history_bytes_at_most",
}
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Encoding": "gzip, deflate, br"}
JSON = {"Accept": "application/json", "Accept-Encoding": "gzip, deflate, br"}


@dataclass(frozen=True, slots=True)
class Row:
    """One thing to measure: which server, what is asked of it, and the targets of its ratios by baseline."""

    name: str
    server: str
    asked: Asked
    targets: dict[str, float] = field(default_factory=dict)
    fresh: bool = False  # asks for codes that were never asked for


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how often."""

    rounds: int
    seconds: float
    quick: bool


def rows(goods: Goods, quick: bool) -> list[Row]:
    """What is measured. The baselines are asked with the same words as the service."""
    items = [goods.path(number) for number in range(ITEMS)]
    classes = [goods.class_path(number) for number in range(ITEMS // goods.per_model)]
    found = [
        Row("hello", "hello", Asked(items, HTML)),
        Row("wsgi", "wsgi", Asked(items, HTML)),
        Row("item_scan", "service", Asked(items, HTML), {"hello": 1.2, "wsgi": 0.75}),
    ]
    if not quick:
        found += [
            Row("api_scan", "service", Asked(items, JSON), {"hello": 1.0}),
            Row("class_page", "service", Asked(classes, HTML), {"wsgi": 0.9}),
            Row("cold_scan", "service", Asked([], HTML), {"hello": 0.5}, fresh=True),
        ]
    return found


class Bench:
    """One measurement from beginning to end."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._answered = 0
        self._cut_off = 0  # requests that may have been under way when a run ended
        self.failed = 0
        self.cpu: dict[str, list[float]] = {}
        self._goods = Goods(ITEMS)
        self._cold: Iterator[int] = iter(())

    def measure(self) -> dict[str, Any]:
        """Measure everything; returns what `--json` prints."""
        goods = Goods(ITEMS + (0 if self._plan.quick else COLD + PER_MODEL))  # the last product for the crowd
        _say(f"writing a registry of {goods.items:,} items")
        with Site(goods) as site:
            begin = site.recorded()
            found = rows(goods, self._plan.quick)
            with ExitStack() as stack:
                ports = {name: stack.enter_context(site.serving(name)) for name in ("hello", "wsgi", "service")}
                runs, tail = self._rounds(site, found, ports)
                crowds = {} if self._plan.quick else self._crowds(site, ports["service"])
            _say("moving the scans to the ledger")
            counted = {"answered": self._answered, "in_ledger": site.recorded() - begin}
        return self._report(found, runs, tail, counted, crowds)

    def _rounds(
        self, site: Site, found: list[Row], ports: dict[str, int]
    ) -> tuple[dict[str, list[Run]], list[tuple[Run, Run]]]:
        _say("warming up")
        self._cold = iter(range(ITEMS, ITEMS + COLD, _SLICE))
        self._goods = site.goods
        for row in found:
            asked, until = 0, 0.0 if row.fresh else _WARM_SECONDS if row.server == "service" else 2.0
            while until > 0 and asked < _WARM * len(row.asked.paths):
                asked, until = asked + self._run(row, ports, 2.0).answered, until - 2.0
        runs: dict[str, list[Run]] = {row.name: [] for row in found}
        for number in range(self._plan.rounds):
            for row in found if number % 2 == 0 else reversed(found):
                before = site.cpu_us(row.server)
                done = self._run(row, ports, self._plan.seconds)
                self.cpu.setdefault(row.name, []).append((site.cpu_us(row.server) - before) / max(1, done.answered))
                runs[row.name].append(done)
            rates = ", ".join(
                f"{name} {done[-1].rate:,.0f}/s {self.cpu[name][-1]:,.0f} us" for name, done in runs.items()
            )
            _say(f"round {number + 1} of {self._plan.rounds}: {rates}")
        return runs, self._tails(found, ports, runs)

    def _run(self, row: Row, ports: dict[str, int], seconds: float, rate: float = 0.0) -> Run:
        asked = row.asked
        if row.fresh:
            first = next(self._cold)
            asked = replace(asked, paths=[self._goods.path(number) for number in range(first, first + _SLICE)])
            seconds = min(seconds, _COLD_SECONDS)  # so that no code is asked for twice
        done = load(ports[row.server], asked, seconds, connections=CONNECTIONS, rate=rate)
        self.failed += done.failed
        if row.server == "service":
            self._answered += done.answered
            self._cut_off += CONNECTIONS
        return done

    def _tails(self, found: list[Row], ports: dict[str, int], runs: dict[str, list[Run]]) -> list[tuple[Run, Run]]:
        """The scan at 60 % of its own maximum, and hello at the same rate, alternating."""
        scan, hello = (next(row for row in found if row.name == name) for name in ("item_scan", "hello"))
        rate = 0.6 * median(run.rate for run in runs["item_scan"])
        seconds = self._plan.seconds
        return [
            (self._run(scan, ports, seconds, rate), self._run(hello, ports, seconds, rate))
            for _ in range(3 if self._plan.quick else self._plan.rounds)
        ]

    def _crowds(self, site: Site, port: int) -> dict[str, dict[str, Any]]:
        """A viral product, serials tried out, photos beside scans; and what one history holds."""
        goods = site.goods
        genuine = Asked([goods.path(number) for number in range(ITEMS)], HTML)
        unknown = Asked([f"{goods.path(number)}X" for number in range(_GUESSED)], HTML)
        found: dict[str, dict[str, Any]] = {}
        _say("a viral product")
        found["viral"] = crowds.viral(port, goods.class_path(goods.models - 1), HTML, site.settings.web_workers)
        _say("serials tried out beside genuine scans")
        found["flood"] = crowds.flood(port, genuine, unknown, 3.0, 3)
        found["held_off"] = crowds.held_off(port, genuine, unknown, 3.0, 3)
        _say("photos beside scans")
        found["uploads"] = crowds.uploads(port, genuine, 5.0, 3)
        self._answered += sum(one["answered"] for one in found.values())
        self.failed += sum(one["failed"] for one in found.values())
        self._cut_off += sum(one["cut_off_at_most"] for one in found.values())
        with site.client() as client:
            script = Script(client, shards=site.settings.stream_shards, reload_ms=1_800_000)
            found["history"] = full_history(script)
        self._answered += found["history"]["scans"]
        return found

    def _report(
        self,
        found: list[Row],
        runs: dict[str, list[Run]],
        tail: list[tuple[Run, Run]],
        counted: dict[str, int],
        crowded: dict[str, dict[str, Any]],
    ) -> dict[str, Any]:
        ratios = {
            f"{row.name}/{base}": _round(
                median(a.rate / b.rate for a, b in zip(runs[row.name], runs[base], strict=True))
            )
            for row in found
            if row.targets
            for base in ("hello", "wsgi")
        }
        ratios |= {name: crowded[row][fact] for name, (row, fact, _) in CROWDED.items() if crowded}
        ratios["item_scan_p99/hello_p99"] = _round(median(scan.p99 / hello.p99 for scan, hello in tail))
        targets = {f"{row.name}/{base}": value for row in found for base, value in row.targets.items()}
        targets |= {name: target for name, (_, _, target) in CROWDED.items() if crowded}
        return {
            "when": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": machine(),
            "ratios": ratios,
            "targets": targets | {"item_scan_p99/hello_p99": 1.5},
            "rates": {name: _round(median(run.rate for run in done)) for name, done in runs.items()},
            "cpu_us": {name: _round(median(used)) for name, used in self.cpu.items()},
            "p50_ms": {name: _round(median(run.p50 for run in done)) for name, done in runs.items()},
            "p99_ms": {name: _round(median(run.p99 for run in done)) for name, done in runs.items()},
            "at_60_percent": {
                "rate": _round(median(scan.rate for scan, _ in tail)),
                "item_scan_p99_ms": _round(median(scan.p99 for scan, _ in tail)),
                "hello_p99_ms": _round(median(hello.p99 for _, hello in tail)),
            },
            "crowds": crowded,
            "scans": {**counted, "failed": self.failed, "cut_off_at_most": self._cut_off},
        }


def faults(report: dict[str, Any]) -> list[str]:
    """What must not be, whatever the speed: failed requests, answered scans that were not recorded."""
    scans, found = report["scans"], []
    if scans["failed"]:
        found.append(f"Expected no failed request, got {scans['failed']:,}.")
    # a generator that stops hangs up on the requests under way: those are recorded, and their answers not counted
    if not 0 <= scans["in_ledger"] - scans["answered"] <= scans["cut_off_at_most"]:
        found.append(f"Expected {scans['answered']:,} scans in the ledger, got {scans['in_ledger']:,}.")
    return found


def machine() -> str:
    """What kind of machine this is; names no host."""
    model = "unknown processor"
    with open("/proc/cpuinfo") as lines:  # noqa: PTH123
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), model)
    try:
        import gunicorn_h1c

        parser = f"gunicorn_h1c {getattr(gunicorn_h1c, '__version__', '')}".strip()
    except ImportError:
        parser = "gunicorn's own parser"
    return f"{os.cpu_count()} × {model}, Python {platform.python_version()}, {parser}, {generator()}"


def table(report: dict[str, Any]) -> Iterator[str]:
    """The report as lines of text."""
    yield f"{report['when']}  {report['machine']}"
    yield f"{'':24}{'requests/s':>12}{'CPU us':>10}{'p50 ms':>10}{'p99 ms':>10}"
    for name, rate in report["rates"].items():
        cpu, p50, p99 = (report[key][name] for key in ("cpu_us", "p50_ms", "p99_ms"))
        yield f"{name:<24}{rate:>12,.0f}{cpu:>10,.0f}{p50:>10.2f}{p99:>10.2f}"
    yield f"{'ratio':<32}{'measured':>10}{'target':>10}"
    for name, ratio in report["ratios"].items():
        target = report["targets"].get(name)
        sign = "≤" if name in AT_MOST else "≥"
        yield f"{name:<32}{ratio:>10.2f}{'' if target is None else f'{sign} {target}':>10}"
    for name, told in report["crowds"].items():
        yield f"{name:<12}" + ", ".join(f"{fact} {value}" for fact, value in told.items())
    scans = report["scans"]
    yield f"{scans['answered']:,} scans answered, {scans['in_ledger']:,} in the ledger."


def _round(value: float) -> float:
    return float(f"{value:.4g}")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> int:
    """Exit status 0 when every answered scan was recorded; the ratios are figures, not a verdict."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__.partition("\n")[0])
    asked.add_argument("--quick", action="store_true", help="only the first three rows, in less than a minute")
    asked.add_argument("--json", action="store_true", help="one JSON object on standard output")
    options = asked.parse_args()
    plan = Plan(3, 2.0, quick=True) if options.quick else Plan(5, 5.0, quick=False)
    report = Bench(plan).measure()
    wrong = faults(report)
    report["faults"] = wrong
    print(json.dumps(report, ensure_ascii=False, indent=1) if options.json else "\n".join(table(report)))
    for fault in wrong:
        _say(f"bench: {fault}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
