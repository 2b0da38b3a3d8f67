"""Minutes of a case as PDF: what is known, what was done, and a list of the evidence with SHA-256 digests."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

import msgspec
from flask import Blueprint, Response, request

from ...domain.audit import Kind
from ...domain.case import Case
from ...domain.local_time import local_date
from ...domain.report import Report, State
from ...i18n import Catalogue, catalogue
from ...inspection.office import CaseFile, SeenScan, note_of
from ...inspection.paper import Paper
from ...inspection.records import ReportsFor
from ..accounts.door import the_account
from ..accounts.person import now_ms
from .cases import found_case, passport_of, place_of
from .checklists import faulty
from .reach import office, province_name, report_areas

pages = Blueprint("minutes", __name__)
_SCANS = 300  # of a code: those that the page of the case shows
_REPORTS = 200
_Row = tuple[str, str, str, str]


@pages.get("/cases/<int:number>/minutes.pdf")
def minutes(number: int) -> Response:
    """The minutes of a case, in Vietnamese whatever the reader's language: they are an administrative paper. The
    audit log keeps the digest of the file that was taken."""
    file, account = found_case(number, look=False), the_account()
    body = _paper(file, now_ms())
    digest = sha256(body).hexdigest()
    why = request.args.get("why", "")[:200] or "minutes"
    office().note(note_of(account, Kind.ACT, "case.minutes", f"case {number}", f"{why} (SHA-256 {digest})"), now_ms())
    headers = {"Content-Disposition": f'inline; filename="case-{number}.pdf"', "X-Content-SHA256": digest}
    return Response(body, mimetype="application/pdf", headers=headers)


def _paper(file: CaseFile, now: int) -> bytes:
    say, case, account = catalogue("vi"), file.case, the_account()
    paper = Paper(say.text("minutes.title", number=case.id), say.text("minutes.foot", number=case.id))
    day = local_date(now)
    paper.state_head(
        (account.department or say.text("minutes.department"), say.text("minutes.number", number=case.id)),
        (say.text("minutes.state"), say.text("minutes.motto"),
         say.text("minutes.date", day=day.day, month=day.month, year=day.year)),
    )  # fmt: skip
    paper.title(say.text("minutes.title", number=case.id), say.text(f"desk.rule.{case.rule.value}"))
    paper.note(say.text("desk.no_sanction"))
    _goods(paper, say, file)
    _steps(paper, say, file)
    scans = office().scans(case, _SCANS)
    _scans(paper, say, scans)
    _evidence(paper, say, file, scans)
    paper.text(say.text("minutes.made", name=account.name, role=say.text(f"account.role.{account.role.value}"),
                        when=say.moment(now)), "small")  # fmt: skip
    paper.signatures([say.text(f"minutes.sign.{who}") for who in ("seller", "witness", "officer")],
                     say.text("minutes.sign_hint"))  # fmt: skip
    return paper.pdf()


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


def _evidence(paper: Paper, say: Catalogue, file: CaseFile, scans: tuple[SeenScan, ...]) -> None:
    """The list of evidence: a file by the digest of its bytes, a record by the digest of its canonical JSON."""
    case = file.case
    rows: list[_Row] = []
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
    paper.head(say.text("minutes.evidence"))
    header = [say.text(f"minutes.column.{name}") for name in ("number", "kind", "what", "when", "digest")]
    table = [
        (str(n), say.text(f"minutes.kind.{kind}"), *rest) for n, (kind, *rest) in enumerate(dict.fromkeys(rows), 1)
    ]
    paper.table(header, table, (9, 26, 56, 30, 53), ("small", "small", "small", "small", "mono"))
    paper.text(say.text("minutes.digest_hint"), "small")


def _reports(case: Case) -> Iterator[Report]:
    """What shoppers reported of the case's own goods, as far as the account may read it."""
    wanted = ReportsFor(states=tuple(State), areas=report_areas(the_account()), gtin=case.gtin)
    for report in office().records.reports(wanted, _REPORTS) if case.gtin else ():
        if case.lot in ("", report.what.lot) and case.serial in ("", report.what.serial):
            yield report


def canonical_digest(record: object) -> str:
    """SHA-256 of a record's canonical JSON, by which a paper names it."""
    return sha256(msgspec.json.encode(record, order="deterministic")).hexdigest()
