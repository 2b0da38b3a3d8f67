"""The 69 groups of goods of Decree 37/2026 Annex I, read from `label_groups.json`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .text import NO_TEXT, Text

_DATA = Path(__file__).with_name("label_groups.json")


@dataclass(frozen=True, slots=True)
class LabelItem:
    """One line of Annex I: any of `items` satisfies it. `condition` says when it is needed, empty: always;
    `phrase` is the wording that the law demands letter for letter, "" where it demands none."""

    items: tuple[str, ...]
    condition: Text = NO_TEXT
    phrase: str = ""

    @property
    def mandatory(self) -> bool:
        """Needed on every label of the group, without a condition."""
        return not self.condition


@dataclass(frozen=True, slots=True)
class LabelGroup:
    """One group of goods of Annex I. `confirmed` is False where the row could not be read in the law itself."""

    number: int
    name: Text
    items: tuple[LabelItem, ...]
    source: str
    confirmed: bool


@cache
def label_groups() -> dict[int, LabelGroup]:
    """All groups of Annex I by their number, 1 to 69."""
    rows = json.loads(_DATA.read_text(encoding="utf-8"))["groups"]
    return {row["group"]: _group(row) for row in rows}


def _group(row: dict[str, Any]) -> LabelGroup:
    items = tuple(_item(entry) for entry in row["items"])
    return LabelGroup(row["group"], _text(row["name"]), items, row["source"], row["confirmed"])


def _item(entry: dict[str, Any]) -> LabelItem:
    condition = _text(entry["condition"]) if entry["condition"] else NO_TEXT
    return LabelItem((entry["item"], *entry.get("or", ())), condition, entry.get("phrase", ""))


def _text(pair: dict[str, str]) -> Text:
    return Text.of(pair["vi"], pair["en"])
