"""One product, lot or event from a form: the same rules as a row of a file."""

from __future__ import annotations

import time
from collections.abc import Mapping

from ..store.drafts import find_enterprise
from ..store.engine import writing
from .columns import COLUMNS
from .desk import Desk
from .record_rows import Author, RecordRows
from .row_problems import CellError, Problem


def write_single(desk: Desk, who: tuple[str, str], kind: str, cells: Mapping[str, str]) -> Problem | None:
    """Write one record for (enterprise, author); what is wrong with it, or None."""
    places = {column.key: place for place, column in enumerate(COLUMNS[kind])}
    row = [cells.get(column.key, "") for column in COLUMNS[kind]]
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
