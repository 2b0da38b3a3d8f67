"""Accounts of people who sign in, and their passkeys."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

CODE = sa.String().with_variant(sa.String(collation="C"), "postgresql")

revision: str = "0006"
down_revision: str | Sequence[str] | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", CODE, nullable=False),
        sa.Column("email", CODE, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", CODE, nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("department", sa.String(), server_default="", nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("last_seen", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("locked_until", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("password", CODE, server_default="", nullable=False),
        sa.Column("session_key", CODE, nullable=False),
        sa.Column("second_factor", CODE, server_default="", nullable=False),
        sa.Column("totp_secret", sa.Text(), server_default="", nullable=False),
        sa.Column("totp_counter", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("recovery_codes", sa.Text(), server_default="[]", nullable=False),
        sa.Column("passkey_handle", CODE, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("email", name="uq_account_email"),
        sa.UniqueConstraint("session_key", name="uq_account_session_key"),
        sa.UniqueConstraint("passkey_handle", name="uq_account_passkey_handle"),
    )
    op.create_index("ix_account_role", "account", ["role"])
    op.create_table(
        "passkey",
        sa.Column("credential_id", CODE, nullable=False),
        sa.Column("account_id", CODE, nullable=False),
        sa.Column("public_key", CODE, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("usage", CODE, nullable=False),
        sa.Column("device_type", CODE, nullable=False),
        sa.Column("backup_state", sa.Boolean(), nullable=False),
        sa.Column("transports", sa.Text(), server_default="[]", nullable=False),
        sa.Column("extensions", sa.Text(), server_default="", nullable=False),
        sa.Column("last_used", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_passkey_account_id"),
        sa.PrimaryKeyConstraint("credential_id", name="pk_passkey"),
    )
    op.create_index("ix_passkey_account_id", "passkey", ["account_id"])


def downgrade() -> None:
    op.drop_table("passkey")
    op.drop_table("account")
