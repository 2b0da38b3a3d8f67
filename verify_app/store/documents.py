"""JSON documents and domain values: the only place that knows how a published passport is written down.

A document carries the number of its schema. When the domain's shape changes, `SCHEMA` rises and `_UPGRADES` gets
the step from the old number, so that documents written years ago stay readable (Decree 37/2026 Art. 53(3)).
Fields with their default value are left out: a new field does not turn every old document into a changed one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from hashlib import blake2b
from typing import Any, TypeVar

import msgspec

from verify_app.domain.passport import LotPart, ModelPart
from verify_app.domain.text import Text

SCHEMA = 1

# not content: kept in columns of their own, or acts
_MODEL_COLUMNS = frozenset(
    {"version", "published_at", "review", "recall", "display", "display_act", "linked", "sealed", "serials"}
)
_LOT_COLUMNS = _MODEL_COLUMNS | {"declared", "uploaded"}

_UPGRADES: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}  # schema -> document of the next schema

PartType = TypeVar("PartType", ModelPart, LotPart)


class _Head(msgspec.Struct):
    schema: int


class _ModelDocument(msgspec.Struct):
    part: ModelPart


class _LotDocument(msgspec.Struct):
    part: LotPart


_head = msgspec.json.Decoder(_Head)
_model = msgspec.json.Decoder(_ModelDocument)
_lot = msgspec.json.Decoder(_LotDocument)
_text = msgspec.json.Decoder(Text)


def write_part(part: ModelPart | LotPart) -> str:
    """Document of a part's content: without version, review and publication, acts and counts."""
    without = _MODEL_COLUMNS if isinstance(part, ModelPart) else _LOT_COLUMNS
    content = {name: value for name, value in _plain(part).items() if name not in without}
    return msgspec.json.encode({"schema": SCHEMA, "part": content}).decode()


def read_model(document: str) -> ModelPart:
    """Model of a document of any schema that was ever written."""
    if _head.decode(document).schema == SCHEMA:
        return _model.decode(document).part
    return msgspec.convert(_upgraded(document), _ModelDocument).part


def read_lot(document: str) -> LotPart:
    """Lot of a document of any schema that was ever written."""
    if _head.decode(document).schema == SCHEMA:
        return _lot.decode(document).part
    return msgspec.convert(_upgraded(document), _LotDocument).part


def digest(document: str) -> str:
    """128-bit fingerprint of a document, to see whether it changed without reading it."""
    return blake2b(document.encode(), digest_size=16).hexdigest()


def write_text(text: Text) -> str:
    """JSON of a text in several languages."""
    return msgspec.json.encode(text).decode()


def read_text(document: str) -> Text:
    """Text in several languages from its JSON."""
    return _text.decode(document)


def _upgraded(document: str) -> dict[str, Any]:
    raw: dict[str, Any] = msgspec.json.decode(document)
    while raw["schema"] != SCHEMA:
        if raw["schema"] not in _UPGRADES:
            raise ValueError(f"Expected a document of schema {SCHEMA} or older, got {raw['schema']}.")
        raw = _UPGRADES[raw["schema"]](raw)
    return raw


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        pairs = ((spec, getattr(value, spec.name)) for spec in fields(value))
        return {spec.name: _plain(held) for spec, held in pairs if spec.default is MISSING or held != spec.default}
    if isinstance(value, tuple):
        return [_plain(held) for held in value]
    return value.value if isinstance(value, Enum) else value
