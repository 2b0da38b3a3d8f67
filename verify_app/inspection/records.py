"""What officers look up: the ledger, the register of violations, reports of shoppers, checks on site of some goods."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from ..domain.audit import Note
from ..domain.case import Case
from ..domain.communes import Place, place_of_cell
from ..domain.field import Check, Visit
from ..domain.register import Violation
from ..domain.registry import Enterprise
from ..domain.report import Report, ReportError, State, Step
from ..store import audit, cases, field, register, reports, search
from ..store.cases import Wanted as CasesFor
from ..store.engine import Engine, reading, writing
from ..store.field import Photo
from ..store.ledger import LedgerRow
from ..store.listing import named_enterprises
from ..store.report_photos import path_of as photo_path
from ..store.reports import ReportChanged, ReportFile
from ..store.reports import Wanted as ReportsFor
from ..store.search import Page, SearchTooWide
from ..store.search import Wanted as SearchFor

__all__ = [
    "LedgerRow",
    "Page",
    "Records",
    "ReportChanged",
    "ReportError",
    "ReportFile",
    "ReportsFor",
    "SearchFor",
    "SearchTooWide",
    "photo_path",
    "place_of_row",
]
_PART = 1_000  # rows of an export that are read at once
_Numbered = TypeVar("_Numbered", Case, Report)


@dataclass(frozen=True, slots=True)
class Records:
    """The look-ups. Every method raises `StoreUnavailable`."""

    engine: Engine

    def search(self, wanted: SearchFor, now: int) -> Page:
        """One page of scans. Raises `SearchTooWide`."""
        with reading(self.engine) as connection:
            return search.search(connection, wanted, now)

    def found(self, wanted: SearchFor, now: int, most: int) -> Iterator[LedgerRow]:
        """All scans that a search finds, newest first, at most so many, read in parts. Raises `SearchTooWide`."""
        while most > 0:
            page = self.search(replace(wanted, limit=min(_PART, most)), now)
            yield from page.rows
            if page.next is None:
                return
            wanted, most = replace(wanted, after=page.next), most - len(page.rows)

    def count(self, wanted: SearchFor, now: int, most: int) -> int:
        """How many scans a search finds, counted no further than to `most` + 1. Raises `SearchTooWide`."""
        with reading(self.engine) as connection:
            return search.count(connection, wanted, now, most)

    def begin(self) -> int:
        """The instant of the ledger's first scan in UTC milliseconds, 0 for an empty ledger."""
        with reading(self.engine) as connection:
            return search.begin(connection)

    def enterprises(self, named: str) -> tuple[Enterprise, ...]:
        """Enterprises of an id, tax code, GLN, or part of a name; at most 20."""
        with reading(self.engine) as connection:
            return named_enterprises(connection, named)

    def violations(self, areas: tuple[str, ...] = ()) -> tuple[Violation, ...]:
        """The register, those that are open first."""
        return register.violations(self.engine, areas)

    def reports(self, wanted: ReportsFor, limit: int = 50, offset: int = 0) -> tuple[Report, ...]:
        """Shoppers' reports, those whose next term ends first at the top."""
        return reports.list_reports(self.engine, wanted, limit, offset)

    def all_reports(self, wanted: ReportsFor) -> Iterator[Report]:
        """All such reports, the newest first, read in parts."""
        return _parts(lambda before: reports.numbered(self.engine, wanted, before, _PART))

    def all_cases(self, wanted: CasesFor) -> Iterator[Case]:
        """All such cases, the newest first, read in parts."""
        return _parts(lambda before: cases.numbered(self.engine, wanted, before, _PART))

    def report_counts(self, wanted: ReportsFor) -> dict[State, int]:
        """How many such reports there are, by state."""
        return reports.count_reports(self.engine, wanted)

    def report(self, number: int) -> ReportFile | None:
        """A report with its history; nothing in it names its sender."""
        return reports.find_report(self.engine, number)

    def step_report(self, number: int, step: Step, version: int | None, note: Note) -> Report:
        """Take a step with a report, and note it, both or neither. Raises `ReportError`, `ReportChanged`,
        `LookupError`."""
        with writing(self.engine) as connection:
            after = reports.step_in(connection, number, step, version)
            audit.append_in(connection, note, step.when)
            return after

    def checks(self, gtin: str, lot: str = "", serial: str = "") -> tuple[tuple[Visit, Check, tuple[Photo, ...]], ...]:
        """Checks on site of an item, a lot or a product, each with its photos, oldest first."""
        found = field.checks_upon(self.engine, gtin, lot, serial)
        photos = {visit.id: field.photos_of(self.engine, visit.id) for visit, _ in found}
        return tuple((v, c, tuple(p for p in photos[v.id] if p.check in (c.id, ""))) for v, c in found)


def _parts(read: Callable[[int], tuple[_Numbered, ...]]) -> Iterator[_Numbered]:
    part = read(0)
    while part:
        yield from part
        part = read(part[-1].id) if len(part) == _PART else ()


def place_of_row(row: LedgerRow) -> Place:
    """Province and nearest commune of a scan, as far as its place is known."""
    return place_of_cell(row.cell, row.country)
