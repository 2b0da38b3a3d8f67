"""With whom a case may lie: officers whose areas and sectors hold it, and the departments that they belong to."""

from __future__ import annotations

from collections.abc import Iterable

from .account import EVERYWHERE, Account, Role
from .case import CaseError

_OFFICERS = frozenset({Role.COMMUNE, Role.INSPECTOR, Role.PROVINCE})


class JurisdictionError(CaseError):
    """A case would go to somebody who is not competent; the message names what was expected."""


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
