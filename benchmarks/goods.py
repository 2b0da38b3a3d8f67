"""A registry of any size for measurements: the demonstration's goods, each under many numbers, with many items."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from verify_app.demo.build import build_registry
from verify_app.domain.check_digit import expected_check_digit
from verify_app.domain.code import Granularity
from verify_app.domain.label import DateState, date_state
from verify_app.domain.local_time import local_date
from verify_app.domain.passport import ItemPart, LotPart
from verify_app.domain.registry import ItemRecord, LotRecord, Registry

PER_MODEL = 100  # items of one product; a thousand items share one page, but a campaign has many products


@dataclass(frozen=True, slots=True)
class Goods:
    """So many items of so many products. Numbers follow from their place, so nobody has to keep a list."""

    items: int
    per_model: int = PER_MODEL

    @property
    def models(self) -> int:
        """How many products."""
        return -(-self.items // self.per_model)

    def gtin(self, model: int) -> str:
        """GTIN-14 below GS1's demonstration prefix 952."""
        payload = f"0952{model:09d}"
        return f"{payload}{expected_check_digit(payload)}"

    def path(self, number: int) -> str:
        """Digital Link path of one item."""
        model, item = divmod(number % self.items, self.per_model)
        return f"/01/{self.gtin(model)}/10/B{model % 7:04d}/21/{_serial(model, item)}"

    def class_path(self, number: int) -> str:
        """Digital Link path of one product."""
        return f"/01/{self.gtin(number % self.models)}"

    def keys(self, model: int) -> Iterator[tuple[str, str, str]]:
        """GTIN, serial and lot of each item of one product."""
        gtin, lot = self.gtin(model), f"B{model % 7:04d}"
        for item in range(min(self.per_model, self.items - model * self.per_model)):
            yield gtin, _serial(model, item), lot

    def registry(self, begin: int = 0, end: int | None = None) -> Registry:
        """The records of the products `begin` to `end`, with enterprises and places."""
        demo, today = build_registry(local_date(time.time_ns() // 1_000_000)), local_date(time.time_ns() // 1_000_000)
        sound = {
            lot.gtin: lot.part
            for lot in demo.lots
            if lot.part.events and date_state(lot.part, today) is DateState.FRESH
        }
        models = [model for model in demo.models if model.gtin in sound and model.granularity is Granularity.ITEM]
        numbers = range(begin, self.models if end is None else end)
        chosen = {number: models[number % len(models)] for number in numbers}
        return Registry(
            tenants=demo.tenants,
            enterprises=demo.enterprises,
            places=demo.places,
            models=tuple(replace(model, gtin=self.gtin(number)) for number, model in chosen.items()),
            lots=tuple(self._lot(number, sound[model.gtin]) for number, model in chosen.items()),
            items=tuple(record for number in numbers for record in self._items(number)),
        )

    def _lot(self, model: int, like: LotPart) -> LotRecord:
        events = tuple(replace(event, id=f"{event.id}-{model}") for event in like.events)
        part = replace(like, lot=f"B{model % 7:04d}", events=events, declared=self.per_model, uploaded=self.per_model)
        return LotRecord(self.gtin(model), part)

    def _items(self, model: int) -> Iterator[ItemRecord]:
        gtin, lot = self.gtin(model), f"B{model % 7:04d}"
        first = model * self.per_model
        for item in range(min(self.per_model, self.items - first)):
            yield ItemRecord(gtin, ItemPart(_serial(model, item), lot))


def _serial(model: int, item: int) -> str:
    return f"{(model * 7919 + item * 104729) % 36**6:08X}{item:04d}"
