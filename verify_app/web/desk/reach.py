"""What of the desk an account reaches."""

from __future__ import annotations

from ...domain.account import EVERYWHERE, Account, Role
from ...domain.case import Case
from ...domain.code import CodeError
from ...domain.parse import parse
from ...domain.provinces import PROVINCES
from ...inspection.office import Office, Wanted
from ..target import the_parts

_NUMBERS = {province.name: str(number) for number, province in enumerate(PROVINCES)}


def office() -> Office:
    """The office of the running application."""
    return the_parts().office


def areas_of(account: Account) -> tuple[str, ...]:
    """Numbers of the provinces that an account reaches; none for everywhere."""
    if EVERYWHERE in account.scope.areas:
        return ()
    return tuple(_NUMBERS[name] for name in account.scope.provinces)


def wanted_of(account: Account, **more: object) -> Wanted:
    """Which cases an account may see: those of its provinces and those without one; a commune's officer only those
    that were handed over by address."""
    if account.role is Role.COMMUNE:
        more["owner"] = account.email
    return Wanted(areas=areas_of(account), **more)  # type: ignore[arg-type]


def reaches(account: Account, case: Case) -> bool:
    """Whether a case lies within an account's areas and sectors, or was handed over to its owner."""
    if case.owner == account.email:
        return True
    if account.role is Role.COMMUNE:
        return False
    area = province_name(case.area)
    here = not area or area in account.scope.provinces
    return here and account.scope.covers_sector(sector_of(case.gtin))


def report_areas(account: Account) -> tuple[str, ...]:
    """Areas whose reports an account sees: its own, and for those above a commune what has no place."""
    if EVERYWHERE in account.scope.areas:
        return ()
    return (*account.scope.areas, *(("",) if set(account.scope.areas) & set(account.scope.provinces) else ()))


def sector_of(gtin: str) -> str:
    """Sector of a product in the registry, "" where it is not registered."""
    return office().sector(gtin) if gtin else ""


def product_name(gtin: str) -> str:
    """Name of a product in Vietnamese, "" where the registry has none of that number."""
    try:
        found = the_parts().passports.find(parse(f"/01/{gtin}"))
    except CodeError:
        return ""
    return found.model.name.text("vi") if found else ""


def province_name(area: str) -> str:
    """Name of a province by its number, "" for none."""
    return PROVINCES[int(area)].name if area.isdigit() and int(area) < len(PROVINCES) else ""


def place_name(place: str) -> str:
    """Name of an alert's place: a province, or the message id of a region."""
    return province_name(place) or f"desk.region.{place}"
