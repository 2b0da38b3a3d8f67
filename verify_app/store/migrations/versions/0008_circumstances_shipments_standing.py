"""What a rebuild needs of each scan, which shipment an item left with, and what closed cases say of codes."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

CODE = sa.String().with_variant(sa.String(collation="C"), "postgresql")

revision: str = "0008"
down_revision: str | Sequence[str] | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # plain ALTER TABLE … ADD COLUMN: at once on both engines, whatever the tables hold
    op.add_column("scan", sa.Column("circumstances", sa.LargeBinary(), nullable=True))
    op.add_column("item", sa.Column("shipment", CODE, server_default="", nullable=False))
    op.create_table(
        "standing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("gtin", CODE, nullable=False),
        sa.Column("lot", CODE, server_default="", nullable=False),
        sa.Column("serial", CODE, server_default="", nullable=False),
        sa.Column("case_id", sa.Integer(), server_default="0", nullable=False),
        sa.Column("amount", sa.Float(), server_default="0", nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("when_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_standing"),
    )
    op.create_index("ix_standing_case_id", "standing", ["case_id"])
    op.create_index("ix_standing_gtin_serial", "standing", ["gtin", "serial"])
    op.create_index("ix_standing_ended", "standing", ["ended"])


def downgrade() -> None:
    op.drop_table("standing")
    op.drop_column("item", "shipment")
    op.drop_column("scan", "circumstances")
