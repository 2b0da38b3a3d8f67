"""Reports of shoppers, their photos and the history of each."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

CODE = sa.String().with_variant(sa.String(collation="C"), "postgresql")
MILLISECONDS = sa.BigInteger()

revision: str = "0012"
down_revision: str | Sequence[str] | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, CODE, server_default="", nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("receipt", CODE, nullable=False),
        sa.Column("filed", MILLISECONDS, nullable=False),
        sa.Column("grievance", CODE, nullable=False),
        sa.Column("subject", CODE, nullable=False),
        sa.Column("path", CODE, nullable=False),
        sa.Column("verdict", CODE, nullable=False),
        *_words("gtin", "lot", "serial", "area"),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("proven", sa.Boolean(), nullable=False),
        sa.Column("state", CODE, nullable=False),
        *_words("owner"),
        sa.Column("take_by", MILLISECONDS, nullable=False),
        sa.Column("answer_by", MILLISECONDS, nullable=False),
        *_words("outcome"),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("changed", MILLISECONDS, nullable=False),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_report"),
        sa.UniqueConstraint("receipt", name="uq_report_receipt"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_report_subject", "report", ["subject"])
    op.create_index("ix_report_state_take_by", "report", ["state", "take_by"])
    op.create_index("ix_report_gtin_filed", "report", ["gtin", "filed"])
    op.create_table(
        "report_photo",
        sa.Column("report_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", CODE, nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_report_photo_report_id"),
        sa.PrimaryKeyConstraint("report_id", "number", name="pk_report_photo"),
    )
    op.create_table(
        "report_step",
        sa.Column("report_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("move", CODE, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("when_ms", MILLISECONDS, server_default="0", nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        *_words("area", "outcome"),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_report_step_report_id"),
        sa.PrimaryKeyConstraint("report_id", "number", name="pk_report_step"),
    )


def downgrade() -> None:
    op.drop_table("report_step")
    op.drop_table("report_photo")
    op.drop_table("report")
