"""Rows of items: the fast path. A million rows cost one dictionary look-up, one pattern and one tuple each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import repeat

from ..domain.holder import LEAST_NUMBER, MOST_NUMBER, fold_number, number_digest
from ..domain.passport import ItemState
from ..store.bulk_items import ItemRow, Written, write_items
from ..store.engine import Connection
from ..store.holders import write_seals
from ..store.import_jobs import BadRow
from ..store.owners import gtin_owners, known_lots
from .row_problems import CellError, Problem, Row, bad_row, read_choice, read_gtin
from .times import read_time

CHUNK = 20_000  # rows of one transaction: other writers wait for about a quarter of a second

SERIAL = re.compile(r"""[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}""")  # AI (21): up to 20 characters of set 82
_SERIALS = re.compile(f"(?:{SERIAL.pattern}\n)+")
_STATES = tuple(state.value for state in ItemState)


Columns = Sequence[tuple[str, ...]]


class ItemRows:
    """Reads and writes the rows of one file of items. `owner` "" may write any enterprise's items; `secret` is the
    installation's: of hidden numbers only digests under it are written."""

    def __init__(self, places: Mapping[str, int], owner: str, secret: bytes = b"") -> None:
        self._gtin, self._serial = places["gtin"], places["serial"]
        self._lot, self._state = places.get("lot", -1), places.get("state", -1)
        self._time, self._hidden = places.get("state_time", -1), places.get("hidden_number", -1)
        self._secret = secret
        self._digests: dict[tuple[str, str], bytes] = {}  # of the hidden numbers of a chunk
        self._owner = owner
        self._gtins: dict[str, str | Problem] = {}  # cell -> GTIN-14, or why not
        self._lots: dict[tuple[str, str], bool] = {}

    @property
    def gtins(self) -> frozenset[str]:
        """GTINs whose items were written."""
        return frozenset(gtin for gtin in self._gtins.values() if isinstance(gtin, str))

    @property
    def hides(self) -> bool:
        """Whether the file holds hidden numbers, so that it must not be kept."""
        return self._hidden >= 0

    def take(self, connection: Connection, chunk: Sequence[Row]) -> tuple[Written, list[BadRow]]:
        """Write the good rows of a chunk, in the caller's transaction, and return the bad ones.

        Of two rows with one key the later one counts.
        """
        columns = _columns(chunk, max(self._gtin, self._serial, self._lot, self._state, self._time))
        self._learn(connection, self._pairs(chunk, columns))
        self._digests.clear()
        if plain := self._plain(columns):
            return write_items(connection, plain), []
        good: dict[tuple[str, str], ItemRow] = {}
        bad: list[BadRow] = []
        gtins, lots, lot_at, stateless = self._gtins, self._lots, self._lot, self._stateless
        for row in chunk:
            cells = row[1]
            try:
                gtin, serial = gtins[cells[self._gtin]], cells[self._serial].strip()
                lot = cells[lot_at].strip() if lot_at >= 0 else ""
            except IndexError:
                if any(cell.strip() for cell in cells):
                    bad.append(self._bad(row, [CellError("", "cells", "all cells of the row", "").problem]))
                continue
            if gtin.__class__ is str and SERIAL.fullmatch(serial) and (not lot or lots[gtin, lot]):
                if stateless:
                    good[gtin, serial] = (gtin, serial, lot, "active", 0)
                    continue
                try:
                    good[gtin, serial] = self._with_state(gtin, serial, lot, cells)
                    continue
                except CellError as error:
                    bad.append(self._bad(row, [error.problem]))
                    continue
            if any(cell.strip() for cell in cells):
                bad.append(self._bad(row, self._problems(gtin, serial, lot)))
        return self._written(connection, good), bad

    def _written(self, connection: Connection, good: Mapping[tuple[str, str], ItemRow]) -> Written:
        """Write items and their hidden numbers; an item whose number alone is another one has changed."""
        written = write_items(connection, list(good.values()))
        told = write_seals(connection, [(*key, digest) for key, digest in self._digests.items() if key in good])
        again = max(0, min(written.same, told - written.fresh))
        return Written(written.fresh, written.changed + again, written.same - again)

    @property
    def _stateless(self) -> bool:
        return self._state < 0 and self._time < 0 and self._hidden < 0

    def _plain(self, columns: Columns) -> list[ItemRow]:
        """The rows of a chunk in which nothing is wrong, doubled or unusual, column by column: a fifth of the time
        that looking at each row takes. Empty where any row needs a look."""
        if not columns or not self._stateless:
            return []
        serials, texts = columns[self._serial], columns[self._gtin]
        lots: Sequence[str] = columns[self._lot] if self._lot >= 0 else ("",) * len(serials)
        lines = "\n".join(serials) + "\n"
        if not _SERIALS.fullmatch(lines) or lines.count("\n") != len(serials):  # a quoted cell may hold a line break
            return []
        if len(set(serials)) != len(serials):
            return []
        for text, lot in set(zip(texts, lots, strict=True)):
            gtin = self._gtins[text]
            if not isinstance(gtin, str) or (lot and not self._lots.get((gtin, lot))):
                return []
        made = map(self._gtins.__getitem__, texts)
        return list(zip(made, serials, lots, repeat("active"), repeat(0)))  # type: ignore[arg-type]

    def _pairs(self, chunk: Sequence[Row], columns: Columns) -> set[tuple[str, str]]:
        """Every GTIN of a chunk with each of its lots, as they came; "" for none."""
        if columns:
            return set(zip(columns[self._gtin], columns[self._lot] if self._lot >= 0 else repeat(""), strict=False))
        gtin, lot = self._gtin, self._lot
        return {(cells[gtin], cells[lot] if 0 <= lot < len(cells) else "") for _, cells in chunk if len(cells) > gtin}

    def _with_state(self, gtin: str, serial: str, lot: str, cells: list[str]) -> ItemRow:
        state = read_choice("state", cells[self._state], _STATES) if 0 <= self._state < len(cells) else ""
        when = read_time("state_time", cells[self._time]) if 0 <= self._time < len(cells) else 0
        if state and state != ItemState.ACTIVE and not when:
            raise CellError("state_time", "missing", "the time since when the state holds", "")
        if hidden := cells[self._hidden].strip() if 0 <= self._hidden < len(cells) else "":
            number = fold_number(hidden)
            if not number:
                raise CellError("hidden_number", "length", f"{LEAST_NUMBER}–{MOST_NUMBER} letters and digits", "")
            self._digests[gtin, serial] = number_digest(self._secret, gtin, serial, number)
        return (gtin, serial, lot, state or ItemState.ACTIVE.value, when)

    def _learn(self, connection: Connection, pairs: set[tuple[str, str]]) -> None:
        """Look up the GTINs and lots of a chunk that were not met before: two queries for thousands of rows."""
        fresh: dict[str, str] = {}
        for text in {text for text, _ in pairs} - self._gtins.keys():
            try:
                fresh[text] = read_gtin(text)
            except CellError as error:
                self._gtins[text] = error.problem
        owners = gtin_owners(connection, set(fresh.values()))
        for text, gtin in fresh.items():
            self._gtins[text] = owned(gtin, owners.get(gtin), self._owner)
        met = {(self._gtins[text], lot.strip()) for text, lot in pairs if isinstance(self._gtins[text], str)}
        asked = {(gtin, lot) for gtin, lot in met if lot and (gtin, lot) not in self._lots}
        known = known_lots(connection, asked)  # type: ignore[arg-type]
        self._lots.update({pair: pair in known for pair in asked})  # type: ignore[misc]

    def _bad(self, row: Row, problems: Sequence[Problem]) -> BadRow:
        """A refused row as it is kept: never with its hidden number."""
        cells = ["" if place == self._hidden else cell for place, cell in enumerate(row[1])]
        return bad_row((row[0], cells), problems)

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


def _columns(chunk: Sequence[Row], last: int) -> Columns:
    """The columns of a chunk whose rows are all as long as the first, and long enough; none of any other."""
    try:
        found = list(zip(*(cells for _, cells in chunk), strict=True))
    except ValueError:
        return []
    return found if len(found) > last else []


def owned(gtin: str, owner: str | None, wanted: str) -> str | Problem:
    """The GTIN if the enterprise may write below it, else why not."""
    if owner is None:
        return CellError("gtin", "unknown_gtin", "a known product", gtin).problem
    if wanted and owner != wanted:
        return CellError("gtin", "not_yours", "a product of your own", gtin).problem
    return gtin
