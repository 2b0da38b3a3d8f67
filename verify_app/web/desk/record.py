"""The record of one visit on site as PDF, for the seller to sign and keep: what was checked, what was found, and the
evidence with SHA-256 digests. Decree 37/2026 Art. 89 asks for minutes of an inspection."""

from __future__ import annotations

from hashlib import sha256

from flask import Blueprint, Response

from ...domain.audit import Kind
from ...domain.field import Check, Odd, Visit
from ...domain.local_time import local_date
from ...i18n import Catalogue, catalogue
from ...inspection.paper import Paper
from ..accounts.door import the_account
from ..accounts.person import now_ms
from ..accounts.trace import did
from .checklists import caption, faulty
from .minutes import canonical_digest
from .reach import product_name
from .site import own_visit, site

pages = Blueprint("record", __name__, url_prefix="/field")
_Row = tuple[str, str, str, str]


@pages.get("/visits/<visit_id>/record.pdf")
def record(visit_id: str) -> Response:
    """The record of an own visit, in Vietnamese whatever the reader's language. The audit log keeps its digest."""
    visit = own_visit(visit_id)
    body = _paper(visit, catalogue("vi"), now_ms())
    digest = sha256(body).hexdigest()
    did(Kind.ACT, "field.record", f"visit {visit_id}", f"SHA-256 {digest}")
    headers = {"Content-Disposition": f'inline; filename="visit-{visit_id[:8]}.pdf"', "X-Content-SHA256": digest}
    return Response(body, mimetype="application/pdf", headers=headers)


def _paper(visit: Visit, say: Catalogue, now: int) -> bytes:
    account, checks, day = the_account(), site().checks(visit.id), local_date(visit.opened)
    short = visit.id[:8]
    paper = Paper(say.text("record.title"), say.text("record.foot", number=short))
    paper.state_head(
        (account.department or say.text("minutes.department"), say.text("minutes.number", number=short)),
        (say.text("minutes.state"), say.text("minutes.motto"),
         say.text("minutes.date", day=day.day, month=day.month, year=day.year)),
    )  # fmt: skip
    paper.title(say.text("record.title"), say.text(f"check.basis.{visit.basis}"))
    paper.note(say.text("record.no_sanction" if visit.basis == "survey" else "check.inspection"))
    paper.fields([
        (say.text("desk.kit_place"), visit.place),
        (say.text("desk.kit_seller"), visit.seller),
        (say.text("record.begun"), say.moment(visit.opened)),
        (say.text("record.ended"), say.moment(visit.closed) if visit.closed else ""),
        (say.text("desk.note"), visit.note),
    ])  # fmt: skip
    if visit.marks:
        paper.head(say.text("record.seller_lines"))
        paper.fields([(say.text(f"desk.mark.{mark.value}"), caption(key, say)) for key, mark in visit.marks.items()])
    _checked(paper, say, checks)
    _evidence(paper, say, visit, checks)
    paper.text(say.text("minutes.made", name=visit.officer, role=say.text(f"account.role.{account.role.value}"),
                        when=say.moment(now)), "small")  # fmt: skip
    paper.signatures([say.text(f"minutes.sign.{who}") for who in ("seller", "witness", "officer")],
                     say.text("minutes.sign_hint"))  # fmt: skip
    return paper.pdf()


def _checked(paper: Paper, say: Catalogue, checks: tuple[Check, ...]) -> None:
    odd = site().odd(checks)
    paper.head(say.text("record.checked"))
    rows = [(str(number), _goods(check, say), _found(check, odd.get(check.id, ()), say), say.moment(check.taken))
            for number, check in enumerate(checks, start=1)]  # fmt: skip
    header = [say.text(f"record.column.{name}") for name in ("number", "goods", "found", "when")]
    paper.table(header, rows, (9, 60, 75, 30))


def _goods(check: Check, say: Catalogue) -> str:
    lot = f"{say.text('desk.lot')} {check.lot}" if check.lot else ""
    serial = f"{say.text('desk.serial')} {check.serial}" if check.serial else ""
    parts = (product_name(check.gtin), f"GTIN {check.gtin}", lot, serial) if check.gtin else (check.text,)
    return "\n".join(part for part in parts if part)


def _found(check: Check, odd: tuple[Odd, ...], say: Catalogue) -> str:
    """The verdict of the code, what stood out, what of the label is missing or wrong, and the officer's words."""
    verdict = [say.text(f"verdict.{check.reasons[0]}.title")] if check.reasons else []
    lacking = faulty(check.marks, say) or ([say.text("check.no_fault")] if check.marks else [])
    return "\n".join([*verdict, *(say.text(f"desk.odd.{one.value}") for one in odd), *lacking, check.note]).strip()


def _evidence(paper: Paper, say: Catalogue, visit: Visit, checks: tuple[Check, ...]) -> None:
    number = {check.id: place for place, check in enumerate(checks, start=1)}
    rows: list[_Row] = [("check", say.text("record.of", number=number[check.id]), say.moment(check.received),
                         canonical_digest(check)) for check in checks]  # fmt: skip
    for photo in site().photos(visit.id):
        of = say.text("record.of", number=number[photo.check]) if photo.check in number else visit.place
        rows.append((photo.kind, of, say.moment(photo.received), photo.digest))
    paper.head(say.text("minutes.evidence"))
    header = [say.text(f"minutes.column.{name}") for name in ("number", "kind", "what", "when", "digest")]
    told = [(str(at), say.text(f"minutes.kind.{kind}"), *rest) for at, (kind, *rest) in enumerate(rows, start=1)]
    paper.table(header, told, (9, 26, 56, 30, 53), ("small", "small", "small", "small", "mono"))
    paper.text(say.text("minutes.digest_hint"), "small")
