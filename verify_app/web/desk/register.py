"""The register of violations, and the queue of cases, as pages and files."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from ...domain.case import Case
from ...domain.local_time import local_date
from ...domain.register import Violation, handled
from ...inspection.paper import Paper
from ..accounts.door import the_account
from ..accounts.person import now_ms
from ..accounts.trace import saw
from ..language import words
from .cases import listed, name_of
from .reach import areas_of, office, province_name, reaches
from .tables import Cell, Columns, send, table_file

pages = Blueprint("register", __name__)
_SHOWN = 500  # entries on the page; the files hold all
_PAPER = 2_000  # entries of one PDF: some hundred pages
_ENTRY = ("number", "product", "gtin", "lot", "serial", "province", "state", "result", "said", "said_by", "closed",
          "closed_by", "reason")  # fmt: skip
_CASE = ("number", "rule", "score", "product", "gtin", "lot", "serial", "province", "state", "owner", "deadline",
         "result")  # fmt: skip


@pages.get("/register")
def register() -> str:
    """The register: every case in which somebody said "violation"; nothing leads out of it. `?year` shows one year."""
    saw("register of violations", "supervision")
    return _page()


@pages.get("/register.<form>")
def register_file(form: str) -> ResponseReturnValue:
    """The register, or a year of it, as a file; as PDF with the font embedded, up to `_PAPER` entries."""
    entries = _of_year(_entries())
    if form == "pdf" and len(entries) > _PAPER:
        return _page("paper"), 422
    saw("register of violations", f"export as {form}")
    rows = [_entry(entry) for entry in entries]
    if form == "pdf":
        return send([(len(rows), _paper(rows, handled(entries)))], "register.pdf", "application/pdf", len(rows))
    return table_file(form, "register", _columns(_ENTRY), rows, len(rows))


@pages.get("/cases.<form>")
def cases_file(form: str) -> Response:
    """All cases of a list as a file, however many; `?state` as in the queue."""
    account, wanted = the_account(), listed(request.args.get("state", ""))
    saw("queue of cases", f"export as {form}")
    rows = (_case(case) for case in office().records.all_cases(wanted) if reaches(account, case))
    return table_file(form, "cases", _columns(_CASE), rows, sum(office().counts(wanted).values()))


def _entries() -> list[Violation]:
    account = the_account()
    return [entry for entry in office().records.violations(areas_of(account)) if reaches(account, entry.case)]


def _of_year(entries: list[Violation]) -> list[Violation]:
    year = request.args.get("year", "")
    return [entry for entry in entries if year in ("", _year(entry))]


def _year(entry: Violation) -> str:
    return str(local_date(entry.said).year)


def _page(problem: str = "") -> str:
    everything = _entries()
    entries = _of_year(everything)
    shown = entries[:_SHOWN]
    return render_template(
        "desk/register.html", entries=[(entry, name_of(entry.case), province_name(entry.case.area)) for entry in shown],
        count=len(entries), handled=handled(entries), still=sum(entry.open for entry in entries), problem=problem,
        years=sorted({_year(entry) for entry in everything}, reverse=True), year=request.args.get("year", ""),
        most=_PAPER,
    )  # fmt: skip


def _columns(names: tuple[str, ...]) -> Columns:
    return Columns(names, tuple(words().text(f"records.column.{name}") for name in names))


def _entry(entry: Violation) -> tuple[Cell, ...]:
    case, text, moment = entry.case, words().text, words().moment
    result = text(f"desk.result.{case.result.value}") if case.result else ""
    return (case.id, name_of(case), case.gtin, case.lot, case.serial, province_name(case.area),
            text(f"desk.state.{case.state.value}"), result, moment(entry.said), entry.said_by,
            moment(entry.closed) if entry.closed else "", entry.closed_by, entry.reason)  # fmt: skip


def _case(case: Case) -> tuple[Cell, ...]:
    text = words().text
    result = text(f"desk.result.{case.result.value}") if case.result else ""
    return (case.id, text(f"desk.rule.{case.rule.value}"), round(case.score, 1), name_of(case), case.gtin, case.lot,
            case.serial, province_name(case.area), text(f"desk.state.{case.state.value}"), case.owner,
            words().date(case.deadline) if case.deadline else "", result)  # fmt: skip


def _paper(rows: list[tuple[Cell, ...]], share: float) -> bytes:
    text = words().text
    paper = Paper(text("records.register"), text("site.name"), wide=True)
    made = text("records.register_made", when=words().moment(now_ms()), share=words().number(share), count=len(rows))
    paper.title(text("records.register"), made)
    shown = (0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 12)
    header = [_columns(_ENTRY).words[place] for place in shown]
    widths = (10, 44, 20, 24, 22, 20, 20, 24, 28, 24, 25)
    paper.table(header, [[str(row[place]) for place in shown] for row in rows], widths)
    return paper.pdf()
