"""Imports with their refused rows; items no longer checked against their model row by row."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

CODE = sa.String().with_variant(sa.String(collation="C"), "postgresql")

revision: str = "0005"
down_revision: str | Sequence[str] | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ITEM = """CREATE TABLE item_new (
 gtin VARCHAR NOT NULL, serial VARCHAR NOT NULL, lot VARCHAR DEFAULT '' NOT NULL, state VARCHAR NOT NULL,
 state_at BIGINT DEFAULT '0' NOT NULL, CONSTRAINT pk_item PRIMARY KEY (gtin, serial){}) WITHOUT ROWID"""
_KEY = ", CONSTRAINT fk_item_gtin FOREIGN KEY(gtin) REFERENCES model (gtin)"


def _remake_item(constraint: str) -> None:
    """SQLite changes a constraint by writing the table anew."""
    for statement in (
        _ITEM.format(constraint),
        "INSERT INTO item_new SELECT gtin, serial, lot, state, state_at FROM item",
        "DROP TABLE item",
        "ALTER TABLE item_new RENAME TO item",
        "CREATE INDEX ix_item_gtin_lot ON item (gtin, lot)",
    ):
        op.execute(statement)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _remake_item("")
    else:
        op.drop_constraint("fk_item_gtin", "item", type_="foreignkey")
    op.create_table(
        "import_job",
        sa.Column("id", CODE, nullable=False),
        sa.Column("enterprise_id", CODE, nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("form", CODE, nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("digest", CODE, nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("status", CODE, nullable=False),
        *(
            sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)
            for name in ("size", "done_bytes", "position", "fresh", "changed", "same", "bad")
        ),
        sa.Column("header", sa.Text(), server_default="[]", nullable=False),
        sa.Column("gtins", sa.Text(), server_default="[]", nullable=False),
        sa.Column("failure", sa.String(), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("held_by", CODE, server_default="", nullable=False),
        sa.Column("held_until", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_import_job"),
    )
    op.create_index("ix_import_job_enterprise_id_created_at", "import_job", ["enterprise_id", "created_at"])
    op.create_index("ix_import_job_status_created_at", "import_job", ["status", "created_at"])
    op.create_table(
        "import_error",
        sa.Column("job_id", CODE, nullable=False),
        sa.Column("row", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.Column("cells", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["import_job.id"], name="fk_import_error_job_id"),
        sa.PrimaryKeyConstraint("job_id", "row", name="pk_import_error"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("import_error")
    op.drop_table("import_job")
    if op.get_bind().dialect.name == "sqlite":
        _remake_item(_KEY)
    else:
        op.create_foreign_key("fk_item_gtin", "item", "model", ["gtin"], ["gtin"])
