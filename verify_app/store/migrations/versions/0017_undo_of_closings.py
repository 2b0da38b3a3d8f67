"""Who asks for the undo of a confirmed closing."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

CODE = sa.String().with_variant(sa.String(collation="C"), "postgresql")

revision: str = "0017"
down_revision: str | Sequence[str] | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("case_file") as batch:
        batch.add_column(sa.Column("undo_by", CODE, server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("case_file") as batch:
        batch.drop_column("undo_by")
