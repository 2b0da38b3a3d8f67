"""Alerts of the detectors, cases, and the history of each case."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

CODE = sa.String().with_variant(sa.String(collation="C"), "postgresql")
MILLISECONDS = sa.BigInteger()

revision: str = "0004"
down_revision: str | Sequence[str] | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, CODE, server_default="", nullable=False) for name in names]


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, MILLISECONDS, server_default="0", nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "case_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", CODE, nullable=False),
        sa.Column("rule", CODE, nullable=False),
        sa.Column("state", CODE, nullable=False),
        *_words("gtin", "lot", "serial", "area", "places"),
        sa.Column("score", sa.Float(), nullable=False),
        *_words("owner"),
        *_numbers("deadline"),
        *_words("finding", "result", "proposed_by"),
        sa.Column("opened", MILLISECONDS, nullable=False),
        *_numbers("changed", "last_evidence"),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_case_file"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_case_file_state_score", "case_file", ["state", "score"])
    op.create_index("ix_case_file_gtin_lot", "case_file", ["gtin", "lot"])
    op.create_index("ix_case_file_subject", "case_file", ["subject"])
    op.create_table(
        "case_step",
        sa.Column("case_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("move", CODE, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("when_ms", MILLISECONDS, nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        *_words("finding", "result", "owner", "area"),
        *_numbers("deadline"),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_case_step_case_id"),
        sa.PrimaryKeyConstraint("case_id", "number", name="pk_case_step"),
    )
    _create_alert()


def _create_alert() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", CODE, nullable=False),
        sa.Column("case_id", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rule", CODE, nullable=False),
        sa.Column("rule_version", CODE, nullable=False),
        sa.Column("subject", CODE, nullable=False),
        *_words("gtin", "lot", "serial"),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("places", CODE, nullable=False),
        sa.Column("first_ms", MILLISECONDS, nullable=False),
        sa.Column("last_ms", MILLISECONDS, nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("contributions", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alert"),
        sa.UniqueConstraint("key", name="uq_alert_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alert_case_id", "alert", ["case_id"])
    op.create_index("ix_alert_last_ms", "alert", ["last_ms"])
    op.create_index("ix_alert_gtin_serial", "alert", ["gtin", "serial"])


def downgrade() -> None:
    op.drop_table("alert")
    op.drop_table("case_step")
    op.drop_table("case_file")
