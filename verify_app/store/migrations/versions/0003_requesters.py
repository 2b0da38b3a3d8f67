"""Trading partners that may ask for verification messages."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

CODE = sa.String().with_variant(sa.String(collation="C"), "postgresql")

revision: str = "0003"
down_revision: str | Sequence[str] | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "requester",
        sa.Column("gln", CODE, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key_digest", CODE, server_default="", nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("gln", name="pk_requester"),
    )


def downgrade() -> None:
    op.drop_table("requester")
