"""What differs between two versions, in words for people: names of fields, and values as they read on a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ...domain.review import Difference
from ...i18n import Catalogue

_UNSEEN = frozenset(
    {"pictures", "enterprise_id", "province", "uploaded", "serials", "sequential"}
)  # or shown elsewhere
_NOTHING = ("", "0", "False")
_VALUES = {  # field: beginning of the message ids of its values
    "role": "operator.",
    "identifier_kind": "operator.id.",
    "stage": "stage.",
    "expected_stages": "stage.",
    "granularity": "code.granularity.",
    "risk": "field.risk.",
    "kind": "claims.kind.",
}
_MOMENTS = frozenset({"when", "shipped", "campaign"})
_DAYS = frozenset({"valid_from", "valid_until"})


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a page: the field, what stood there ("" for nothing) and what stands there now."""

    field: str
    old: str
    new: str


def changes_in_words(found: Sequence[Difference], words: Catalogue) -> tuple[Change, ...]:
    """The differences that a page lists; pictures are shown, not listed, and what was and is nothing is left out."""
    first = {name: place for place, name in enumerate(dict.fromkeys(one.field.partition(".")[0] for one in found))}

    def place(one: Difference) -> tuple[int, list[tuple[int, str]]]:
        steps = one.field.split(".")
        return first[steps[0]], [(int(step) if step.isdigit() else 0, step) for step in steps[1:-1]]

    return tuple(
        Change(_name(one.field, words), _value(one.field, one.old, words), _value(one.field, one.new, words))
        for one in sorted(found, key=place)
        if one.field.partition(".")[0] not in _UNSEEN
        and not one.field.endswith(".id")
        and not (one.old in _NOTHING and one.new in _NOTHING)
    )


def _name(path: str, words: Catalogue) -> str:
    steps = path.split(".")
    if steps[0] in ("label", "extra") and len(steps) > 2:
        steps = steps[2:]
    said: list[str] = []
    for step in steps:
        if step.isdigit():
            said[-1:] = [f"{said[-1]} {int(step) + 1}"] if said else []
        elif step == "en" and said:
            said[-1] += f" ({words.text('field.english')})"
        elif step != "vi":
            ids = (f"field.{step}", f"label.item.{step}")
            said.append(next((words.text(msgid) for msgid in ids if words.has(msgid)), step))
    return " · ".join(said)


def _value(path: str, text: str, words: Catalogue) -> str:
    field = next((step for step in reversed(path.split(".")) if not step.isdigit()), "")
    if text in ("True", "False"):
        return words.text(f"field.value.{text.lower()}")
    if field in _MOMENTS and text.isdigit():
        return words.moment(int(text)) if int(text) else ""
    if field in _DAYS and text:
        return words.day(date.fromisoformat(text))
    msgid = f"{_VALUES.get(field, 'field.none.')}{text}"
    return words.text(msgid) if text and words.has(msgid) else text
