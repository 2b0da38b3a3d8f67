"""Minutes of a case as PDF: what is known, what was done, and a list of the evidence with SHA-256 digests."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, request

from ...domain.case import Case
from ...domain.local_time import local_date
from ...domain.report import Report, State
from ...i18n import Catalogue
from ...inspection.office import CaseFile, SeenScan
from ...inspection.paper import Paper
from ...inspection.records import ReportsFor
from ..accounts.door import the_account
from ..accounts.person import now_ms
from .cases import found_case, passport_of, place_of
from .checklists import faulty
from .official import EvidenceRow, begun, canonical_digest, handed_out, list_evidence, to_sign, words
from .reach import office, province_name, report_areas

pages = Blueprint("minutes", __name__)
_SCANS = 300  # of a code: those that the page of the case shows
_REPORTS = 200


@pages.get("/cases/<int:number>/minutes.pdf")
def minutes(number: int) -> Response:
    """The minutes of a case, in Vietnamese whatever the reader's language: they are an administrative paper. The
    audit log keeps the digest of the file that was taken."""
    file = found_case(number, look=False)
    why = request.args.get("why", "")[:200] or "minutes"
    return handed_out(_paper(file, now_ms()), f"case-{number}", "case.minutes", f"case {number}", why)


def _paper(file: CaseFile, now: int) -> bytes:
    say, case = words(), file.case
    foot = say.text("minutes.foot", number=case.id)
    paper = begun(say.text("minutes.title", number=case.id), foot, case.id, local_date(now))
    paper.title(say.text("minutes.title", number=case.id), say.text(f"desk.rule.{case.rule.value}"))
    paper.note(say.text("desk.no_sanction"))
    _goods(paper, say, file)
    _steps(paper, say, file)
    scans = office().scans(case, _SCANS)
    _scans(paper, say, scans)
    list_evidence(paper, _evidence(say, file, scans))
    return to_sign(paper, the_account().name, now)


def _goods(paper: Paper, say: Catalogue, file: CaseFile) -> None:
    case, passport = file.case, passport_of(file.case)
    result = say.text(f"desk.result.{case.result.value}") if case.result else ""
    finding = say.text(f"desk.finding.{case.finding.value}") if case.finding else ""
    operators = passport.model.operators if passport else ()
    paper.head(say.text("minutes.goods"))
    paper.fields([
        (say.text("records.column.product"), passport.model.name.text("vi") if passport else ""),
        ("GTIN", case.gtin),
        (say.text("desk.subject"), "" if case.gtin else case.subject),
        (say.text("desk.lot"), case.lot),
        (say.text("desk.serial"), case.serial),
        *((say.text("desk.operator"), f"{one.name.text('vi')}, {one.address.text('vi')}") for one in operators),
        (say.text("records.column.province"), province_name(case.area)),
        (say.text("records.column.state"), say.text(f"desk.state.{case.state.value}")),
        (say.text("desk.finding"), finding),
        (say.text("desk.result"), result),
    ])  # fmt: skip


def _steps(paper: Paper, say: Catalogue, file: CaseFile) -> None:
    paper.head(say.text("desk.history"))
    rows = [(say.moment(file.case.opened), say.text("desk.opened"), say.text("desk.system"), "")]
    for taken in file.history:
        step = taken.step
        who = say.text("desk.system") if step.actor == "system" else step.actor
        told = " → ".join(part for part in (step.owner, province_name(step.area)) if part)
        note = "\n".join(part for part in (told, step.note) if part)
        rows.append((say.moment(step.when), say.text(f"desk.move.{step.move.value}"), who, note))
    for order in office().orders(file.case.gtin) if file.case.gtin else ():
        name = say.text(f"desk.kind.{order.kind.value}")
        told = f"{order.target.lot} {order.target.first} {order.target.last}".strip()
        state = say.text(f"desk.order.{order.state.value}")
        rows.append((say.moment(order.began or order.proposed), f"{name}: {state}", order.proposed_name,
                     "\n".join(part for part in (told, order.reason) if part)))  # fmt: skip
    paper.table([say.text(f"desk.{name}") for name in ("when", "what", "who", "note")], rows, (32, 45, 42, 55))


def _scans(paper: Paper, say: Catalogue, scans: tuple[SeenScan, ...]) -> None:
    if not scans:
        return
    counts: dict[str, int] = {}
    for scan in scans:
        place = place_of(scan)
        counts[place] = counts.get(place, 0) + 1
    paper.head(say.text("desk.scans_by_province"))
    devices = len({scan.device for scan in scans})
    paper.text(say.text("desk.known.scans", count=len(scans), devices=devices, first=say.moment(scans[-1].when),
                        last=say.moment(scans[0].when)))  # fmt: skip
    paper.text(" · ".join(f"{name}: {count}" for name, count in sorted(counts.items(), key=lambda p: (-p[1], p[0]))))


def _evidence(say: Catalogue, file: CaseFile, scans: tuple[SeenScan, ...]) -> list[EvidenceRow]:
    case = file.case
    rows: list[EvidenceRow] = []
    for one in file.alerts:
        version = say.text("desk.rule_version", version=one.alert.version)
        told = f"{say.text(f'desk.rule.{one.alert.rule.value}')}, {version}"
        rows.append(("alert", told, say.moment(one.alert.last), canonical_digest(one.alert)))
    if scans:
        rows.append(
            ("scans", say.text("minutes.scans", count=len(scans)), say.moment(scans[0].when), canonical_digest(scans))
        )
    for visit, check, photos in office().records.checks(case.gtin, case.lot, case.serial) if case.gtin else ():
        verdict = say.text(f"verdict.{check.reasons[0]}.title") if check.reasons else ""
        found = "; ".join(faulty(check.marks, say))
        told = ". ".join(part for part in (visit.place, visit.officer, verdict, found, check.note) if part)
        rows.append(("check", told, say.moment(check.taken), canonical_digest(check)))
        rows += [(photo.kind, visit.place, say.moment(photo.received), photo.digest) for photo in photos]
    for report in _reports(case):
        # The seller signs this paper and takes a copy: what a shopper wrote, and at which minute, could tell who it was
        # (Decree 37/2026 Art. 13(3)(b)). The digest still binds the words that the report's own page shows.
        what, told = report.what, say.text(f"report.reason.{report.what.grievance.value}")
        rows.append(("report", told, say.date(what.filed), canonical_digest(what)))
        rows += [("photo", told, say.date(what.filed), photo.sha256) for photo in what.photos]
    return rows


def _reports(case: Case) -> Iterator[Report]:
    """What shoppers reported of the case's own goods, as far as the account may read it."""
    wanted = ReportsFor(states=tuple(State), areas=report_areas(the_account()), gtin=case.gtin)
    for report in office().records.reports(wanted, _REPORTS) if case.gtin else ():
        if case.lot in ("", report.what.lot) and case.serial in ("", report.what.serial):
            yield report
