"""The office: what the signed-in pages of officers ask, joined on one database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ..domain.account import Account
from ..domain.audit import Entry, Kind, Note
from ..domain.case import Case, State, Step
from ..domain.order import Order, OrderError, confirmed, lifted, proposed, refused
from ..store import audit, cases, orders
from ..store.cases import CaseChanged, CaseFile, Wanted
from ..store.code_scans import SeenScan, scans_of
from ..store.engine import Engine, StoreUnavailable, writing
from ..store.holders import Shown, shown_of
from .records import Records

__all__ = ["CaseChanged", "CaseFile", "Office", "SeenScan", "Wanted", "note_of"]


def _no_effect(_gtin: str, _lot: str, _serials: tuple[str, ...]) -> None:
    return


def note_of(account: Account, kind: Kind, action: str, subject: str = "", why: str = "") -> Note:
    """An entry of the audit log in the name of an account."""
    return Note(kind, account.id, account.name, account.role.value, action, subject, why)


@dataclass(frozen=True, slots=True)
class Office:
    """The office's services. `effect` shows at once, everywhere, what an order changed for a GTIN, its lot ("" for
    all) and serial numbers. Every method raises `StoreUnavailable`."""

    database: Engine | None = None
    effect: Callable[[str, str, tuple[str, ...]], None] = _no_effect

    @property
    def engine(self) -> Engine:
        """The database. Raises `StoreUnavailable` where this process was given none."""
        if self.database is None:
            raise StoreUnavailable("Expected a database for the office, got none.")
        return self.database

    @property
    def records(self) -> Records:
        """The look-ups of officers on the same database."""
        return Records(self.engine)

    def note(self, note: Note, when: int) -> None:
        """Write into the audit log. If that cannot be, what was to be noted must not happen."""
        audit.append(self.engine, note, when)

    def log(self, before: int = 0, limit: int = 100) -> tuple[Entry, ...]:
        """The last entries of the audit log before a number, newest first."""
        return audit.latest(self.engine, before, limit)

    def whole_log(self) -> Iterator[Entry]:
        """The audit log from its beginning."""
        return audit.entries(self.engine)

    def queue(self, wanted: Wanted, limit: int = 50, offset: int = 0) -> tuple[Case, ...]:
        """Cases, the strongest first."""
        return cases.queue(self.engine, wanted, limit, offset)

    def counts(self, wanted: Wanted) -> dict[State, int]:
        """How many such cases there are, by state."""
        return cases.count_cases(self.engine, wanted)

    def case(self, number: int) -> CaseFile | None:
        """A case with its alerts and history."""
        return cases.find_case(self.engine, number)

    def similar(self, case: Case) -> tuple[Case, ...]:
        """Other cases of the same product."""
        return cases.similar_cases(self.engine, case)

    def step(self, number: int, step: Step, version: int | None, note: Note) -> Case:
        """Take a step with a case, and note it, both or neither. Raises `CaseError`, `CaseChanged`, `LookupError`."""
        with writing(self.engine) as connection:
            after = cases.step_in(connection, number, step, version)
            audit.append_in(connection, note, step.when)
            return after

    def scans(self, case: Case, limit: int = 300) -> tuple[SeenScan, ...]:
        """The scans of a case's code (or lot, or product), newest first."""
        return scans_of(self.engine, case.gtin, case.lot, case.serial, limit)

    def shown(self, case: Case) -> tuple[Shown, ...]:
        """What holders showed of a case's item; of a lot or product nobody can hold anything."""
        return shown_of(self.engine, case.gtin, case.serial) if case.serial else ()

    def sector(self, gtin: str) -> str:
        """The sector of a registered product, "" for any other."""
        return orders.sector_of(self.engine, gtin)

    def orders(self, gtin: str = "") -> tuple[Order, ...]:
        """Orders, those that wait for a second person first."""
        return orders.orders(self.engine, gtin)

    def order(self, number: int) -> Order | None:
        """An order by its number."""
        return orders.find_order(self.engine, number)

    def propose(self, order: Order, person: Account, when: int) -> Order:
        """Put an order in force, or before a second person. Raises `OrderError`."""
        if not person.scope.covers_sector(orders.sector_of(self.engine, order.target.gtin)):
            raise OrderError("sector", "Expected goods of a sector that is the officer's, got others.")
        made = orders.add_order(self.engine, proposed(order, person, when), _note(person, "order.propose"))
        return self._effective(made)

    def confirm(self, number: int, person: Account, when: int) -> Order:
        """Be the second person. Raises `OrderError`, `LookupError`."""
        note = _note(person, "order.confirm")
        return self._effective(orders.step_order(self.engine, number, lambda o: confirmed(o, person, when), note, when))

    def refuse(self, number: int, person: Account, when: int, why: str) -> Order:
        """Refuse an order that waits. Raises `OrderError`, `LookupError`."""
        note = _note(person, "order.refuse", why)
        return orders.step_order(self.engine, number, lambda o: refused(o, person, when, why), note, when)

    def lift(self, number: int, person: Account, when: int, why: str) -> Order:
        """Restore the display. Raises `OrderError`, `LookupError`."""
        note = _note(person, "order.lift", why)
        step = orders.step_order(self.engine, number, lambda o: lifted(o, person, when, why), note, when)
        return self._effective(step)

    def _effective(self, order: Order) -> Order:
        """Show what an order changed before anybody is told that it was done."""
        if order.began:
            self.effect(order.target.gtin, order.target.lot, orders.serials_of(self.engine, order))
        return order


def _note(person: Account, action: str, why: str = "") -> Callable[[Order], Note]:
    def note(order: Order) -> Note:
        target = order.target
        subject = f"{order.kind.value} {target.gtin}" + "".join(
            f" {name}={value}"
            for name, value in (("lot", target.lot), ("from", target.first), ("to", target.last))
            if value
        )
        told = note_of(person, Kind.ACT, action, subject, why or order.reason)
        return replace(told, detail=f"order {order.id}: {order.state.value}")

    return note
