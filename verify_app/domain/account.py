"""Accounts of the people who sign in: who they are, what they may see, and when the door stays shut to them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .provinces import PROVINCES

EVERYWHERE = "*"  # as an area or sector: all of them
LEAST_PASSWORD = 14  # characters, since a second factor is everybody's own choice
IDLE_DAYS = 45  # without signing in; then an administrator has to open the account again
TRIES = 5  # wrong passwords or codes in a row before the door shuts
_MINUTE, _DAY = 60_000, 86_400_000
_LOCKS = (1, 5, 15, 60)  # minutes, longer with each further wrong try: a stranger cannot keep the owner out for long
_NAMES = frozenset(province.name for province in PROVINCES)


class Role(StrEnum):
    """What an account is for. `SHOPPER` stands for everybody who has not signed in, and no account has it."""

    SHOPPER = "shopper"
    ENTERPRISE = "enterprise"
    COMMUNE = "commune_officer"
    INSPECTOR = "inspector"
    PROVINCE = "province_admin"
    OPERATOR = "operator"


class Standing(StrEnum):
    """Whether an account may be used now."""

    ACTIVE = "active"
    DISABLED = "disabled"
    IDLE = "idle"
    LOCKED = "locked"


class AccountError(ValueError):
    """An account that cannot be; the message says what was expected and what came. `problem` names the field."""

    def __init__(self, problem: str, message: str) -> None:
        super().__init__(message)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Scope:
    """What an account reaches: areas ("*", "Gia Lai" or "Gia Lai/Xã Ví Dụ"), sectors ("*" or names of the registry)
    and enterprises (ids of the registry). Nothing is reached that is not named."""

    areas: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    enterprises: tuple[str, ...] = ()

    def covers_area(self, area: str) -> bool:
        """Whether an area lies in one of ours; "" (a place that nobody knows) only within everywhere."""
        return any(own in (EVERYWHERE, area) or area.startswith(f"{own}/") for own in self.areas)

    def covers_sector(self, sector: str) -> bool:
        """Whether a sector is ours; "" (goods that nobody registered) is everybody's who has any sector."""
        return bool(self.sectors) and (not sector or bool({EVERYWHERE, sector} & {*self.sectors}))

    def covers(self, area: str, sector: str) -> bool:
        """Whether goods of a sector at a place are ours."""
        return self.covers_area(area) and self.covers_sector(sector)

    @property
    def provinces(self) -> tuple[str, ...]:
        """Provinces that are ours in whole or in part, in their order; all of them for everywhere."""
        if EVERYWHERE in self.areas:
            return tuple(province.name for province in PROVINCES)
        named = {area.partition("/")[0] for area in self.areas}
        return tuple(province.name for province in PROVINCES if province.name in named)


@dataclass(frozen=True, slots=True)
class Account:
    """One person's account, without its secrets. Times are UTC milliseconds, 0 for never."""

    id: str
    email: str
    name: str
    role: Role
    scope: Scope = Scope()
    department: str = ""
    created: int = 0
    disabled: bool = False
    last_seen: int = 0
    failures: int = 0
    locked_until: int = 0


def standing(account: Account, now: int) -> Standing:
    """Whether an account may be used at a time; disabled weighs more than idle, idle more than locked."""
    if account.disabled:
        return Standing.DISABLED
    if now - max(account.last_seen, account.created) > IDLE_DAYS * _DAY:
        return Standing.IDLE
    return Standing.LOCKED if now < account.locked_until else Standing.ACTIVE


def lock_after(failures: int, now: int) -> int:
    """Until when the door stays shut after so many wrong tries in a row; 0 while there are tries left."""
    over = failures - TRIES
    return 0 if over < 0 else now + _LOCKS[min(over, len(_LOCKS) - 1)] * _MINUTE


def checked(account: Account) -> Account:
    """The account as given, if its role and scope go together. Raises `AccountError`."""
    if account.role is Role.SHOPPER:
        raise AccountError("role", "Expected a role that signs in, got shopper.")
    if not account.name.strip():
        raise AccountError("name", "Expected a name, got none.")
    for area in account.scope.areas:
        if area != EVERYWHERE and area.partition("/")[0] not in _NAMES:
            raise AccountError("areas", f'Expected "*", a province or "province/commune", got {area!r}.')
    if account.role is Role.ENTERPRISE and not account.scope.enterprises:
        raise AccountError("enterprises", "Expected the enterprise that the account belongs to, got none.")
    if account.role is Role.COMMUNE and not all("/" in area for area in account.scope.areas):
        raise AccountError("areas", "Expected communes only for a commune officer, got a wider area.")
    if account.role not in (Role.ENTERPRISE, Role.OPERATOR) and not account.scope.areas:
        raise AccountError("areas", "Expected at least one area, got none.")
    return account


def may_manage(administrator: Account, other: Account) -> bool:
    """Whether an administrator may open, change and close another account: an operator any; a province's
    administrator those below that role whose areas all lie in the own ones."""
    if administrator.id == other.id:
        return False  # nobody widens the own rights
    if administrator.role is Role.OPERATOR:
        return True
    below = other.role in (Role.COMMUNE, Role.INSPECTOR)
    inside = all(administrator.scope.covers_area(area) for area in other.scope.areas)
    return administrator.role is Role.PROVINCE and below and bool(other.scope.areas) and inside
