"""The ways that a signed-in person sees: those pages that the matrix opens to the role, in the order of the work."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, request

from ...domain.permissions import Permission, may
from .door import role_of, signed_in


@dataclass(frozen=True, slots=True)
class Way:
    """An entry of the navigation: where it leads, message id of its words, and who sees it. `here`: we are there."""

    path: str
    words: str
    permission: Permission
    here: bool = False


WAYS = (
    Way("/desk/", "desk.queue", Permission.READ_CASES),
    Way("/desk/field/", "desk.field", Permission.INSPECT),
    Way("/desk/reports", "records.reports", Permission.READ_CASES),
    Way("/desk/search", "records.search", Permission.READ_CASES),
    Way("/desk/register", "records.register", Permission.READ_CASES),
    Way("/desk/orders", "desk.orders", Permission.READ_CASES),
    Way("/desk/audit", "desk.audit", Permission.READ_AUDIT),
    Way("/enterprise", "portal.overview", Permission.ENTERPRISE_PORTAL),
    Way("/enterprise/products", "portal.products", Permission.ENTERPRISE_PORTAL),
    Way("/enterprise/codes", "portal.codes", Permission.ENTERPRISE_PORTAL),
    Way("/enterprise/moves", "moves.title", Permission.ENTERPRISE_PORTAL),
    Way("/enterprise/places", "places.title", Permission.ENTERPRISE_PORTAL),
    Way("/enterprise/imports", "portal.imports", Permission.ENTERPRISE_PORTAL),
    Way("/enterprise/keys", "portal.keys", Permission.ENTERPRISE_PORTAL),
    Way("/enterprise/links", "linkset.title", Permission.ENTERPRISE_PORTAL),
    Way("/enterprise/scans", "scans.title", Permission.ENTERPRISE_PORTAL),
    Way("/enterprise/webhooks", "hooks.title", Permission.ENTERPRISE_PORTAL),
    Way("/desk/reviews", "portal.reviews", Permission.REVIEW_PUBLICATIONS),
    Way("/desk/enterprises", "join.requests", Permission.ADMIT_ENTERPRISES),
    Way("/account/people", "account.people", Permission.MANAGE_ACCOUNTS),
    Way("/account", "account.own", Permission.OWN_ACCOUNT),
)


def ways() -> list[Way]:
    """Ways of the person who asks; the longest path that we are below is marked."""
    role = role_of(signed_in())
    seen = [way for way in WAYS if way.permission is not Permission.PUBLIC and may(role, way.permission)]
    below = [
        way.path for way in seen if request.path == way.path or request.path.startswith(f"{way.path.rstrip('/')}/")
    ]
    here = max(below, key=len, default="")
    return [Way(way.path, way.words, way.permission, way.path == here) for way in seen]


def teach_templates(app: Flask) -> None:
    """Let templates ask who is signed in, and for the ways of that person."""
    app.jinja_env.globals["account_now"] = signed_in
    app.jinja_env.globals["ways"] = ways
