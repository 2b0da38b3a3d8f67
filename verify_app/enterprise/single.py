"""One product, lot or event from a form: the same rules as a row of a file."""

from __future__ import annotations

import time
from collections.abc import Mapping

from ..domain.passport import LotPart, ModelPart
from ..domain.text import Text
from ..store.drafts import find_enterprise
from ..store.engine import writing
from .columns import COLUMNS
from .desk import Desk
from .record_rows import Author, RecordRows
from .row_problems import CellError, Problem


def write_single(desk: Desk, who: tuple[str, str], kind: str, cells: Mapping[str, str]) -> Problem | None:
    """Write one record for (enterprise, author); what is wrong with it, or None."""
    places = {column.key: place for place, column in enumerate(COLUMNS[kind])}
    row = [cells.get(column.key, "").replace("\r\n", "\n") for column in COLUMNS[kind]]  # as browsers send lines
    with writing(desk.engine) as connection:
        enterprise = find_enterprise(connection, who[0])
        if enterprise is None:
            return CellError("", "not_yours", "a registered enterprise", who[0]).problem
        taker = RecordRows(kind, places, Author(enterprise, who[1], time.time_ns() // 1_000_000))
        if not any(cell.strip() for cell in row):
            return CellError(COLUMNS[kind][0].key, "missing", "a value", "").problem
        _, bad = taker.take(connection, [(1, row)])
    if bad:
        return bad[0].problems[0]
    for gtin in taker.gtins:
        desk.purge(gtin, "")
    return None


def cells_of_product(part: ModelPart) -> dict[str, str]:
    """The cells of a product as a form shows them to be changed; read again they change nothing."""
    label = dict(part.label)
    texts = {key: label[key].text("vi") for key in ("quantity", "ingredients", "usage", "storage") if key in label}
    return texts | {
        "gtin": part.gtin,
        "name": _said(part.name, "vi"),
        "name_en": _said(part.name, "en"),
        "brand": part.brand,
        "origin": _said(part.origin, "vi"),
        "origin_en": _said(part.origin, "en"),
        "description": _said(part.description, "vi"),
        "standards": "; ".join(part.standards),
        "warnings": "\n".join(warning.text("vi") for warning in part.warnings),
        "label_group": str(part.label_group or ""),
        "risk": part.risk.value,
        "granularity": part.granularity.value,
        "stages": ";".join(stage.value for stage in part.expected_stages),
        "markets": "; ".join(part.markets),
    }


def cells_of_lot(gtin: str, part: LotPart) -> dict[str, str]:
    """The same of a lot."""
    dates = {key: getattr(part, key) for key in ("production_date", "expiry", "best_before")}
    cells = {key: day.printed if day else "" for key, day in dates.items()}
    return cells | {"gtin": gtin, "lot": part.lot, "declared": str(part.declared or "")}


def _said(text: Text, lang: str) -> str:
    return dict(text.values).get(lang, "")
