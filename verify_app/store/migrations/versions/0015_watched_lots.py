"""What the detectors of lots, shipments and serials remember."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

CODE = sa.String().with_variant(sa.String(collation="C"), "postgresql")

revision: str = "0015"
down_revision: str | Sequence[str] | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _table(name: str, keys: tuple[str, ...], *more: sa.Column[object]) -> None:
    op.create_table(
        name,
        *(sa.Column(key, CODE, nullable=False) for key in keys),
        *more,
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(*keys, name=f"pk_{name}"),
    )
    op.create_index(f"ix_{name}_changed", name, ["changed"])


def upgrade() -> None:
    _table("watched_lot", ("gtin", "lot"))
    _table(
        "watched_shipment",
        ("gtin", "lot", "shipment"),
        sa.Column("abroad", sa.Boolean(), nullable=False),
        sa.Column("could", sa.Float(), nullable=False),
        sa.Column("were", sa.Float(), nullable=False),
    )
    _table("watched_serials", ("gtin", "lot"))


def downgrade() -> None:
    for name in ("watched_serials", "watched_shipment", "watched_lot"):
        op.drop_table(name)
