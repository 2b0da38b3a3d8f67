"""Certificates, marks and memberships that an enterprise claims for a product: with number, body, validity and paper.

A claim is part of the product's dossier: written as a new version, it is reviewed like every other field.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from ..domain.certificate import Certificate, CertificateKind
from ..domain.passport import ModelPart, Review
from ..domain.text import Text
from ..store.drafts import last_model, save_model
from ..store.engine import Connection, Engine, ask, writing
from ..store.papers import Paper, add_paper, find_paper, papers_of
from ..store.whole_file import keep_whole

PAPER_BYTES = 10 * 1024 * 1024
_MEDIA = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png"}


class ClaimError(ValueError):
    """A claim that cannot be taken; `problem` names the field."""

    def __init__(self, problem: str, message: str) -> None:
        super().__init__(message)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Claimant:
    """Who claims: the enterprise, the person, and when (UTC milliseconds)."""

    enterprise_id: str
    name: str
    now: int


class Claims:
    """Certificates of products. Papers lie in `folder`."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine, self._folder = engine, folder

    def product(self, enterprise_id: str, gtin: str) -> ModelPart | None:
        """The last version of an enterprise's own product, None for any other."""
        found = ask(self._engine, lambda connection: last_model(connection, gtin))
        return found if found and found.enterprise_id == enterprise_id else None

    def papers(self, gtin: str) -> tuple[Paper, ...]:
        """Papers of a product, the latest first."""
        return papers_of(self._engine, gtin)

    def paper(self, paper_id: str) -> tuple[Paper, str, str, Path] | None:
        """A paper with its enterprise, the registry of its product, and its file; None for none."""
        found = find_paper(self._engine, paper_id)
        return (*found, self._folder / found[0].digest) if found else None

    def add(self, gtin: str, form: Mapping[str, str], paper: tuple[str, IO[bytes]] | None, who: Claimant) -> None:
        """Add a certificate, or replace the one of the same kind and number, as a new draft of the product, with its
        paper (file name, content). Raises `ClaimError` and `OSError`; a claim without a number is refused."""
        made = read_claim(form)
        kept = self._keep(gtin, made, paper, who) if paper else None
        with writing(self._engine) as connection:
            part = self._own(connection, gtin, who)
            others = (one for one in part.certificates if (one.kind, one.number) != (made.kind, made.number))
            self._write(connection, part, (*others, made), who)
            if kept:
                add_paper(connection, kept)

    def drop(self, gtin: str, kind: str, number: str, who: Claimant) -> None:
        """Claim a certificate no more, as a new draft of the product. Raises `ClaimError`."""
        with writing(self._engine) as connection:
            part = self._own(connection, gtin, who)
            rest = tuple(one for one in part.certificates if (one.kind.value, one.number) != (kind, number))
            if rest == part.certificates:
                raise ClaimError("number", f"Expected a certificate of {gtin}, got {number!r}.")
            self._write(connection, part, rest, who)

    def _own(self, connection: Connection, gtin: str, who: Claimant) -> ModelPart:
        part = last_model(connection, gtin)
        if part is None or part.enterprise_id != who.enterprise_id:
            raise ClaimError("gtin", f"Expected a product of {who.enterprise_id}, got {gtin!r}.")
        return part

    @staticmethod
    def _write(connection: Connection, old: ModelPart, found: tuple[Certificate, ...], who: Claimant) -> None:
        save_model(connection, old, replace(old, certificates=found, review=Review.DRAFT), who.name, who.now)

    def _keep(self, gtin: str, made: Certificate, paper: tuple[str, IO[bytes]], who: Claimant) -> Paper:
        name, source = paper
        data = source.read(PAPER_BYTES + 1)
        media = next((media for begin, media in _MEDIA.items() if data.startswith(begin)), "")
        if not media or len(data) > PAPER_BYTES:
            raise ClaimError(
                "paper", f"Expected a PDF, JPEG or PNG of at most {PAPER_BYTES:,} bytes, got another file."
            )
        digest = hashlib.sha256(data).hexdigest()
        self._folder.mkdir(parents=True, exist_ok=True)
        keep_whole(self._folder / digest, data)
        return Paper(
            secrets.token_hex(12), gtin, made.kind, made.number, Path(name).name[-120:], media, len(data), digest,
            who.name, who.now,
        )  # fmt: skip


def read_claim(form: Mapping[str, str]) -> Certificate:
    """The certificate that a form describes. Raises `ClaimError`."""
    given = {name: " ".join(form.get(name, "").split())[:300] for name in ("kind", "number", "title", "body")}
    for name in ("number", "title", "body"):
        if not given[name]:
            raise ClaimError(name, f"Expected a {name} of the certificate, got none.")
    if given["kind"] not in tuple(CertificateKind):
        raise ClaimError("kind", f"Expected a kind of certificate, got {given['kind']!r}.")
    stars = form.get("stars", "") or "0"
    begin, end = form.get("valid_from", ""), form.get("valid_until", "")
    if begin and end and end < begin:
        raise ClaimError("valid_until", f"Expected a last day after {begin}, got {end}.")
    try:
        return Certificate(
            CertificateKind(given["kind"]),
            given["number"],
            Text.of(given["title"]),
            Text.of(given["body"]),
            form.get("standard", "").strip()[:100],
            begin,
            end,
            stars=int(stars),
        )
    except ValueError as error:
        raise ClaimError("stars" if "star" in str(error) or stars != "0" else "valid_until", str(error)) from error
