"""The queue of cases, ranked by risk, and the page of one case."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, abort, redirect, render_template, request, send_file
from flask.typing import ResponseReturnValue

from ...domain.account import Account
from ...domain.audit import Kind
from ...domain.case import OPEN_STATES, RESULTS, Case, CaseError, Finding, Move, Result, State, Step, possible
from ...domain.code import CodeError
from ...domain.jurisdiction import DeadlineError, JurisdictionError, competent, end_of_work, handed_to, term
from ...domain.local_time import local_date
from ...domain.parse import parse
from ...domain.passport import Passport
from ...domain.permissions import Permission, may
from ...domain.provinces import PROVINCES
from ...domain.report import Report
from ...domain.report import State as ReportState
from ...inspection.office import CaseChanged, CaseFile, SeenScan, Wanted, note_of
from ...inspection.records import ReportsFor
from ..accounts.door import the_account
from ..accounts.person import now_ms
from ..accounts.trace import saw
from ..language import link, words
from ..target import the_parts
from .chart import bars, by_day, lanes
from .checklists import faulty
from .map import drawing, shapes
from .reach import office, place_name, product_name, province_name, reaches, report_areas, sector_of, wanted_of
from .told import titles

pages = Blueprint("cases", __name__)
_PAGE = 50
_LANES = 8  # places of the timeline
_REPORTS = 20
_PROBLEMS = {CaseChanged: "changed", JurisdictionError: "jurisdiction", DeadlineError: "deadline"}


@pages.get("/")
def queue() -> str:
    """Open cases, the strongest first; `?state=closed` shows those that are done, `?state=late` those whose term is
    over."""
    account, asked, now = the_account(), request.args.get("state", ""), now_ms()
    wanted, late = listed(asked), listed("late")
    saw("queue of cases", "casework")
    page = max(0, request.args.get("page", 0, type=int))
    found = office().queue(wanted, _PAGE + 1, page * _PAGE)
    shown = [(case, name_of(case)) for case in found[:_PAGE] if reaches(account, case)]
    counts = office().counts(wanted_of(account, states=tuple(State)))
    return render_template(
        "desk/queue.html", cases=shown, counts=counts, overdue=sum(office().counts(late).values()), page=page,
        more=len(found) > _PAGE, now=now, state=asked if asked in ("closed", "late") else "", place_name=place_name,
    )  # fmt: skip


def listed(state: str) -> Wanted:
    """Which cases a list shows to the account: the open ones, those "late", or those "closed"."""
    states = (State.CLOSED,) if state == "closed" else OPEN_STATES
    return wanted_of(the_account(), states=states, late_at=now_ms() if state == "late" else 0)


@pages.get("/cases/<int:number>")
def case(number: int) -> str:
    """All of one case: why, what is known of the goods, scans, history, what may be done."""
    return _page(found_case(number))


@pages.post("/cases/<int:number>")
def step(number: int) -> ResponseReturnValue:
    """Take a step with a case."""
    account = the_account()
    if not may(account.role, Permission.WORK_CASES):
        abort(403)
    file = found_case(number, look=False)
    try:
        taken = _given(account)
        if taken.move is Move.ASSIGN and taken.owner:
            handed_to(taken.owner, the_parts().accounts.all(), *_matter(file.case, taken.area))
        note = note_of(account, Kind.ACT, f"case.{taken.move.value}", f"case {number}", taken.note)
        office().step(number, taken, request.form.get("version", type=int), note)
    except (CaseError, CaseChanged, ValueError) as error:
        problem = next((name for kind, name in _PROBLEMS.items() if isinstance(error, kind)), "step")
        return _page(found_case(number, look=False), problem), 409 if problem == "changed" else 422
    gone = not reaches(account, file.case) or taken.area
    return redirect(link("/desk/" if gone and not _still(account, number) else f"/desk/cases/{number}"), 303)


@pages.get("/cases/<int:number>/evidence/<digest>.jpg")
def evidence(number: int, digest: str) -> Response:
    """A photo or signature of a check on site of the case's goods, for everybody who reaches the case: a second person
    judges by what the first one saw."""
    one = found_case(number, look=False).case
    kept = office().records.checks(one.gtin, one.lot, one.serial) if one.gtin else ()
    path = the_parts().site.file_of(digest)
    if digest not in {photo.digest for *_, photos in kept for photo in photos} or not path.is_file():
        abort(404)
    saw(f"photo: case {number}", "casework")
    return send_file(path.resolve(), mimetype="image/jpeg")


def name_of(case: Case) -> str:
    """Name of a case's product in Vietnamese, "" where the registry has none."""
    return product_name(case.gtin) if case.gtin else ""


def passport_of(case: Case) -> Passport | None:
    """Passport of a case's goods."""
    if not case.gtin:
        return None
    path = f"/01/{case.gtin}" + (f"/10/{case.lot}" if case.lot else "") + (f"/21/{case.serial}" if case.serial else "")
    try:
        return the_parts().passports.find(parse(path))
    except CodeError:
        return None


def place_of(scan: SeenScan) -> str:
    """Where a scan came from, as far as it is known, in the reader's language."""
    if scan.province:
        return scan.province
    unknown = words().text("records.no_place")
    return unknown if scan.country in ("", "VN") else words().country(scan.country)


def _matter(case: Case, area: str = "") -> tuple[str, str]:
    """Province and sector of a case, or of the same case in another area."""
    return province_name(area or case.area), sector_of(case.gtin)


def _still(account: Account, number: int) -> bool:
    file = office().case(number)
    return file is not None and reaches(account, file.case)


def found_case(number: int, *, look: bool = True) -> CaseFile:
    """A case that the account reaches; to all others there is no such page. Looking is noted."""
    file = office().case(number)
    if file is None or not reaches(the_account(), file.case):
        abort(404)
    if look:
        saw(f"case {number}", request.args.get("why", "")[:200] or "casework")
    return file


def _page(file: CaseFile, problem: str = "") -> str:
    account, one, within = the_account(), file.case, the_parts().settings.handover_days
    scans = office().scans(one)
    places: dict[str, int] = {}
    for scan in scans:
        if scan.province:
            places[scan.province] = places.get(scan.province, 0) + 1
    return render_template(
        "desk/case.html",
        file=file,
        case=one,
        passport=passport_of(one),
        scans=scans,
        lanes=lanes([(scan.when, place_of(scan)) for scan in scans], _LANES),
        map=drawing(),
        shapes=shapes(places),
        days=bars(by_day(local_date(scan.when) for scan in scans)),
        shown=office().shown(one),
        reports=_reports(account, one),
        checks=_on_site(one),
        deadline=local_date(term(now_ms(), within)).isoformat(),
        handover_days=within,
        similar=[other for other in office().similar(one) if reaches(account, other)],
        orders=office().orders(one.gtin) if one.gtin else (),
        moves=[move for move in possible(one) if may(account.role, Permission.WORK_CASES)],
        may_order=may(account.role, Permission.PROPOSE_ACTS) and bool(one.gtin),
        findings=Finding,
        results=RESULTS,
        provinces=[(str(number), province.name) for number, province in enumerate(PROVINCES)],
        place_name=place_name,
        place_of=place_of,
        province=province_name(one.area),
        receivers=[officer for officer in the_parts().accounts.all() if competent(officer, *_matter(one))],
        problem=problem,
        now=now_ms(),
    )


def _on_site(one: Case) -> list[tuple[object, ...]]:
    """Checks on site of a case's goods: the visit, the check, its verdict in words, its faults, its photos."""
    kept = office().records.checks(one.gtin, one.lot, one.serial) if one.gtin else ()
    return [(visit, check, titles(check), faulty(check.marks, words()), photos) for visit, check, photos in kept]


def _reports(account: Account, one: Case) -> list[Report]:
    """What shoppers reported of a case's code, with photos or without, as far as the account may read it."""
    wanted = ReportsFor(states=tuple(ReportState), areas=report_areas(account), subject=one.subject)
    return list(office().records.reports(wanted, _REPORTS))


def _given(account: Account) -> Step:
    """The step that a form describes. Raises `ValueError`."""
    form = request.form
    finding, result, deadline = form.get("finding", ""), form.get("result", ""), form.get("deadline", "")
    move, until = Move(form.get("move", "")), 0
    if move is Move.ASSIGN:
        given = end_of_work(datetime.strptime(deadline, "%Y-%m-%d").date()) if deadline else 0
        until = term(now_ms(), the_parts().settings.handover_days, given)
    return Step(
        move,
        account.email,
        now_ms(),
        form.get("note", "").strip()[:4000],
        Finding(finding) if finding else None,
        Result(result) if result else None,
        form.get("owner", "").strip()[:200],
        form.get("area", "") if province_name(form.get("area", "")) else "",
        until,
    )
