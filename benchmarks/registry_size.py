"""How throughput and waiting time depend on the size of the registry: `python -m benchmarks.registry_size`.

For each size a registry is written in bulk into SQLite (rows straight into the tables: what `write_registry` would
write). The largest one also gets live histories in Valkey. Then 5,000 items of 50 products, which lie spread over the
registry, are asked for again and again (warm), and items of theirs that were never asked for (cold: one SQL query
each) where there are enough. With `--keep FOLDER` what was written stays there and is found again, also by a run that
was stopped in the middle: `--rounds 0` only writes. All sizes are measured in alternating rounds, side by side, so
that what else the machine does cancels out; ratios are medians over rounds, to the smallest size.
"""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.bulk import fill_histories, fill_items
from benchmarks.goods import Goods
from benchmarks.load import Asked, Run, load
from benchmarks.plot import Series, plot
from benchmarks.run import HTML, machine
from benchmarks.site import Site

HOT, PRODUCTS = 5_000, 50  # different items that are asked for, warm, and of how many products
COLD = 1_000  # new items of one cold run
_WARM = 6


class Sized:
    """One registry of a size with its web server, and what was measured on it."""

    def __init__(self, items: int, stack: ExitStack, histories: int, kept: Path | None) -> None:
        self.items, self._cold = items, 0
        self.goods = Goods(items, per_model=max(200, items // 5_000))
        begin = Goods(10 * self.goods.per_model, per_model=self.goods.per_model)
        self.site = Site(begin, kept / str(items) if kept else None)
        stack.enter_context(self.site)
        self._note = self.site.folder / "filled.json"
        self.filled = {"fill_s": 0.0, "histories": 0, "empty": 0} | _read(self._note)
        if not self.filled["fill_s"]:
            self._noted(fill_s=fill_items(self.site.settings.database, self.goods, begin.items))
        with self.site.client() as client:
            if not self.filled["empty"]:
                self._noted(empty=client.info("memory")["used_memory"])
            for done in fill_histories(client, self.goods, histories, int(self.filled["histories"])):
                self._noted(histories=done)
            grown = client.info("memory")["used_memory"] - self.filled["empty"]
        self.histories, self.bytes = histories, grown / histories if histories else 0.0
        self.port = stack.enter_context(self.site.serving("service"))
        self.hot = Asked(self._paths(range(HOT // PRODUCTS)), HTML)
        self.runs: dict[str, list[Run]] = {"warm": [], "cold": []}

    def _noted(self, **facts: float) -> None:
        self.filled |= facts
        self._note.write_text(json.dumps(self.filled))

    def _paths(self, items: range) -> list[str]:
        """The same items of each of 50 products that lie evenly spread over the registry."""
        step, each = self.goods.models // PRODUCTS, self.goods.per_model
        return [self.goods.path(number * step * each + item) for item in items for number in range(PRODUCTS)]

    def warm_up(self) -> None:
        """Ask for every hot item in every worker process."""
        asked, left = 0, 5
        while asked < _WARM * len(self.hot.paths) and left:
            asked, left = asked + load(self.port, self.hot, 2.0).answered, left - 1

    def measure(self, seconds: float) -> None:
        """One round: warm; then cold, while the products have items that were never asked for."""
        self.runs["warm"].append(load(self.port, self.hot, seconds))
        first = HOT // PRODUCTS + self._cold * COLD // PRODUCTS
        if first + COLD // PRODUCTS <= self.goods.per_model:
            self._cold += 1
            cold = Asked(self._paths(range(first, first + COLD // PRODUCTS)), HTML)
            self.runs["cold"].append(load(self.port, cold, 1.0))

    def facts(self) -> dict[str, Any]:
        """Medians over rounds."""
        told: dict[str, Any] = {
            "items": self.items,
            "histories": self.histories,
            "bytes_per_history": round(self.bytes),
            "fill_s": round(self.filled["fill_s"], 1),
        }
        for name, runs in self.runs.items():
            if runs:
                told |= {f"{name}_rate": round(median(run.rate for run in runs), 1)}
                told |= {f"{name}_p99_ms": round(median(run.p99 for run in runs), 2)}
        return told


def _read(note: Path) -> dict[str, float]:
    found: dict[str, float] = json.loads(note.read_text()) if note.exists() else {}
    return found


def measure(sizes: list[int], histories: int, times: tuple[int, float], kept: Path | None = None) -> dict[str, Any]:
    """Measure all sizes side by side, in so many rounds of so many seconds."""
    rounds, seconds = times
    with ExitStack() as stack:
        sized = []
        for items in sizes:
            print(f"writing {items:,} items", file=sys.stderr, flush=True)
            # live histories belong to the largest registry: the question is 10,000,000 items and 1,000,000 histories
            sized.append(Sized(items, stack, histories if items == max(sizes) else 0, kept))
        for one in sized if rounds else ():
            one.warm_up()
        for number in range(rounds):
            for one in sized if number % 2 == 0 else reversed(sized):
                one.measure(seconds)
            rates = ", ".join(f"{one.items:,}: {one.runs['warm'][-1].rate:,.0f}/s" for one in sized)
            print(f"round {number + 1} of {rounds}: {rates}", file=sys.stderr, flush=True)
        first = sized[0]
        return {
            "machine": machine(),
            "sizes": [one.facts() for one in sized],
            "ratios": {}
            if not rounds
            else {
                f"{one.items}/{first.items}": round(
                    median(a.rate / b.rate for a, b in zip(one.runs["warm"], first.runs["warm"], strict=True)), 3
                )
                for one in sized[1:]
            },
            "failed": sum(run.failed for one in sized for runs in one.runs.values() for run in runs),
        }


def draw(report: dict[str, Any], folder: Path) -> None:
    """Throughput and waiting time against size, as two pictures."""
    sizes = report["sizes"]
    for name, unit in (("rate", "scans a second"), ("p99_ms", "p99, ms")):
        lines = [
            Series(kind, [(one["items"], one[f"{kind}_{name}"]) for one in sizes if f"{kind}_{name}" in one])
            for kind in ("warm", "cold")
        ]
        (folder / f"size-{name.removesuffix('_ms')}.svg").write_text(plot(lines, "items in the registry", unit))


def main() -> int:
    """Print the report as JSON; with `--plots` draw it."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.registry_size", description=__doc__.partition("\n")[0])
    asked.add_argument("--sizes", default="10000,100000,1000000,10000000")
    asked.add_argument("--histories", type=int, default=1_000_000)
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--seconds", type=float, default=3.0)
    asked.add_argument("--keep", type=Path, help="folder where what was written stays")
    asked.add_argument("--plots", default="", help="folder for the pictures")
    options = asked.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    report = measure(sizes, options.histories, (options.rounds, options.seconds), options.keep)
    print(json.dumps(report, indent=1))
    if options.plots:
        draw(report, Path(options.plots))
    return 1 if report["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
