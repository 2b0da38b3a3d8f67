"""Joining: the form of an enterprise that has no account yet, and the page on which it follows its request."""

from __future__ import annotations

import time

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from ...domain.joining import JoinError, read_applicant
from ...domain.provinces import PROVINCES
from ...domain.registry import EnterpriseKind
from ..accounts.invitation import link_for
from ..language import chosen, link, words
from ..target import base_url, the_parts
from ..visit import sender

blueprint = Blueprint("join", __name__)
_PER_HOUR = 10
_LOOKS = 60  # a minute
_HOUR = 3600


@blueprint.get("/enterprise/join")
def join() -> str:
    """The form: one page, for a phone."""
    return _form({})


@blueprint.post("/enterprise/join")
def send_request() -> ResponseReturnValue:
    """Keep a request. With a mail server its key goes to the address that was given, else to this browser."""
    if request.form.get("fax"):  # a field that only robots see
        abort(400)
    try:
        applicant = read_applicant(request.form)
        if "speak" not in request.form:
            raise JoinError({"speak": "speak"})
    except JoinError as error:
        return _form(error.problems), 422
    parts = the_parts()
    if parts.rates.seconds_to_wait(f"join:{sender(request, parts)}", _PER_HOUR, _HOUR):
        abort(429)
    letters, now = parts.desk.letters, _now()
    key = parts.desk.joining.ask(applicant, words().lang, now, confirmed=not letters.possible)
    if not letters.possible:
        return redirect(link(f"/enterprise/join/{key}"), 303)
    address = base_url(request) + link(f"/enterprise/join/{key}", lang=words().lang)
    body = words().text("join.letter.confirm", name=applicant.person, enterprise=applicant.name, link=address)
    letters.write(f"join-{key[:12]}", applicant.email, words().text("join.letter.confirm_subject"), body)
    return render_template("enterprise/join_sent.html", email=applicant.email)


@blueprint.get("/enterprise/join/<key>")
def follow(key: str) -> str:
    """Where a request stands; once it is approved, the way to set a password."""
    parts = the_parts()
    if parts.rates.seconds_to_wait(f"join-look:{sender(request, parts)}", _LOOKS):
        abort(429)
    found = parts.desk.joining.by_key(key, _now())
    if found is None:
        abort(404)
    opened = parts.accounts.find("id", found.account_id) if found.account_id else None
    fresh = opened is not None and not opened[1].password
    welcome = link_for(opened[0].id, opened[1], base_url(request)) if opened and fresh else ""
    return render_template("enterprise/join_state.html", found=found, asked=found.applicant, welcome=welcome)


def _form(problems: dict[str, str]) -> str:
    return render_template(
        "enterprise/join.html",
        kinds=[kind.value for kind in EnterpriseKind],
        provinces=sorted(province.name for province in PROVINCES),
        problems=problems,
        lang=chosen(),
    )


def _now() -> int:
    return time.time_ns() // 1_000_000
