"""How an enterprise is named on its own products."""

from __future__ import annotations

from ..domain.passport import Operator, OperatorRole
from ..domain.registry import Enterprise, EnterpriseKind


def own_operator(enterprise: Enterprise, role: OperatorRole = OperatorRole.PRODUCER) -> Operator:
    """The enterprise as the operator of a product. A household's tax code is a personal number and is never written
    into what will be public: its GLN stands there, else its number here."""
    if enterprise.gln:
        identifier, kind = enterprise.gln, "gln"
    elif enterprise.tax_code and enterprise.kind is not EnterpriseKind.HOUSEHOLD and len(enterprise.tax_code) != 12:
        identifier, kind = enterprise.tax_code, "tax_code"
    else:
        identifier, kind = enterprise.id, "internal"
    return Operator(role, enterprise.name, enterprise.address, identifier, kind, enterprise.phone)
