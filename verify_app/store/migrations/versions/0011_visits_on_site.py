"""Visits on site: what officers checked, with photos by their digests."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

CODE = sa.String().with_variant(sa.String(collation="C"), "postgresql")

revision: str = "0011"
down_revision: str | Sequence[str] | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _code(name: str) -> "sa.Column[str]":
    return sa.Column(name, CODE, server_default="", nullable=False)


def _text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def _number(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)


def upgrade() -> None:
    op.create_table(
        "field_visit",
        sa.Column("id", CODE, nullable=False),
        sa.Column("account", CODE, nullable=False),
        *(_text(name) for name in ("officer", "place", "seller", "note")),
        *(_number(name) for name in ("opened", "closed")),
        sa.PrimaryKeyConstraint("id", name="pk_field_visit"),
    )
    op.create_index("ix_field_visit_account", "field_visit", ["account"])
    op.create_table(
        "field_check",
        sa.Column("id", CODE, nullable=False),
        sa.Column("visit", CODE, nullable=False),
        _text("text"),
        *(_number(name) for name in ("taken", "received")),
        *(_code(name) for name in ("path", "gtin", "lot", "serial")),
        sa.Column("level", sa.Integer(), server_default="0", nullable=False),
        _code("reasons"),
        sa.Column("marks", sa.Text(), server_default="{}", nullable=False),
        _text("note"),
        sa.ForeignKeyConstraint(["visit"], ["field_visit.id"], name="fk_field_check_visit"),
        sa.PrimaryKeyConstraint("id", name="pk_field_check"),
    )
    op.create_index("ix_field_check_visit", "field_check", ["visit"])
    op.create_index("ix_field_check_path", "field_check", ["path"])
    op.create_table(
        "field_photo",
        sa.Column("id", CODE, nullable=False),
        sa.Column("visit", CODE, nullable=False),
        _code("check"),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("digest", CODE, nullable=False),
        _number("received"),
        sa.ForeignKeyConstraint(["visit"], ["field_visit.id"], name="fk_field_photo_visit"),
        sa.PrimaryKeyConstraint("id", name="pk_field_photo"),
    )
    op.create_index("ix_field_photo_visit", "field_photo", ["visit"])


def downgrade() -> None:
    op.drop_table("field_photo")
    op.drop_table("field_check")
    op.drop_table("field_visit")
