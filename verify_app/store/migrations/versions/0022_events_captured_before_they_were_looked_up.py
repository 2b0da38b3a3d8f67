"""Which captured events can be found by what they say: those of before 0019 cannot, until a job has read them again.
And what a document wants done with its good events where another one is refused; those of before went on with them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0022"
down_revision: str | Sequence[str] | None = "0021"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TO_DO = "ix_epcis_event_event_id"


def upgrade() -> None:
    op.add_column("epcis_event", sa.Column("indexed", sa.Boolean(), nullable=False, server_default=sa.false()))
    waiting = sa.text("NOT indexed")
    op.add_column("capture", sa.Column("proceed", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.create_index(_TO_DO, "epcis_event", ["event_id"], postgresql_where=waiting, sqlite_where=waiting)


def downgrade() -> None:
    op.drop_index(_TO_DO, "epcis_event")
    with op.batch_alter_table("capture") as table:
        table.drop_column("proceed")
    with op.batch_alter_table("epcis_event") as table:
        table.drop_column("indexed")
