"""The own account, the accounts of others, and the page on which a new owner sets a password."""

from __future__ import annotations

import uuid
from dataclasses import replace

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_security import current_user

from ...domain.account import EVERYWHERE, Account, AccountError, Role, Scope, checked, may_manage, standing
from ...domain.audit import Kind
from ...domain.provinces import PROVINCES
from ...inspection.office import note_of
from ..language import link
from ..target import base_url, the_parts
from .door import the_account
from .invitation import fresh_link, invited, link_for, problem_with, set_password
from .person import new_secrets, now_ms
from .trace import did, saw

account_pages = Blueprint("accounts", __name__)


@account_pages.get("/account")
def own() -> str:
    """The own account: who one is here, what one may see, and how the door is locked."""
    return render_template("account/own.html", account=the_account(), person=current_user)


@account_pages.get("/account/people")
def people() -> str:
    """Accounts that one may manage, and the form for a new one."""
    saw("accounts", "supervision")
    return _people_page()


@account_pages.post("/account/people")
def open_account() -> ResponseReturnValue:
    """Open an account and show the link by which its owner sets a password."""
    mine = the_account()
    try:
        account = _given(Account(uuid.uuid4().hex, "", "", Role.INSPECTOR, created=now_ms()))
        if not may_manage(mine, account):
            abort(403)
        held = new_secrets()
        the_parts().accounts.add(account, held)
        _noted("open", account)
    except AccountError as error:
        return _people_page(error.problem), 422
    return _link_page(account, link_for(account.id, held, base_url(request)))


@account_pages.get("/account/people/<account_id>")
def person(account_id: str) -> str:
    """One account, with what an administrator may do to it."""
    account = _managed(account_id)
    saw(f"account: {account.email}", "supervision")
    return _person_page(account)


@account_pages.post("/account/people/<account_id>")
def change_account(account_id: str) -> ResponseReturnValue:
    """Change an account: its role and scope, close or open it, a new link, or no second factor any more."""
    account, accounts = _managed(account_id), the_parts().accounts
    act = request.form.get("act", "")
    if act in ("link", "disable", "enable", "reset"):
        _noted(act, account)
    if act == "link":
        return _link_page(account, fresh_link(account_id))
    if act in ("disable", "enable"):
        seen = now_ms() if act == "enable" else account.last_seen
        accounts.change(replace(account, disabled=act == "disable", last_seen=seen, failures=0, locked_until=0))
        if act == "disable":
            fresh_link(account_id)  # ends all sessions; the link itself opens nothing while the account is closed
    elif act == "reset":
        found = accounts.find("id", account_id)
        held = found[1] if found else abort(404)
        accounts.keep(account_id, replace(held, second_factor="", totp_secret="", recovery_codes=()))
        for key in accounts.passkeys("account_id", account_id):
            accounts.drop_passkey(key.credential_id)
        return _link_page(account, fresh_link(account_id))
    else:
        try:
            changed = _given(account)
        except AccountError as error:
            return _person_page(account, error.problem), 422
        if not may_manage(the_account(), changed):
            abort(403)
        accounts.change(replace(changed, email=account.email))
        _noted("change", changed)
    return redirect(link(f"/account/people/{account_id}"), 303)


@account_pages.route("/account/welcome/<token>", methods=["GET", "POST"])
def welcome(token: str) -> ResponseReturnValue:
    """Where the owner of a new account sets its password."""
    who = invited(token)
    if who is None:
        return render_template("account/welcome.html", who=None, problem=""), 410
    problem = ""
    if request.method == "POST":
        password = request.form.get("password", "")
        problem = problem_with(password, request.form.get("again", ""))
        if not problem:
            the_parts().office.note(note_of(who.account, Kind.DOOR, "own.password"), now_ms())
            set_password(who, password)
            return redirect(link("/account/sign-in"), 303)
    return render_template("account/welcome.html", who=who.account, problem=problem), 422 if problem else 200


def _noted(act: str, account: Account) -> None:
    told = f"{account.email} {account.role.value} {' '.join(account.scope.areas + account.scope.enterprises)}".strip()
    did(Kind.DOOR, f"account.{act}", told)


def _managed(account_id: str) -> Account:
    account = the_parts().accounts.get(account_id)
    if account is None or not may_manage(the_account(), account):
        abort(404)
    return account


def _given(before: Account) -> Account:
    """The account that a form describes. Raises `AccountError`."""
    form = request.form
    email = form.get("email", before.email).strip().lower()
    if "@" not in email or len(email) > 254:
        raise AccountError("email", f"Expected an address, got {email!r}.")
    try:
        role = Role(form.get("role", ""))
    except ValueError as error:
        raise AccountError("role", "Expected a role, got none.") from error
    scope = Scope(_lines("areas"), _lines("sectors"), _lines("enterprises"))
    name, department = form.get("name", "").strip()[:200], form.get("department", "").strip()[:200]
    return checked(replace(before, email=email, name=name, role=role, scope=scope, department=department))


def _lines(name: str) -> tuple[str, ...]:
    lines = (line.strip() for text in request.form.getlist(name) for line in text[:5000].splitlines())
    return tuple(dict.fromkeys(line for line in lines if line))


def _people_page(problem: str = "") -> str:
    mine, now = the_account(), now_ms()
    shown = [(one, standing(one, now)) for one in the_parts().accounts.all() if may_manage(mine, one)]
    return render_template("account/people.html", people=shown, roles=_roles(mine), problem=problem, areas=_areas(mine))


def _person_page(account: Account, problem: str = "") -> str:
    mine = the_account()
    return render_template(
        "account/person.html",
        person=account,
        standing=standing(account, now_ms()),
        roles=_roles(mine),
        areas=_areas(mine),
        problem=problem,
    )


def _link_page(account: Account, address: str) -> Response:
    return make_response(render_template("account/link.html", person=account, address=address))


def _roles(mine: Account) -> list[Role]:
    """Roles that one may give."""
    if mine.role is Role.OPERATOR:
        return [role for role in Role if role is not Role.SHOPPER]
    return [Role.COMMUNE, Role.INSPECTOR]


def _areas(mine: Account) -> list[str]:
    """Areas to choose from, as suggestions: communes are typed below them."""
    if mine.role is Role.OPERATOR:
        return [EVERYWHERE, *(province.name for province in PROVINCES)]
    return list(mine.scope.provinces)
