"""Why a visit on site is made, its own lines, and the group of goods whose lines a check went through."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

CODE = sa.String().with_variant(sa.String(collation="C"), "postgresql")

revision: str = "0020"
down_revision: str | Sequence[str] | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("field_visit") as batch:
        batch.add_column(sa.Column("basis", CODE, server_default="survey", nullable=False))
        batch.add_column(sa.Column("marks", sa.Text(), server_default="{}", nullable=False))
    with op.batch_alter_table("field_check") as batch:
        batch.add_column(sa.Column("goods_group", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("field_check") as batch:
        batch.drop_column("goods_group")
    with op.batch_alter_table("field_visit") as batch:
        batch.drop_column("marks")
        batch.drop_column("basis")
