"""Numbers hidden on items of the demonstration, under this installation's secret (domain/holder.py)."""

from __future__ import annotations

import sqlalchemy as sa

from ..domain.holder import fold_number, number_digest
from ..store.engine import writing
from ..store.holders import write_seals
from .cases import cases


def write_hidden_numbers(engine: sa.Engine, master: bytes) -> None:
    """Keep the hidden numbers of the cases; with another secret they are written anew. Raises `StoreUnavailable`."""
    found = [(case.code, fold_number(case.hidden)) for case in cases() if case.code and case.hidden]
    rows = [(code.gtin, code.serial, number_digest(master, code.gtin, code.serial, told)) for code, told in found]
    with writing(engine) as connection:
        write_seals(connection, rows)
