"""A place of an enterprise as its form describes it: farm, plant, store, shop."""

from __future__ import annotations

from collections.abc import Mapping

from .number_check import check_number
from .registry import Enterprise, EnterpriseKind, Place
from .text import Text

_LENGTHS = {"name": (2, 200), "address": (5, 300)}
_FILLERS = str.maketrans("", "", " .-\u00a0")


class PlaceError(ValueError):
    """A place that cannot be kept; `problems` tells for each field what is wrong with it, as a slug."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        told = ", ".join(f"{field}: {slug}" for field, slug in self.problems.items())
        super().__init__(f"Expected a place that can be kept, got {told}.")


def read_place(form: Mapping[str, str], owner: Enterprise) -> Place:
    """The place that a form describes, with its GLN or "" for none. Raises `PlaceError` with all that is wrong at once.

    Names of places are public in the chain of a lot, so none may hold the tax code of a household business, which is
    its owner's own number.
    """
    given = {field: " ".join(form.get(field, "").split()) for field in _LENGTHS}
    given["gln"] = form.get("gln", "").translate(_FILLERS)
    problems = {field: "length" for field, (least, most) in _LENGTHS.items() if not least <= len(given[field]) <= most}
    if given["gln"] and check_number("gln", given["gln"]).problem:
        problems["gln"] = "gln"
    if owner.kind is EnterpriseKind.HOUSEHOLD and (own := _digits(owner.tax_code)):
        problems |= {field: "tax_code" for field, text in given.items() if own in _digits(text)}
    if problems:
        raise PlaceError(problems)
    return Place(given["gln"], owner.id, Text.of(given["name"]), Text.of(given["address"]))


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isascii() and sign.isdigit())
