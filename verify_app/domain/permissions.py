"""THE permission matrix: who may do what. Each page of the service names one of these permissions (`web/audience.py`),
and nothing else decides; the scope of an account (area, sector, enterprise) then narrows what it sees there."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from .account import Role


class Permission(StrEnum):
    """Something that a person may do here."""

    PUBLIC = "public"
    """What everybody may see, and the doors by which one signs in."""
    NOBODY = "nobody"
    """What a library offers and we do not."""
    OWN_ACCOUNT = "own_account"
    """See and secure the own account."""
    MANAGE_ACCOUNTS = "manage_accounts"
    """Open, change and close accounts of others."""
    READ_AUDIT = "read_audit"
    """Read the log of looks and acts."""
    READ_CASES = "read_cases"
    """See alerts, cases, reports, restricted evidence of a code, charts and maps."""
    WORK_CASES = "work_cases"
    """Take up alerts, keep cases, hand them over, close them."""
    INSPECT = "inspect"
    """Check goods on site."""
    PROPOSE_ACTS = "propose_acts"
    """Recall goods, suspend or cancel a display; province-wide ones wait for a second person."""
    CONFIRM_ACTS = "confirm_acts"
    """Be the second person of a province-wide act."""
    READ_REGISTRY = "read_registry"
    """See the registry of enterprises and products beyond what is public."""
    REVIEW_PUBLICATIONS = "review_publications"
    """Approve or refuse what enterprises want to publish."""
    ADMIT_ENTERPRISES = "admit_enterprises"
    """Decide on requests of enterprises to be taken up."""
    ENTERPRISE_PORTAL = "enterprise_portal"
    """Keep the own enterprise's products, lots, codes and people."""
    OPERATE = "operate"
    """Run the service: queues, settings in force, health in detail."""


_S, _E, _C, _I, _P, _O = Role.SHOPPER, Role.ENTERPRISE, Role.COMMUNE, Role.INSPECTOR, Role.PROVINCE, Role.OPERATOR

MATRIX: Mapping[Permission, frozenset[Role]] = {
    Permission.PUBLIC: frozenset({_S, _E, _C, _I, _P, _O}),
    Permission.NOBODY: frozenset(),
    Permission.OWN_ACCOUNT: frozenset({_E, _C, _I, _P, _O}),
    Permission.MANAGE_ACCOUNTS: frozenset({_P, _O}),
    Permission.READ_AUDIT: frozenset({_P, _O}),
    Permission.READ_CASES: frozenset({_C, _I, _P}),
    Permission.WORK_CASES: frozenset({_I, _P}),
    Permission.INSPECT: frozenset({_C, _I, _P}),
    Permission.PROPOSE_ACTS: frozenset({_I, _P}),
    Permission.CONFIRM_ACTS: frozenset({_P}),
    Permission.READ_REGISTRY: frozenset({_C, _I, _P, _O}),
    Permission.REVIEW_PUBLICATIONS: frozenset({_P}),
    Permission.ADMIT_ENTERPRISES: frozenset({_P, _O}),
    Permission.ENTERPRISE_PORTAL: frozenset({_E}),
    Permission.OPERATE: frozenset({_O}),
}


def may(role: Role, permission: Permission) -> bool:
    """Whether the matrix lets a role do something."""
    return role in MATRIX[permission]
