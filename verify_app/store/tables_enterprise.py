"""Tables of the enterprises' own work: imports, review, item life. Conventions as in `tables.py`."""

from __future__ import annotations

import sqlalchemy as sa

from .tables import CODE, DOCUMENT, MILLISECONDS, metadata


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, CODE, nullable=False, server_default="")


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, MILLISECONDS, nullable=False, server_default="0")


# One file on its way into the registry. `position` (rows read) moves in the same transaction as what the rows
# changed, so a killed import goes on where it was and writes nothing twice.
import_job = sa.Table(
    "import_job",
    metadata,
    sa.Column("id", CODE, primary_key=True),
    sa.Column("enterprise_id", CODE, nullable=False),
    sa.Column("kind", CODE, nullable=False),
    sa.Column("form", CODE, nullable=False),
    sa.Column("file_name", sa.String, nullable=False),
    sa.Column("digest", CODE, nullable=False),
    sa.Column("author", sa.String, nullable=False),
    sa.Column("dry_run", sa.Boolean, nullable=False),
    sa.Column("status", CODE, nullable=False),
    _number("size"),
    _number("done_bytes"),
    _number("position"),
    _number("fresh"),
    _number("changed"),
    _number("same"),
    _number("bad"),
    sa.Column("header", DOCUMENT, nullable=False, server_default="[]"),
    sa.Column("gtins", DOCUMENT, nullable=False, server_default="[]"),
    sa.Column("failure", sa.String, nullable=False, server_default=""),
    sa.Column("created_at", MILLISECONDS, nullable=False),
    _number("updated_at"),
    _words("held_by"),
    _number("held_until"),
    sa.Index("ix_import_job_enterprise_id_created_at", "enterprise_id", "created_at"),
    sa.Index("ix_import_job_status_created_at", "status", "created_at"),
)

import_error = sa.Table(
    "import_error",
    metadata,
    sa.Column("job_id", CODE, sa.ForeignKey("import_job.id"), primary_key=True),
    sa.Column("row", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("problems", DOCUMENT, nullable=False),
    sa.Column("cells", DOCUMENT, nullable=False),
    sqlite_with_rowid=False,
)
