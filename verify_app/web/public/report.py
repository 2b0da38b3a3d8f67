"""A shopper's report: the form for a code, the receipt, and the way back to it by number. No account, no cookie."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from ...domain.code import FOREIGN
from ...domain.provinces import PROVINCES
from ...domain.report import (
    MOST_NOTE,
    MOST_PHOTOS,
    Grievance,
    NewReport,
    ReportError,
    State,
    overdue,
)
from ...domain.report_number import display_number, parse_number
from ...domain.scan import VisitKind
from ...images.errors import DecodeBusy, DecodeTimeout, ImageError
from ...images.keeping import Kept, keep
from ...parts import StoreUnavailable
from ...verify import Answer, verify
from .. import proof, receipt
from ..http_cache import no_store
from ..language import link, words
from ..product_pictures import picture_set
from ..target import the_parts
from ..visit import sender, visit_of

blueprint = Blueprint("report", __name__)

_HOUR = 3_600
_PER_SENDER, _PER_SENDER_UNPROVEN, _PER_CODE, _UNPROVEN_ALL = 6, 2, 30, 60  # an hour
_LOOKS = 30  # a minute: enough to follow a report, too few to guess at numbers of 65 bits
PROVINCES_BY_NAME = tuple(province.name for province in PROVINCES)


class Refused(Exception):  # noqa: N818 - the sender is asked to mend something
    """The report cannot be taken as it is. `problem` names its words, `status` the HTTP status."""

    def __init__(self, problem: str, status: int = 422, retry_after: int = 0) -> None:
        super().__init__(problem)
        self.problem, self.status, self.retry_after = problem, status, retry_after


@dataclass(frozen=True, slots=True)
class Milestone:
    """One line of a receipt: what is or will be, with its day; `done` or not yet, `late` if its term has passed."""

    name: str
    day: str
    done: bool
    late: bool = False
    place: str = ""


@blueprint.get("/report")
def report_page() -> AnyResponse:
    """The form for `?code=`; the receipt for `?number=`; without either the field for a number."""
    if "number" in request.args:
        try:
            return redirect(link(f"/report/{display_number(parse_number(request.args['number'][:60]))}"), 303)
        except ReportError:
            return _find_page("number", 422)
    if not request.args.get("code"):
        return _find_page()
    answer = _looked_at(request.args["code"])
    token = proof.issue(the_parts().secret, answer.code.path, visit_of(request, the_parts()).when)
    return _form(answer, token)


@blueprint.post("/report")
def send_report() -> AnyResponse:
    """Take a report; a form that was sent before leads to the same receipt."""
    answer = _looked_at(request.form.get("code", ""))
    token = request.form.get("token", "")[:80]
    try:
        number = _take(answer, token)
    except Refused as refused:
        if refused.problem in ("expired", "forged"):
            token = proof.issue(the_parts().secret, answer.code.path, visit_of(request, the_parts()).when)
        return _form(answer, token, refused)
    return no_store(redirect(link(f"/report/{display_number(number)}"), 303))  # type: ignore[arg-type]


@blueprint.get("/report/<number>")
def receipt_page(number: str) -> AnyResponse:
    """What became of a report, for whoever has its number."""
    parts, now = the_parts(), visit_of(request, the_parts()).when
    if wait := parts.rates.seconds_to_wait(f"report-look:{sender(request, parts)}", _LOOKS):
        return _find_page("many", 429, wait)
    try:
        known = parse_number(number[:60])
    except ReportError:
        return _find_page("number", 404)
    found = parts.reports.follow(known)
    if found is None:
        return _find_page("unknown", 404)
    report = found.report
    html = render_template(
        "public/report_receipt.html",
        number=display_number(known),
        report=report,
        milestones=_milestones(found, now),
        late=overdue(report, now),
        card=receipt.card_of_reason(report.what.verdict, words()),
    )
    return _private(Response(html))


def _looked_at(text: str) -> Answer:
    """The code as it stands now, without recording a scan. Raises `CodeError`; 404 for what another system manages."""
    parts = the_parts()
    answer = verify(text, replace(visit_of(request, parts), kind=VisitKind.LOOK), parts)
    if answer.code.key == FOREIGN:
        abort(404)
    return answer


def _take(answer: Answer, token: str) -> str:
    """Keep the report of the form and return its number. Raises `Refused`."""
    parts, now = the_parts(), visit_of(request, the_parts()).when
    proven = _is_welcome(answer.code.path, token, now)
    new = _new_report(answer, now, proven=proven)
    _within_rates(answer.code.path, proven=proven)
    number = proof.number_of(parts.secret, token)
    try:
        parts.reports.file(number, new, _photos())
    except ReportError as error:
        raise Refused(error.field) from error
    except StoreUnavailable as error:
        raise Refused("away", 503, 30) from error
    return number


def _is_welcome(about: str, token: str, now: int) -> bool:
    """Whether the browser did its work. Raises `Refused` for a form that no person filled in."""
    if request.form.get("website"):  # a field that only robots see
        raise Refused("robot", 400)
    try:
        passed = proof.age(the_parts().secret, token, about, now)
    except proof.ProofError as error:
        raise Refused(error.problem) from error
    proven = proof.is_proven(token, request.form.get("work", ""))
    if passed < (proof.LEAST_MS if proven else proof.LEAST_UNPROVEN_MS):
        raise Refused("fast", 429, 15)
    return proven


def _within_rates(about: str, *, proven: bool) -> None:
    parts = the_parts()
    limits = [(f"report:{sender(request, parts)}", _PER_SENDER), (f"report-code:{about}", _PER_CODE)]
    if not proven:
        limits += [(f"report-bare:{sender(request, parts)}", _PER_SENDER_UNPROVEN), ("report-bare", _UNPROVEN_ALL)]
    for who, most in limits:
        if wait := parts.rates.seconds_to_wait(who, most, _HOUR):
            raise Refused("many", 429, wait)


def _new_report(answer: Answer, now: int, *, proven: bool) -> NewReport:
    form, code = request.form, answer.code
    if form.get("reason") not in set(Grievance):
        raise Refused("reason")
    province = form.get("province", "")
    if province not in ("", *PROVINCES_BY_NAME):
        raise Refused("area")
    commune = " ".join(form.get("commune", "").replace("/", " ").split())
    note = "\n".join(form.get("note", "").split("\r\n")).strip()
    if len(note) > MOST_NOTE:
        raise Refused("note")
    item = answer.passport.item if answer.passport else None
    return NewReport(
        filed=now,
        grievance=Grievance(form["reason"]),
        subject=code.identity,
        path=code.path,
        verdict=answer.verdict.name,
        gtin=code.gtin,
        lot=(item.lot if item else "") or code.lot,
        serial=code.serial,
        area="/".join(part for part in (province, commune if province else "") if part),
        note=note,
        proven=proven,
    )


def _photos() -> list[Kept]:
    """The photos as they are kept. Raises `Refused`."""
    given = [data for file in request.files.getlist("photo") if (data := file.read())]
    if len(given) > MOST_PHOTOS:
        raise Refused("photos")
    try:
        return [keep(data) for data in given]
    except ImageError as error:
        raise Refused("photo") from error
    except (DecodeBusy, DecodeTimeout) as error:
        raise Refused("photo_busy", 503, 10) from error


def _form(answer: Answer, token: str, refused: Refused | None = None) -> Response:
    shown = answer.passport if answer.verdict.shows_passport else None
    html = render_template(
        "public/report_form.html",
        answer=answer,
        passport=answer.passport,
        picture=picture_set(shown),
        card=receipt.card_of(answer.verdict, words()),
        code=answer.code.path,
        printed=receipt.human_readable(answer.code),
        token=token,
        bits=proof.BITS,
        wait=proof.LEAST_UNPROVEN_MS // 1000,
        grievances=tuple(Grievance),
        provinces=PROVINCES_BY_NAME,
        most_note=MOST_NOTE,
        most_photos=MOST_PHOTOS,
        given=request.form or {"reason": request.args.get("reason", "")},
        problem=refused.problem if refused else "",
    )
    return _private(Response(html), refused.status if refused else 200, refused.retry_after if refused else 0)


def _find_page(problem: str = "", status: int = 200, retry_after: int = 0) -> Response:
    html = render_template("public/report_find.html", problem=problem, given=request.args.get("number", "")[:60])
    return _private(Response(html), status, retry_after)


def _private(response: Response, status: int = 200, retry_after: int = 0) -> Response:
    response.status_code = status
    response.headers["X-Robots-Tag"] = "noindex"
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return no_store(response)


def _milestones(found: Any, now: int) -> list[Milestone]:
    """The way of a report: what was, and what is promised."""
    say, report = words(), found.report
    lines = [Milestone("received", say.moment(report.what.filed), done=True)]
    for taken in found.history:
        if taken.step.move in ("take", "forward", "answer", "reopen"):
            lines.append(Milestone(taken.step.move, say.moment(taken.step.when), done=True, place=taken.step.area))
    if report.state in (State.RECEIVED, State.FORWARDED):
        lines.append(Milestone("take_by", say.date(report.take_by), done=False, late=now > report.take_by))
    if report.state is not State.ANSWERED:
        lines.append(Milestone("answer_by", say.date(report.answer_by), done=False, late=now > report.answer_by))
    return lines
