"""Rows of items: the fast path. A million rows cost one dictionary look-up, one pattern and one tuple each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ..domain.passport import ItemState
from ..store.bulk_items import ItemRow, Written, write_items
from ..store.engine import Connection
from ..store.import_jobs import BadRow
from ..store.owners import gtin_owners, known_lots
from .row_problems import CellError, Problem, Row, bad_row, read_choice, read_gtin
from .times import read_time

CHUNK = 20_000  # rows of one transaction: other writers wait for about a quarter of a second

SERIAL = re.compile(r"""[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}""")  # AI (21): up to 20 characters of set 82
_STATES = tuple(state.value for state in ItemState)


class ItemRows:
    """Reads and writes the rows of one file of items. `owner` "" may write any enterprise's items."""

    def __init__(self, places: Mapping[str, int], owner: str) -> None:
        self._gtin, self._serial = places["gtin"], places["serial"]
        self._lot, self._state = places.get("lot", -1), places.get("state", -1)
        self._time = places.get("state_time", -1)
        self._owner = owner
        self._gtins: dict[str, str | Problem] = {}  # cell -> GTIN-14, or why not
        self._lots: dict[tuple[str, str], bool] = {}

    @property
    def gtins(self) -> frozenset[str]:
        """GTINs whose items were written."""
        return frozenset(gtin for gtin in self._gtins.values() if isinstance(gtin, str))

    def take(self, connection: Connection, chunk: Sequence[Row]) -> tuple[Written, list[BadRow]]:
        """Write the good rows of a chunk, in the caller's transaction, and return the bad ones.

        Of two rows with one key the later one counts.
        """
        self._learn(connection, chunk)
        good: dict[tuple[str, str], ItemRow] = {}
        bad: list[BadRow] = []
        gtins, lots, lot_at, plain = self._gtins, self._lots, self._lot, self._state < 0 and self._time < 0
        for row in chunk:
            cells = row[1]
            try:
                gtin, serial = gtins[cells[self._gtin]], cells[self._serial].strip()
                lot = cells[lot_at].strip() if lot_at >= 0 else ""
            except IndexError:
                if any(cell.strip() for cell in cells):
                    bad.append(bad_row(row, [CellError("", "cells", "all cells of the row", "").problem]))
                continue
            if gtin.__class__ is str and SERIAL.fullmatch(serial) and (not lot or lots[gtin, lot]):
                if plain:
                    good[gtin, serial] = (gtin, serial, lot, "active", 0)
                    continue
                try:
                    good[gtin, serial] = self._with_state(gtin, serial, lot, cells)
                    continue
                except CellError as error:
                    bad.append(bad_row(row, [error.problem]))
                    continue
            if any(cell.strip() for cell in cells):
                bad.append(bad_row(row, self._problems(gtin, serial, lot)))
        ordered = [good[key] for key in sorted(good)]  # in the order of the table's own tree
        return write_items(connection, ordered), bad

    def _with_state(self, gtin: str, serial: str, lot: str, cells: list[str]) -> ItemRow:
        state = read_choice("state", cells[self._state], _STATES) if 0 <= self._state < len(cells) else ""
        when = read_time("state_time", cells[self._time]) if 0 <= self._time < len(cells) else 0
        if state and state != ItemState.ACTIVE and not when:
            raise CellError("state_time", "missing", "the time since when the state holds", "")
        return (gtin, serial, lot, state or ItemState.ACTIVE.value, when)

    def _learn(self, connection: Connection, chunk: Sequence[Row]) -> None:
        """Look up the GTINs and lots of a chunk that were not met before: two queries for thousands of rows."""
        fresh: dict[str, str] = {}
        for text in {cells[self._gtin] for _, cells in chunk if len(cells) > self._gtin} - self._gtins.keys():
            try:
                fresh[text] = read_gtin(text)
            except CellError as error:
                self._gtins[text] = error.problem
        owners = gtin_owners(connection, set(fresh.values()))
        for text, gtin in fresh.items():
            self._gtins[text] = owned(gtin, owners.get(gtin), self._owner)
        if self._lot < 0:
            return
        pairs = {
            (self._gtins[cells[self._gtin]], cells[self._lot].strip())
            for _, cells in chunk
            if len(cells) > max(self._gtin, self._lot) and isinstance(self._gtins[cells[self._gtin]], str)
        }
        asked = {(gtin, lot) for gtin, lot in pairs if lot and (gtin, lot) not in self._lots}
        known = known_lots(connection, asked)  # type: ignore[arg-type]
        self._lots.update({pair: pair in known for pair in asked})  # type: ignore[misc]

    def _problems(self, gtin: str | Problem, serial: str, lot: str) -> list[Problem]:
        found = [gtin] if isinstance(gtin, dict) else []
        if not serial:
            found.append(CellError("serial", "missing", "a serial number", "").problem)
        elif not SERIAL.fullmatch(serial):
            slug = "length" if len(serial) > 20 else "characters"
            found.append(CellError("serial", slug, "1–20 letters and digits of GS1 set 82", serial).problem)
        if lot and isinstance(gtin, str) and not self._lots[gtin, lot]:
            found.append(CellError("lot", "unknown_lot", "a known lot", lot).problem)
        return found


def owned(gtin: str, owner: str | None, wanted: str) -> str | Problem:
    """The GTIN if the enterprise may write below it, else why not."""
    if owner is None:
        return CellError("gtin", "unknown_gtin", "a known product", gtin).problem
    if wanted and owner != wanted:
        return CellError("gtin", "not_yours", "a product of your own", gtin).problem
    return gtin
