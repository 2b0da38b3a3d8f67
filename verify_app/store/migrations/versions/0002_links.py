"""Links of an enterprise, and the hosts that it may link to."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

CODE = sa.String().with_variant(sa.String(collation="C"), "postgresql")

revision: str = "0002"
down_revision: str | Sequence[str] | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "link_host",
        sa.Column("enterprise_id", CODE, nullable=False),
        sa.Column("host", CODE, nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name="fk_link_host_enterprise_id"),
        sa.PrimaryKeyConstraint("enterprise_id", "host", name="pk_link_host"),
    )
    op.create_table(
        "link",
        sa.Column("key", CODE, nullable=False),
        sa.Column("value", CODE, nullable=False),
        sa.Column("qualifiers", CODE, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("enterprise_id", CODE, nullable=False),
        sa.Column("rel", CODE, nullable=False),
        sa.Column("href", CODE, nullable=False),
        sa.Column("host", CODE, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("hreflang", CODE, server_default="", nullable=False),
        sa.Column("media_type", CODE, server_default="", nullable=False),
        sa.Column("context", CODE, server_default="", nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("forwards_query", sa.Boolean(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("valid_until", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name="fk_link_enterprise_id"),
        sa.PrimaryKeyConstraint("key", "value", "qualifiers", "place", name="pk_link"),
    )
    op.create_index("ix_link_enterprise_id", "link", ["enterprise_id"])


def downgrade() -> None:
    op.drop_table("link")
    op.drop_table("link_host")
