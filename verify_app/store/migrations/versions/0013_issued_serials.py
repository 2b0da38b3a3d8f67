"""How serials are made, batches of issued ones, and carriers taken out of use."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

CODE = sa.String().with_variant(sa.String(collation="C"), "postgresql")

revision: str = "0013"
down_revision: str | Sequence[str] | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "serial_scheme",
        sa.Column("gtin", CODE, nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("key_number", sa.Integer(), server_default="0", nullable=False),
        sa.Column("oldest_key", sa.Integer(), server_default="0", nullable=False),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("fingerprint", CODE, server_default="", nullable=False),
        sa.Column("counter", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["gtin"], ["model.gtin"], name="fk_serial_scheme_gtin"),
        sa.PrimaryKeyConstraint("gtin", name="pk_serial_scheme"),
    )
    op.create_table(
        "code_batch",
        sa.Column("id", CODE, nullable=False),
        sa.Column("gtin", CODE, nullable=False),
        sa.Column("lot", CODE, nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("key_number", sa.Integer(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("wanted", sa.BigInteger(), nullable=False),
        sa.Column("issued", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["gtin"], ["model.gtin"], name="fk_code_batch_gtin"),
        sa.PrimaryKeyConstraint("id", name="pk_code_batch"),
    )
    op.create_index("ix_code_batch_gtin", "code_batch", ["gtin"])
    op.create_table(
        "carrier_change",
        sa.Column("gtin", CODE, nullable=False),
        sa.Column("serial", CODE, nullable=False),
        sa.Column("replaced_by", CODE, server_default="", nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("when_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("gtin", "serial", name="pk_carrier_change"),
    )


def downgrade() -> None:
    op.drop_table("carrier_change")
    op.drop_table("code_batch")
    op.drop_table("serial_scheme")
