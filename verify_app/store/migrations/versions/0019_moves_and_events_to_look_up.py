"""Moves of one enterprise, and captured events by what they name."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

CODE = sa.String().with_variant(sa.String(collation="C"), "postgresql")

revision: str = "0019"
down_revision: str | Sequence[str] | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_WORDS = ("action", "disposition", "read_point", "biz_location")
_EVENTS_OF = "ix_epcis_event_enterprise_id_event_ms"
_MOVES_OF = "ix_item_move_enterprise_id_recorded_at"


def upgrade() -> None:
    with op.batch_alter_table("item_move") as table:  # senders number their acts without asking each other
        table.drop_constraint("uq_item_move_gtin_serial_id", type_="unique")
        table.create_unique_constraint(
            "uq_item_move_gtin_serial_enterprise_id_id", ["gtin", "serial", "enterprise_id", "id"]
        )
    op.create_index(_MOVES_OF, "item_move", ["enterprise_id", "recorded_at"])
    with op.batch_alter_table("epcis_event") as table:
        for name in _WORDS:
            table.add_column(sa.Column(name, CODE, nullable=False, server_default=""))
        table.add_column(sa.Column("in_error", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(_EVENTS_OF, "epcis_event", ["enterprise_id", "event_ms"])
    op.create_table(
        "epcis_event_code",
        sa.Column("enterprise_id", CODE, nullable=False),
        sa.Column("code", CODE, nullable=False),
        sa.Column("field", CODE, nullable=False),
        sa.Column("event_id", CODE, nullable=False),
        sa.PrimaryKeyConstraint("enterprise_id", "code", "field", "event_id", name="pk_epcis_event_code"),
    )


def downgrade() -> None:
    op.drop_table("epcis_event_code")
    op.drop_index(_EVENTS_OF, "epcis_event")
    with op.batch_alter_table("epcis_event") as table:
        for name in (*_WORDS, "in_error"):
            table.drop_column(name)
    op.drop_index(_MOVES_OF, "item_move")
    with op.batch_alter_table("item_move") as table:
        table.drop_constraint("uq_item_move_gtin_serial_enterprise_id_id", type_="unique")
        table.create_unique_constraint("uq_item_move_gtin_serial_id", ["gtin", "serial", "id"])
