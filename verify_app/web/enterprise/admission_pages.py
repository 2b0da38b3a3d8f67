"""Where officers decide on requests to join: those of their provinces, with what can be checked at once."""

from __future__ import annotations

import time

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from ...domain.account import AccountError
from ...domain.audit import Kind
from ...enterprise.joining import DecidedError, JoinRequest
from ...enterprise.link_office import LinkError
from ...i18n import catalogue
from ..accounts.door import the_account
from ..accounts.invitation import link_for
from ..accounts.person import new_secrets
from ..accounts.trace import did, saw
from ..language import link
from ..target import base_url, the_parts

blueprint = Blueprint("admission", __name__)


@blueprint.get("/desk/enterprises")
def requests() -> str:
    """Requests of the own provinces, those that wait first."""
    saw("requests to join", "supervision")
    return render_template(
        "enterprise/admissions.html", found=the_parts().desk.joining.all(the_account().scope.provinces)
    )


@blueprint.get("/desk/enterprises/<request_id>")
def one(request_id: str) -> str:
    """One request."""
    found = _own(request_id)
    saw(f"request to join: {found.applicant.name}", "supervision")
    return _page(found)


@blueprint.post("/desk/enterprises/<request_id>")
def decide(request_id: str) -> ResponseReturnValue:
    """Admit the enterprise, or refuse it with a reason that it reads."""
    found, desk, me = _own(request_id), the_parts().desk, the_account()
    act, reason, now = request.form.get("act", ""), request.form.get("reason", ""), _now()
    if act == "hosts" and found.enterprise_id:
        return _write_hosts(found)
    if act not in ("admit", "refuse"):
        abort(404)
    if act == "refuse" and not reason.strip():
        return _page(found, "reason"), 422
    did(Kind.DOOR, f"enterprise.{act}", found.applicant.name, reason)
    try:
        if act == "refuse":
            desk.joining.refuse(found.id, me.name, reason, now)
            _tell(found, "refused", reason=reason.strip())
            return redirect(link("/desk/enterprises"), 303)
        held = new_secrets()
        account = desk.joining.admit(found, me.name, held, now)
    except DecidedError:
        return _page(_own(request_id), "decided"), 409
    except AccountError:
        return _page(found, "email"), 409
    address = link_for(account.id, held, base_url(request))
    _tell(found, "approved", link=address)
    return render_template("account/link.html", person=account, address=address)


def _write_hosts(found: JoinRequest) -> ResponseReturnValue:
    """Write down the hosts that an admitted enterprise may link to, in place of those before."""
    hosts = request.form.get("hosts", "")[:2000].lower().replace(",", " ").split()
    did(Kind.DOOR, "enterprise.hosts", found.enterprise_id, " ".join(hosts))
    try:
        the_parts().desk.links.allow(found.enterprise_id, tuple(hosts))
    except LinkError:
        return _page(found, "hosts"), 422
    return redirect(link(f"/desk/enterprises/{found.id}"), 303)


def _tell(found: JoinRequest, what: str, **more: str) -> None:
    """Write to the applicant, in the language that the request came in, where there is a mail server."""
    said, asked = catalogue(found.lang or "vi"), found.applicant
    body = said.text(f"join.letter.{what}", name=asked.person, enterprise=asked.name, **more)
    the_parts().desk.letters.write(
        f"join-{found.id}-{what}", asked.email, said.text(f"join.letter.{what}_subject"), body
    )


def _own(request_id: str) -> JoinRequest:
    found = the_parts().desk.joining.find(request_id)
    if found is None or found.applicant.province not in the_account().scope.provinces:
        abort(404)
    return found


def _page(found: JoinRequest, problem: str = "") -> str:
    hosts = the_parts().desk.links.hosts(found.enterprise_id) if found.enterprise_id else ()
    return render_template(
        "enterprise/admission.html", found=found, asked=found.applicant, problem=problem, hosts=hosts
    )


def _now() -> int:
    return time.time_ns() // 1_000_000
