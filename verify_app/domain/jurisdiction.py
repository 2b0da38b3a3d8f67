"""With whom a case may lie, and until when: officers whose areas and sectors hold it, the departments that they belong
to, and the term of who receives it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from .account import EVERYWHERE, Account, Role
from .case import CaseError
from .local_time import VIETNAM, local_date

_OFFICERS = frozenset({Role.COMMUNE, Role.INSPECTOR, Role.PROVINCE})


class JurisdictionError(CaseError):
    """A case would go to somebody who is not competent; the message names what was expected."""


class DeadlineError(CaseError):
    """A term that is over before it begins; the message names what was expected."""


def term(when: int, days: int, given: int = 0) -> int:
    """Until when a case that is handed over now is to be handled: `given`, else the end of the working day (17:00 in
    Vietnam) so many days later. Instants in UTC milliseconds. Raises `DeadlineError` for a term in the past."""
    if given:
        if given <= when:
            raise DeadlineError(f"Expected a deadline after {when}, got {given}.")
        return given
    return end_of_work(local_date(when) + timedelta(days=days))


def end_of_work(day: date) -> int:
    """17:00 of a day in Vietnam, in UTC milliseconds: until then what is due on that day is in time."""
    return int(datetime.combine(day, time(17), VIETNAM).timestamp() * 1000)


def competent(person: Account, province: str, sector: str) -> bool:
    """Whether a case of a province and sector may lie with a person: an officer with an open account for the sector,
    and for the province or a commune of it. "" stands for a place or a sector that nobody knows."""
    if person.disabled or person.role not in _OFFICERS or not person.scope.covers_sector(sector):
        return False
    return not province or EVERYWHERE in person.scope.areas or province in person.scope.provinces


def handed_to(owner: str, officers: Iterable[Account], province: str, sector: str) -> tuple[Account, ...]:
    """The officers whom a case goes to by an e-mail address or by the name of a department. Raises `JurisdictionError`
    where none of them is competent, or nobody has that name."""
    named = [one for one in officers if owner.casefold() in (one.email.casefold(), one.department.casefold())]
    found = tuple(one for one in named if competent(one, province, sector))
    if not found:
        whom = "one of another area or sector" if named else "nobody of that name"
        raise JurisdictionError(
            f"Expected an officer or a department for {sector or 'any goods'} in {province or 'any province'}, "
            f"got {owner!r}: {whom}."
        )
    return found
