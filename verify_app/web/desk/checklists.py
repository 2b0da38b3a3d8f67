"""The checklists in words: as the kit takes them along, all 69 groups at once, and as pages and minutes show marks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from ...domain.checklist import AGAINST, Basis, faults, label_lines, visit_lines
from ...domain.field import Mark
from ...domain.label_groups import LabelItem, label_groups
from ...i18n import Catalogue, catalogue


@cache
def checklists(lang: str) -> dict[str, Any]:
    """All checklists for a phone without a network: `lines` as (key, words), and which of them each group of goods
    (0: goods of no known group) and each sort of visit has, by their places."""
    words, places = catalogue(lang), dict[tuple[str, str], int]()

    def place(key: str, told: str) -> int:
        return places.setdefault((key, told), len(places))

    groups = [(0, words.text("check.group_unknown")), *((n, one.name.text(lang)) for n, one in label_groups().items())]
    label = [(n, name, [place(line.items[0], _label(line, words)) for line in label_lines(n)]) for n, name in groups]
    against = [place(f"against.{key}", words.text(f"check.against.{key}")) for key in AGAINST]
    visits = {
        b.value: [place(f"visit.{key}", words.text(f"check.visit.{key}")) for key in visit_lines(b)] for b in Basis
    }
    return {"groups": label, "against": against, "visits": visits, "lines": list(places)}


def caption(key: str, words: Catalogue) -> str:
    """Words of the line that a mark is kept under; the key itself where no such line is known."""
    msgid = f"check.{key}" if key.startswith(("against.", "visit.")) else f"label.item.{key}"
    return words.text(msgid) if words.has(msgid) else key


def group_name(number: int, words: Catalogue) -> str:
    """Name of a group of goods of Annex I, "" for none."""
    group = label_groups().get(number)
    return group.name.text(words.lang) if group else ""


def faulty(marks: Mapping[str, Mark], words: Catalogue) -> list[str]:
    """What was marked as missing or wrong, a line each: "Missing: net quantity"."""
    return [f"{words.text(f'desk.mark.{mark.value}')}: {caption(key, words)}" for key, mark in faults(marks)]


def _label(line: LabelItem, words: Catalogue) -> str:
    """A line of Annex I: any of its items, the wording that the law demands, and when it is needed."""
    told = f" {words.text('check.or')} ".join(words.text(f"label.item.{item}") for item in line.items)
    if line.phrase and line.phrase not in told:
        told += f": “{line.phrase}”"
    return f"{told} ({line.condition.text(words.lang)})" if line.condition else told
