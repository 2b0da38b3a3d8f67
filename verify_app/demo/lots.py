"""Lots of the demonstration with their dates and tracking events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ..domain.events import CriticalEvent, Stage
from ..domain.passport import LotPart, Review
from ..domain.printed_date import PrintedDate
from .dates import day, instant, months_later, printed
from .source import Table, text

_STEPS = {  # CBV 2.0 business steps, the usual one of each stage
    Stage.INPUT: "receiving",
    Stage.PRODUCTION: "commissioning",
    Stage.HARVEST: "collecting",
    Stage.PROCESSING: "transforming",
    Stage.PACKING: "packing",
    Stage.STORAGE: "storing",
    Stage.SHIPPING: "shipping",
    Stage.DISTRIBUTION: "arriving",
    Stage.RETAIL: "stocking",
}


def lot_part(table: Table, product: Table, raw: Table, today: date) -> LotPart:
    """One lot. `made` counts days from today; the chain's days count from the day of manufacture."""
    made = day(today, raw["made"])
    items: int = raw.get("items", 0)
    month_only: bool = product.get("month_only", False)
    chain: str = raw["chain"] if "chain" in raw else product.get("chain", "")
    declared: int = raw.get("declared", items)
    return LotPart(
        lot=raw["lot"],
        production_date=printed(made, month_only),
        expiry=_limit(raw, product, "expiry", today),
        best_before=_limit(raw, product, "best_before", today),
        events=tuple(_events(table, (product["gtin"], raw["lot"]), chain, today, made)),
        declared=declared,
        uploaded=items,
        published_at=instant(min(day(made, 10), day(today, -1)), "10:00"),
        review=Review(raw.get("review", "published")),
    )


def _limit(raw: Table, product: Table, kind: str, today: date) -> PrintedDate | None:
    """A date limit: days from today in the lot, else months from manufacture in the product, else none."""
    if kind in raw:
        return printed(day(today, raw[kind]), product.get("month_only", False))
    if f"{kind}_months" in product:
        end = months_later(day(today, raw["made"]), product[f"{kind}_months"])
        return printed(end, product.get("month_only", False))
    return None


def _events(table: Table, lot: tuple[str, str], chain: str, today: date, made: date) -> Iterator[CriticalEvent]:
    """Events of a chain for one lot; those that would lie in the future have not happened."""
    steps = table["chain"][chain] if chain else ()
    for number, step in enumerate(steps, start=1):
        on = day(made, step["day"])
        if on >= today:
            continue
        stage, place = Stage(step["stage"]), table["place"][step["place"]]
        yield CriticalEvent(
            id=f"{lot[0]}.{lot[1]}.{number}",
            stage=stage,
            when=instant(on, step["at"]),
            what=text(step),
            place_name=text(place["name"]),
            place_gln=place.get("gln", ""),
            biz_step=step.get("step", _STEPS[stage]),
            product_code=f"{step['code']}-{lot[1]}" if "code" in step else "",
            in_error=step.get("in_error", False),
        )
