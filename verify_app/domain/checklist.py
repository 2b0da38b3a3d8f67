"""What an officer goes through on site (Decree 37/2026): the label of the goods (Art. 42, Annex I by group), the goods
against what is said of them (Art. 91), and the seller (Arts. 28, 69; under a decision Art. 89, too)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from .field import Mark
from .label import ALL_GOODS
from .label_groups import LabelItem, label_groups

AGAINST = ("goods", "conformity", "barcode", "trace")  # Art. 91: label, hợp quy mark, bar code, traceability
_SELLER = ("records", "bought_codes")  # Art. 69(2)(d), Art. 28(5)(a)


class Basis(StrEnum):
    """Why an officer is there."""

    SURVEY = "survey"  # Art. 91: by itself no basis for a sanction
    PLAN = "plan"  # Art. 88: the plan of inspections
    RISK = "risk"  # Art. 88(1)(c): data on risk


def label_lines(group: int) -> tuple[LabelItem, ...]:
    """Lines of the label of a group's goods: Art. 42 for all goods, then Annex I. 0 or an unknown number: Art. 42."""
    found = label_groups().get(group)
    lines: dict[str, LabelItem] = {}
    for line in (*ALL_GOODS, *(found.items if found else ())):
        lines.setdefault(line.items[0], line)
    return tuple(lines.values())


def visit_lines(basis: Basis) -> tuple[str, ...]:
    """Lines of the visit itself: a survey asks the seller; an inspection announces its decision first and ends with
    minutes (Art. 89)."""
    return _SELLER if basis is Basis.SURVEY else ("decision", *_SELLER, "minutes")


def faults(marks: Mapping[str, Mark]) -> tuple[tuple[str, Mark], ...]:
    """Lines that are missing or wrong, as they were marked."""
    return tuple((key, mark) for key, mark in marks.items() if mark in (Mark.MISSING, Mark.WRONG))
