"""Rows of products, lots and events: each becomes a new draft of what it describes, or leaves it as it is.

An empty cell says nothing: the field stays as it is. A row that equals what is stored writes no version.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

from ..domain.check_digit import mod10
from ..domain.code import Granularity
from ..domain.events import STAGES, CriticalEvent, Stage
from ..domain.passport import LotPart, ModelPart, Review, Risk
from ..domain.registry import Enterprise
from ..domain.text import NO_TEXT, Text
from ..store.bulk_items import Written
from ..store.drafts import last_lot, last_model, save_lot, save_model
from ..store.engine import Connection
from ..store.import_jobs import BadRow
from ..store.owners import gtin_owners
from .item_rows import SERIAL, owned
from .own_operator import own_operator
from .row_problems import CellError, Row, bad_row, read_choice, read_date, read_gtin, read_whole
from .times import read_time

CHUNK = 200

_LABEL = ("quantity", "ingredients", "usage", "storage")
_LOT_LENGTH = 20
_MOST = 10**12


@dataclass(frozen=True, slots=True)
class Author:
    """On whose behalf rows are written, by whom and when (UTC milliseconds)."""

    enterprise: Enterprise
    name: str
    when: int


Cells = dict[str, str]


class RecordRows:
    """Reads and writes the rows of one file of products, lots or events."""

    def __init__(self, kind: str, places: Mapping[str, int], author: Author) -> None:
        self._places, self._author = places, author
        self._gtins: set[str] = set()
        self._write: Callable[[Connection, Author, Cells], Written] = {
            "products": _product,
            "lots": _lot,
            "events": _event,
        }[kind]

    @property
    def gtins(self) -> frozenset[str]:
        """GTINs whose records changed."""
        return frozenset(self._gtins)

    def take(self, connection: Connection, chunk: Sequence[Row]) -> tuple[Written, list[BadRow]]:
        """Write the good rows of a chunk, in the caller's transaction, and return the bad ones."""
        total, bad = Written(), []
        for row in chunk:
            if not any(cell.strip() for cell in row[1]):
                continue
            try:
                cells = self._cells(row[1])
                written = self._write(connection, self._author, cells)
                total += written
                if not written.same:
                    self._gtins.add(read_gtin(cells["gtin"]))
            except CellError as error:
                bad.append(bad_row(row, [error.problem]))
        return total, bad

    def _cells(self, cells: list[str]) -> Cells:
        found = {key: cells[place].strip() for key, place in self._places.items() if place < len(cells)}
        for key, text in found.items():
            if not text.isprintable() and any(not c.isprintable() and c not in "\n\r\t\u00a0\u200b" for c in text):
                raise CellError(key, "encoding", "text in UTF-8", text)
        return found


def _product(connection: Connection, author: Author, cells: Cells) -> Written:
    gtin = read_gtin(cells.get("gtin", ""))
    old = last_model(connection, gtin)
    if old is None:
        part = ModelPart(gtin, Text(()), author.enterprise.id, (own_operator(author.enterprise),))
        part = replace(part, province=author.enterprise.tenant_id)
    else:
        _own(gtin, old.enterprise_id, author)
        part = old
    part = _described(part, cells)
    if not part.name:
        raise CellError("name", "missing", "a name", "")
    return save_model(connection, old, replace(part, review=Review.DRAFT), author.name, author.when)


def _described(part: ModelPart, cells: Cells) -> ModelPart:
    """The model with what the cells say of it."""
    given = {key: text for key, text in cells.items() if text}
    changes: dict[str, object] = {key: _text(given, key, getattr(part, key)) for key in ("name", "origin")}
    if "description" in given:
        changes["description"] = _kept(given["description"], (part.description,))
    if "brand" in given:
        changes["brand"] = given["brand"]
    for key in ("standards", "markets"):
        if key in given:
            changes[key] = _several(given[key])
    if "warnings" in given:
        lines = (line.strip() for line in given["warnings"].splitlines() if line.strip())
        changes["warnings"] = tuple(_kept(line, part.warnings) for line in lines)
    if "label_group" in given:
        changes["label_group"] = read_whole("label_group", given["label_group"], 69)
    if "risk" in given:
        changes["risk"] = Risk(read_choice("risk", given["risk"], tuple(Risk)))
    if "granularity" in given:
        changes["granularity"] = Granularity(read_choice("granularity", given["granularity"], tuple(Granularity)))
    if "stages" in given:
        words = (read_choice("stages", word, STAGES) for word in _several(given["stages"]))
        changes["expected_stages"] = tuple(Stage(word) for word in words)
    label = dict(part.label)
    label |= {key: _kept(given[key], (label.get(key, NO_TEXT),)) for key in _LABEL if key in given}
    return replace(part, **changes, label=tuple(label.items()))  # type: ignore[arg-type]


def _lot(connection: Connection, author: Author, cells: Cells) -> Written:
    gtin, number = _named_lot(connection, author, cells)
    old = last_lot(connection, gtin, number)
    part = old or LotPart(number)
    dates = {key: read_date(key, cells.get(key, "")) for key in ("production_date", "expiry", "best_before")}
    given = {key: day for key, day in dates.items() if day}
    part = replace(part, **given)  # type: ignore[arg-type]
    if declared := read_whole("declared", cells.get("declared", ""), _MOST):
        part = replace(part, declared=declared)
    end = part.expiry or part.best_before
    if part.production_date and end and end.last_day < part.production_date.first_day:
        raise CellError("expiry", "before_production", f"after {part.production_date.printed}", end.printed)
    return save_lot(connection, gtin, (old, replace(part, review=Review.DRAFT)), author.name, author.when)


def _event(connection: Connection, author: Author, cells: Cells) -> Written:
    gtin, number = _named_lot(connection, author, cells)
    old = last_lot(connection, gtin, number)
    if old is None:
        raise CellError("lot", "unknown_lot", "a known lot", number)
    event = _read_event(cells, author)
    others = (known for known in old.events if known.id != event.id)
    events = old.events if event in old.events else (*others, event)
    # a critical event is told as soon as it happens (Decree 37/2026 Art. 26(5)): it follows its lot, published or not
    return save_lot(connection, gtin, (old, replace(old, events=events)), author.name, author.when)


def _read_event(cells: Cells, author: Author) -> CriticalEvent:
    for key in ("stage", "time", "what", "place"):
        if not cells.get(key):
            raise CellError(key, "missing", "a value", "")
    when = read_time("time", cells["time"])
    if when > author.when + 86_400_000:
        raise CellError("time", "future", "a time that has passed", cells["time"])
    gln = cells.get("place_gln", "")
    if gln and not _is_gln(gln):
        raise CellError("place_gln", "check_digit", "13 digits with their check digit", gln)
    named = (
        cells.get("event_id")
        or "urn:row:"
        + blake2b(
            "\x1f".join(cells.get(key, "") for key in ("gtin", "lot", "stage", "time", "what", "place")).encode(),
            digest_size=12,
        ).hexdigest()
    )
    return CriticalEvent(
        id=named[:120],
        stage=Stage(read_choice("stage", cells["stage"], STAGES)),
        when=when,
        what=Text.of(cells["what"], cells.get("what_en", "")),
        place_name=Text.of(cells["place"]),
        place_gln=gln,
        biz_step=cells.get("biz_step", ""),
    )


def _is_gln(text: str) -> bool:
    return len(text) == 13 and text.isascii() and text.isdigit() and mod10(text)


def _named_lot(connection: Connection, author: Author, cells: Cells) -> tuple[str, str]:
    gtin, number = read_gtin(cells.get("gtin", "")), cells.get("lot", "")
    _own(gtin, gtin_owners(connection, [gtin]).get(gtin), author)
    if not number:
        raise CellError("lot", "missing", "a lot number", "")
    if not SERIAL.fullmatch(number):
        slug = "length" if len(number) > _LOT_LENGTH else "characters"
        raise CellError("lot", slug, "1–20 letters and digits of GS1 set 82", number)
    return gtin, number


def _own(gtin: str, owner: str | None, author: Author) -> None:
    found = owned(gtin, owner, author.enterprise.id)
    if isinstance(found, dict):
        raise CellError(found["column"], found["slug"], found["expected"], found["got"])


def _text(cells: Mapping[str, str], key: str, old: Text) -> Text:
    said = dict(old.values)
    if key in cells:
        said["vi"] = cells[key]
    if f"{key}_en" in cells:
        said["en"] = cells[f"{key}_en"]
    return Text(tuple((lang, said[lang]) for lang in sorted(said, key=lambda lang: (lang != "vi", lang)) if said[lang]))


def _kept(text: str, before: Sequence[Text]) -> Text:
    """A Vietnamese text; one that stood there before keeps its translations."""
    return next((old for old in before if dict(old.values).get("vi") == text), Text.of(text))


def _several(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.replace("\n", ";").split(";") if part.strip())
