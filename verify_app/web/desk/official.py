"""What administrative papers of the desk have in common: head, list of evidence, places to sign, and their digest."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from hashlib import sha256

import msgspec
from flask import Response

from ...domain.audit import Kind
from ...i18n import Catalogue, catalogue
from ...inspection.paper import Paper
from ..accounts.door import the_account
from ..accounts.trace import did

EvidenceRow = tuple[str, str, str, str]  # kind, what, when, SHA-256


def words() -> Catalogue:
    """An administrative paper is in Vietnamese, whatever the reader's language."""
    return catalogue("vi")


def begun(title: str, foot: str, number: object, day: date) -> Paper:
    """A paper with the head of a Vietnamese administrative paper (Decree 30/2020, Annex I), by whoever asks for it."""
    say, paper = words(), Paper(title, foot)
    paper.state_head(
        (the_account().department or say.text("minutes.department"), say.text("minutes.number", number=number)),
        (say.text("minutes.state"), say.text("minutes.motto"),
         say.text("minutes.date", day=day.day, month=day.month, year=day.year)),
    )  # fmt: skip
    return paper


def list_evidence(paper: Paper, rows: Iterable[EvidenceRow]) -> None:
    """The numbered list of evidence: a file by the digest of its bytes, a record by that of its canonical JSON."""
    say = words()
    paper.head(say.text("minutes.evidence"))
    header = [say.text(f"minutes.column.{name}") for name in ("number", "kind", "what", "when", "digest")]
    told = [(str(n), say.text(f"minutes.kind.{kind}"), *rest) for n, (kind, *rest) in enumerate(dict.fromkeys(rows), 1)]
    paper.table(header, told, (9, 26, 56, 30, 53), ("small", "small", "small", "small", "mono"))
    paper.text(say.text("minutes.digest_hint"), "small")


def to_sign(paper: Paper, officer: str, now: int) -> bytes:
    """The end of a paper, with places to sign: the whole file. `now`: UTC milliseconds."""
    say = words()
    role = say.text(f"account.role.{the_account().role.value}")
    paper.text(say.text("minutes.made", name=officer, role=role, when=say.moment(now)), "small")
    people = [say.text(f"minutes.sign.{who}") for who in ("seller", "witness", "officer")]
    paper.signatures(people, say.text("minutes.sign_hint"))
    return paper.pdf()


def handed_out(body: bytes, name: str, action: str, subject: str, why: str = "") -> Response:
    """The answer with a paper; the audit log keeps the digest of the file that was taken."""
    digest = sha256(body).hexdigest()
    did(Kind.ACT, action, subject, f"{why} (SHA-256 {digest})" if why else f"SHA-256 {digest}")
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"', "X-Content-SHA256": digest}
    return Response(body, mimetype="application/pdf", headers=headers)


def canonical_digest(record: object) -> str:
    """SHA-256 of a record's canonical JSON, by which a paper names it."""
    return sha256(msgspec.json.encode(record, order="deterministic")).hexdigest()
