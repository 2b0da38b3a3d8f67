"""A campaign's plan in the words of whoever is responsible for it."""

from __future__ import annotations

from collections.abc import Iterator

from ..domain.campaign import SHARE, Plan
from ..i18n import Catalogue
from .machine import machine


def sentences(plan: Plan, words: Catalogue, now: int) -> Iterator[str]:
    """What is expected, what was measured, what follows, and what is not known. `now`: UTC milliseconds."""
    campaign, capacity = plan.campaign, plan.capacity
    yield words.text(
        "campaign.expected",
        scans=words.number(round(campaign.scans)),
        hours=words.number(round(campaign.hours, 2)),
        mean=rate(campaign.mean, words),
        peak=rate(campaign.peak, words),
        factor=words.number(round(campaign.peak_factor, 2)),
    )
    if capacity is None:
        yield words.text("campaign.unmeasured")
        return
    yield words.text(
        "campaign.measured",
        rate=rate(capacity.scans_per_second, words),
        ms=words.number(round(capacity.p95_ms)),
        moment=words.moment(capacity.measured_at),
        machine=capacity.machine,
    )
    yield words.plural(
        "campaign.machines",
        plan.machines,
        share=words.number(round(100 * SHARE)),
        spare=words.number(plan.machines + 1),
    )
    yield margin(plan, words)
    if plan.stale(now):
        yield words.text("campaign.stale")
    if capacity.machine != machine():
        yield words.text("campaign.other_machine")
    yield words.text("campaign.warm")


def margin(plan: Plan, words: Catalogue) -> str:
    """How one measured machine compares with the expected peak."""
    over = plan.margin or 0.0
    times = words.number(round(over + 1, 1))
    percent = words.number(round(100 * abs(over)))
    return words.text("campaign.margin.enough" if over >= 0 else "campaign.margin.short", percent=percent, times=times)


def rate(value: float, words: Catalogue) -> str:
    """Scans a second: whole numbers, small ones with one place."""
    return words.number(round(value, 1) if value < 10 else round(value))
