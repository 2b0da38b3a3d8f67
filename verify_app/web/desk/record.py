"""The record of one visit on site as PDF, for the seller to sign and keep: what was checked, what was found, and the
evidence with SHA-256 digests. Decree 37/2026 Art. 89 asks for minutes of an inspection."""

from __future__ import annotations

from flask import Blueprint, Response

from ...domain.field import Check, Odd, Visit
from ...domain.local_time import local_date
from ...i18n import Catalogue
from ...inspection.paper import Paper
from ..accounts.person import now_ms
from .checklists import caption, faulty
from .official import EvidenceRow, begun, canonical_digest, handed_out, list_evidence, to_sign, words
from .reach import product_name
from .site import own_visit, site

pages = Blueprint("record", __name__, url_prefix="/field")


@pages.get("/visits/<visit_id>/record.pdf")
def record(visit_id: str) -> Response:
    """The record of an own visit, in Vietnamese whatever the reader's language. The audit log keeps its digest."""
    visit = own_visit(visit_id)
    return handed_out(_paper(visit, now_ms()), f"visit-{visit_id[:8]}", "field.record", f"visit {visit_id}")


def _paper(visit: Visit, now: int) -> bytes:
    say, checks, short = words(), site().checks(visit.id), visit.id[:8]
    foot = say.text("record.foot", number=short)
    paper = begun(say.text("record.title"), foot, short, local_date(visit.opened))
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
    list_evidence(paper, _evidence(say, visit, checks))
    return to_sign(paper, visit.officer, now)


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


def _evidence(say: Catalogue, visit: Visit, checks: tuple[Check, ...]) -> list[EvidenceRow]:
    number = {check.id: place for place, check in enumerate(checks, start=1)}
    rows: list[EvidenceRow] = [("check", say.text("record.of", number=number[check.id]), say.moment(check.received),
                                canonical_digest(check)) for check in checks]  # fmt: skip
    for photo in site().photos(visit.id):
        of = say.text("record.of", number=number[photo.check]) if photo.check in number else visit.place
        rows.append((photo.kind, of, say.moment(photo.received), photo.digest))
    return rows
