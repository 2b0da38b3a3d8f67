"""The panel: codes known to be genuine, by which the line of an alert is measured; and the codes scanned lately."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from verify_app.domain.code import Code

from .engine import Engine, ask, reading, upsert, writing
from .tables import scan
from .watch_tables import panel_code

_BATCH = 2_000
_MOST = 1_000_000  # codes told apart
_VISITORS = 2  # others before: with fewer no score is worth a look


@dataclass(frozen=True, slots=True)
class PanelCode:
    """A code of the panel: why it is known to be genuine, who says so, since when (UTC milliseconds)."""

    gtin: str
    serial: str
    why: str
    actor: str
    added: int


def add_to_panel(engine: Engine, codes: Sequence[PanelCode]) -> int:
    """Take codes in; returns how many were new or are otherwise founded now. Raises `StoreUnavailable`."""
    rows = [
        {"gtin": one.gtin, "serial": one.serial, "why": one.why, "actor": one.actor, "added": one.added}
        for one in codes
    ]
    with writing(engine) as connection:
        return upsert(connection, panel_code, rows)


def take_from_panel(engine: Engine, codes: Sequence[tuple[str, str]]) -> int:
    """Take codes (GTIN, serial) out; returns how many were there. Raises `StoreUnavailable`."""
    c = panel_code.c
    with writing(engine) as connection:
        return connection.execute(sa.delete(panel_code).where(sa.tuple_(c.gtin, c.serial).in_(codes))).rowcount


def panel(engine: Engine) -> Iterator[PanelCode]:
    """All codes of the panel. Raises `StoreUnavailable`."""
    with reading(engine) as connection:
        query = sa.select(panel_code).order_by(panel_code.c.gtin, panel_code.c.serial)
        for row in connection.execute(query.execution_options(yield_per=_BATCH)):
            yield PanelCode(row.gtin, row.serial, row.why, row.actor, row.added)


def scanned_since(engine: Engine, since: int) -> Iterator[Code]:
    """Items that somebody looked at since (UTC milliseconds) after two others had, each once (of more than a million,
    some twice). Read in batches. Raises `StoreUnavailable`."""
    c, after = scan.c, (since, "")
    met: set[int] = set()
    while True:
        late = c.when_ms >= after[0]  # so that earlier partitions are not looked into
        wanted = (late, sa.tuple_(c.when_ms, c.scan_id) > after, c.serial != "", c.prior_others >= _VISITORS)
        query = sa.select(c.when_ms, c.scan_id, c.gtin, c.serial).where(*wanted).order_by(c.when_ms, c.scan_id)
        rows = ask(engine, lambda connection, query=query: connection.execute(query.limit(_BATCH)).all())  # type: ignore[misc]
        for row in rows:
            key = hash((row.gtin, row.serial))
            if row.gtin and key not in met:
                if len(met) < _MOST:
                    met.add(key)
                yield Code("01", row.gtin, (("21", row.serial),))
        if len(rows) < _BATCH:
            return
        after = (rows[-1].when_ms, rows[-1].scan_id)
