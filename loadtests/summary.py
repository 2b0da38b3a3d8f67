"""The reports of a run: `result.json`, and one page in Vietnamese and one in English for a campaign manager."""

from __future__ import annotations

import json
import os
import time
from argparse import Namespace
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from loadtests.tally import Result
from loadtests.threshold import Fault
from verify_app.domain.campaign import Campaign, Capacity, Plan
from verify_app.i18n import Catalogue, catalogue
from verify_app.serving.campaign_words import margin, rate, sentences
from verify_app.serving.machine import machine
from verify_app.settings import Settings
from verify_app.store.capacity import load_capacity, save_capacity

_FOLDER = Path(__file__).parent


def write(out: Path, result: Result, faults: list[Fault], options: Namespace) -> None:
    """Write all reports into a folder; after a staircase keep what was measured in DATA_DIR, for the next plan."""
    capacity = _capacity(result, options)
    data_dir = Settings.from_env().data_dir
    kept = None
    if capacity:
        kept = save_capacity(data_dir, capacity)
    (out / "result.json").write_text(json.dumps(facts(result, faults), indent=1))
    plan = None
    if options.scans and options.hours:
        plan = Plan(Campaign(options.scans, options.hours, options.peak_factor), capacity or load_capacity(data_dir))
    for lang in ("vi", "en"):
        page = _page(result, faults, catalogue(lang), plan, capacity)
        (out / f"summary.{lang}.html").write_text(page, encoding="utf-8")
    if kept:
        print(f"Kept in {kept}: {capacity.scans_per_second:,.0f} scans a second.")  # type: ignore[union-attr]  # noqa: T201


def facts(result: Result, faults: list[Fault]) -> dict[str, Any]:
    """The run in figures."""
    everything = result.measured()
    names = {name: result.measured(name) for name in result.names()}
    return {
        "shape": result.shape,
        "passed": not faults,
        "faults": [fault.say(catalogue("en")) for fault in faults],
        "answered": result.answered,
        "requests": everything.requests,
        "failures": everything.failures,
        "told_to_come_again": result.told["turned_away"],
        "in_ledger": result.in_ledger,
        "lost": result.lost,
        "doubled": result.doubled,
        "peak_rate": round(result.peak(), 1),
        "p50_ms": everything.percentile(50),
        "p95_ms": everything.percentile(95),
        "p99_ms": everything.percentile(99),
        "by_name": {
            name: {"requests": one.requests, "failures": one.failures, "p95_ms": one.percentile(95),
                   "p99_ms": one.percentile(99)}
            for name, one in names.items()
        },
        "steps": result.steps,
        "machine": machine(),
    }  # fmt: skip


def _capacity(result: Result, options: Namespace) -> Capacity | None:
    """What the staircase says of one machine, if anything held. Of a remote host nobody knows what kind it is."""
    best = max((step for step in result.steps if step["holds"]), key=lambda step: step["rate"], default=None)
    if best is None:
        return None
    kind = f"{options.host} ({os.uname().machine})" if options.host else machine()
    now = time.time_ns() // 1_000_000
    return Capacity(best["rate"], best["p95_ms"], best["p99_ms"], now, kind, options.items)


def _page(result: Result, faults: list[Fault], words: Catalogue, plan: Plan | None, capacity: Capacity | None) -> str:
    environment = Environment(loader=FileSystemLoader(_FOLDER), autoescape=True)
    everything, shape = result.measured(), result.shape
    return environment.get_template("summary.html").render(
        lang=words.lang,
        text=words.text,
        number=words.number,
        title=words.text(f"campaign.shape.{shape}") if words.has(f"campaign.shape.{shape}") else shape,
        result=result,
        passed=not faults,
        faults=[fault.say(words) for fault in faults],
        requests=everything.requests,
        error_rate=words.number(round(100 * everything.error_rate, 2)),
        times=[(share, words.number(round(everything.percentile(share)))) for share in (50, 95, 99)],
        peak=rate(result.peak(), words),
        holds=rate(capacity.scans_per_second, words) if capacity else "",
        expected=list(sentences(plan, words, int(result.began * 1000))) if plan else [],
        margin=margin(plan, words) if plan and plan.capacity else "",
        short=bool(plan and plan.margin is not None and plan.margin < 0),
        moment=words.moment(int(result.began * 1000)),
        machine=escape(machine()),
    )
