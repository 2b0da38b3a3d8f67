"""Hidden numbers of items, and what holders showed of them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

CODE = sa.String().with_variant(sa.String(collation="C"), "postgresql")

revision: str = "0016"
down_revision: str | Sequence[str] | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "item_seal",
        sa.Column("gtin", CODE, nullable=False),
        sa.Column("serial", CODE, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("proven_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("gtin", "serial", name="pk_item_seal"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "holder_evidence",
        sa.Column("gtin", CODE, nullable=False),
        sa.Column("serial", CODE, nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("first_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("gtin", "serial", "kind", name="pk_holder_evidence"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("holder_evidence")
    op.drop_table("item_seal")
