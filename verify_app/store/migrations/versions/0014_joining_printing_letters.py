"""Requests to join, print jobs, papers of certificates, letters and digests; batches that the background issues."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

CODE = sa.String().with_variant(sa.String(collation="C"), "postgresql")

revision: str = "0014"
down_revision: str | Sequence[str] | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, CODE, server_default="", nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)


def upgrade() -> None:
    _joining()
    _printing()
    op.create_table(
        "letter",
        sa.Column("key", CODE, nullable=False),
        sa.Column("address", CODE, nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("status", CODE, nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        _number("next_at"),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_letter"),
    )
    op.create_index("ix_letter_status_next_at", "letter", ["status", "next_at"])
    op.create_table(
        "digest",
        sa.Column("enterprise_id", CODE, nullable=False),
        sa.Column("email", CODE, nullable=False),
        sa.Column("lang", CODE, nullable=False),
        _words("last_day"),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name="fk_digest_enterprise_id"),
        sa.PrimaryKeyConstraint("enterprise_id", "email", name="pk_digest"),
    )


def _joining() -> None:
    op.create_table(
        "join_request",
        sa.Column("id", CODE, nullable=False),
        sa.Column("key_digest", CODE, nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("province", sa.String(), nullable=False),
        _words("gln"),
        _words("tax_code"),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("email", CODE, nullable=False),
        _words("website"),
        _words("lang"),
        sa.Column("status", CODE, nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _number("confirmed_at"),
        _number("decided_at"),
        sa.Column("decided_by", sa.String(), server_default="", nullable=False),
        _words("enterprise_id"),
        _words("account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_join_request"),
        sa.UniqueConstraint("key_digest", name="uq_join_request_key_digest"),
    )
    op.create_index("ix_join_request_status_created_at", "join_request", ["status", "created_at"])


def _printing() -> None:
    with op.batch_alter_table("code_batch") as batch:
        batch.add_column(sa.Column("queued", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch.add_column(sa.Column("failure", sa.String(), server_default="", nullable=False))
    op.create_table(
        "print_job",
        sa.Column("id", CODE, nullable=False),
        sa.Column("batch_id", CODE, nullable=False),
        sa.Column("wish", sa.Text(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("status", CODE, nullable=False),
        sa.Column("failure", sa.String(), server_default="", nullable=False),
        _number("done"),
        _number("total"),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _words("held_by"),
        _number("held_until"),
        sa.ForeignKeyConstraint(["batch_id"], ["code_batch.id"], name="fk_print_job_batch_id"),
        sa.PrimaryKeyConstraint("id", name="pk_print_job"),
    )
    op.create_index("ix_print_job_batch_id", "print_job", ["batch_id"])
    op.create_index("ix_print_job_status_created_at", "print_job", ["status", "created_at"])
    op.create_table(
        "certificate_paper",
        sa.Column("id", CODE, nullable=False),
        sa.Column("gtin", CODE, nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("media", CODE, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", CODE, nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["gtin"], ["model.gtin"], name="fk_certificate_paper_gtin"),
        sa.PrimaryKeyConstraint("id", name="pk_certificate_paper"),
    )
    op.create_index("ix_certificate_paper_gtin", "certificate_paper", ["gtin"])


def downgrade() -> None:
    for table in ("digest", "letter", "certificate_paper", "print_job"):
        op.drop_table(table)
    with op.batch_alter_table("code_batch") as batch:
        batch.drop_column("failure")
        batch.drop_column("queued")
    op.drop_table("join_request")
