"""Where officers decide on requests to join: those of their provinces, with what can be checked at once."""

from __future__ import annotations

import time

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from ...domain.account import AccountError
from ...domain.audit import Kind
from ...enterprise.joining import DecidedError, JoinRequest
from ...i18n import catalogue
from ...inspection.office import note_of
from ..accounts.door import the_account
from ..accounts.invitation import link_for
from ..accounts.person import new_secrets
from ..language import link
from ..target import base_url, the_parts

blueprint = Blueprint("admission", __name__)


@blueprint.get("/desk/enterprises")
def requests() -> str:
    """Requests of the own provinces, those that wait first."""
    return render_template(
        "enterprise/admissions.html", found=the_parts().desk.joining.all(the_account().scope.provinces)
    )


@blueprint.get("/desk/enterprises/<request_id>")
def one(request_id: str) -> str:
    """One request."""
    return _page(_own(request_id))


@blueprint.post("/desk/enterprises/<request_id>")
def decide(request_id: str) -> ResponseReturnValue:
    """Admit the enterprise, or refuse it with a reason that it reads."""
    found, desk, me = _own(request_id), the_parts().desk, the_account()
    act, reason, now = request.form.get("act", ""), request.form.get("reason", ""), _now()
    if act not in ("admit", "refuse"):
        abort(404)
    if act == "refuse" and not reason.strip():
        return _page(found, "reason"), 422
    the_parts().office.note(note_of(me, Kind.DOOR, f"enterprise.{act}", found.applicant.name, reason), now)
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
    return render_template("enterprise/admission.html", found=found, asked=found.applicant, problem=problem)


def _now() -> int:
    return time.time_ns() // 1_000_000
