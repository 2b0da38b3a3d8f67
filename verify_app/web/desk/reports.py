"""Shoppers' reports: the queue with its terms, one report with its photos, and the steps that officers take."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, render_template, request, send_file
from flask.typing import ResponseReturnValue

from ...domain.account import Account
from ...domain.audit import Kind
from ...domain.permissions import Permission, may
from ...domain.provinces import PROVINCES
from ...domain.report import OPEN_STATES, Move, Outcome, Report, State, Step, overdue, possible
from ...inspection.office import note_of
from ...inspection.records import ReportChanged, ReportError, ReportFile, ReportsFor, photo_path
from ..accounts.door import the_account
from ..accounts.person import now_ms
from ..accounts.trace import saw
from ..language import link, words
from ..target import the_parts
from .reach import office, product_name, report_areas, sector_of
from .tables import Columns, table_file

pages = Blueprint("reports", __name__)
_PAGE = 50
_COLUMNS = ("number", "time", "reason", "product", "gtin", "lot", "serial", "area", "state", "take_by", "answer_by",
            "result", "answer")  # fmt: skip


@pages.get("/reports")
def queue() -> str:
    """Reports that wait, the next term first; `?state=answered` those that are done."""
    account, page = the_account(), max(0, request.args.get("page", 0, type=int))
    done = request.args.get("state") == "answered"
    wanted = ReportsFor(states=(State.ANSWERED,) if done else OPEN_STATES, areas=report_areas(account))
    found = office().records.reports(wanted, _PAGE + 1, page * _PAGE)
    counts = office().records.report_counts(ReportsFor(states=tuple(State), areas=report_areas(account)))
    saw("reports of shoppers", "casework")
    return render_template(
        "desk/reports.html", reports=[one for one in found[:_PAGE] if _covers(account, one)], counts=counts, done=done,
        page=page, more=len(found) > _PAGE, overdue=overdue, now=now_ms(), product_name=product_name,
    )  # fmt: skip


@pages.get("/reports.<form>")
def queue_file(form: str) -> Response:
    """All reports as a file, however many. Nothing in it tells who sent one."""
    account = the_account()
    wanted = ReportsFor(states=tuple(State), areas=report_areas(account))
    saw("reports of shoppers", f"export as {form}")
    columns = Columns(_COLUMNS, tuple(words().text(f"records.column.{name}") for name in _COLUMNS))
    rows = (_cells(one) for one in office().records.all_reports(wanted) if _covers(account, one))
    return table_file(form, "reports", columns, rows, sum(office().records.report_counts(wanted).values()))


@pages.get("/reports/<int:number>")
def report(number: int) -> str:
    """One report: what was said, of which code, with which verdict; its photos, terms and history."""
    file = _found(number)
    saw(f"report {number}", request.args.get("why", "")[:200] or "casework")
    return _page(file)


@pages.get("/reports/<int:number>/<digest>.jpg")
def photo(number: int, digest: str) -> Response:
    """A photo of a report."""
    kept = next((one for one in _found(number).report.what.photos if one.sha256 == digest), None)
    path = photo_path(the_parts().settings.data_dir / "reports", kept) if kept else None
    if path is None or not path.is_file():
        abort(404)
    saw(f"photo: report {number}", "casework")
    return send_file(path.resolve(), mimetype="image/jpeg")


@pages.post("/reports/<int:number>")
def step(number: int) -> ResponseReturnValue:
    """Take, forward, note, answer or reopen a report."""
    account, form = the_account(), request.form
    _found(number)
    try:
        outcome, area = form.get("outcome", ""), form.get("area", "")
        taken = Step(
            Move(form.get("move", "")), account.name, now_ms(), form.get("note", "").strip()[:2000],
            area if area in {province.name for province in PROVINCES} else "",
            Outcome(outcome) if outcome else None, form.get("answer", "").strip()[:4000],
        )  # fmt: skip
        note = note_of(account, Kind.ACT, f"report.{taken.move.value}", f"report {number}", taken.note or taken.answer)
        office().records.step_report(number, taken, form.get("version", type=int), note)
    except (ReportError, ReportChanged, ValueError) as error:
        problem = "changed" if isinstance(error, ReportChanged) else getattr(error, "field", "state")
        return _page(_found(number), problem), 409 if problem == "changed" else 422
    after = office().records.report(number)
    gone = after is None or not _reaches(account, after.report)
    return redirect(link("/desk/reports" if gone else f"/desk/reports/{number}"), 303)


def _page(file: ReportFile, problem: str = "") -> str:
    account = the_account()
    return render_template(
        "desk/report.html", file=file, report=file.report, what=file.report.what, problem=problem, outcomes=Outcome,
        moves=possible(file.report) if may(account.role, Permission.WORK_CASES) else (), provinces=PROVINCES,
        late=overdue(file.report, now_ms()), name=product_name(file.report.what.gtin) if file.report.what.gtin else "",
    )  # fmt: skip


def _found(number: int) -> ReportFile:
    file = office().records.report(number)
    if file is None or not _reaches(the_account(), file.report):
        abort(404)
    return file


def _reaches(account: Account, report: Report) -> bool:
    areas, here = report_areas(account), report.what.area
    inside = not areas or here in areas or any(area and here.startswith(f"{area}/") for area in areas)
    return inside and _covers(account, report)


def _covers(account: Account, report: Report) -> bool:
    return account.scope.covers_sector(sector_of(report.what.gtin))


def _cells(one: Report) -> tuple[str | int, ...]:
    what, text, moment = one.what, words().text, words().moment
    result = text(f"records.outcome.{one.outcome.value}") if one.outcome else ""
    return (one.id, moment(what.filed), text(f"report.reason.{what.grievance.value}"), what.path, what.gtin, what.lot,
            what.serial, what.area, text(f"records.state.{one.state.value}"), moment(one.take_by),
            moment(one.answer_by), result, one.answer)  # fmt: skip
