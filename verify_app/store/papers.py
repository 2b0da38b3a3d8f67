"""Papers behind certificates: what was handed in for which claim. The files lie in DATA_DIR/papers by their digest."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from .engine import Engine, ask
from .portal_tables import certificate_paper
from .tables import model


@dataclass(frozen=True, slots=True)
class Paper:
    """One file of a claim. `digest` is its SHA-256; `created_at` UTC milliseconds."""

    id: str
    gtin: str
    kind: str
    number: str
    file_name: str
    media: str
    size: int
    digest: str
    author: str
    created_at: int


def add_paper(connection: sa.Connection, paper: Paper) -> None:
    """Keep a paper, in the transaction that writes its certificate."""
    connection.execute(sa.insert(certificate_paper).values({name: getattr(paper, name) for name in Paper.__slots__}))


def papers_of(engine: Engine, gtin: str) -> tuple[Paper, ...]:
    """Papers of a product, the latest first."""
    query = sa.select(certificate_paper).where(certificate_paper.c.gtin == gtin)
    query = query.order_by(certificate_paper.c.created_at.desc())
    return ask(engine, lambda connection: tuple(Paper(**row._mapping) for row in connection.execute(query)))


def find_paper(engine: Engine, paper_id: str) -> tuple[Paper, str, str] | None:
    """A paper with its enterprise and the registry that keeps its product; None for none."""
    query = sa.select(certificate_paper, model.c.enterprise_id, model.c.tenant_id)
    query = query.join(model, model.c.gtin == certificate_paper.c.gtin).where(certificate_paper.c.id == paper_id)
    row = ask(engine, lambda connection: connection.execute(query).first())
    if row is None:
        return None
    return Paper(**{name: getattr(row, name) for name in Paper.__slots__}), row.enterprise_id, row.tenant_id or ""
