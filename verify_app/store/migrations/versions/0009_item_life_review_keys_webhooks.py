"""Life of items, review notes, captures, API keys, webhooks."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

CODE = sa.String().with_variant(sa.String(collation="C"), "postgresql")

revision: str = "0009"
down_revision: str | Sequence[str] | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", CODE, nullable=False),
        sa.Column("enterprise_id", CODE, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("digest", CODE, nullable=False),
        sa.Column("old_digest", CODE, server_default="", nullable=False),
        sa.Column("old_until", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("scopes", CODE, nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("last_used_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_api_key"),
        sa.UniqueConstraint("digest", name="uq_api_key_digest"),
    )
    op.create_index("ix_api_key_enterprise_id", "api_key", ["enterprise_id"], unique=False)
    op.create_table(
        "capture",
        sa.Column("id", CODE, nullable=False),
        sa.Column("enterprise_id", CODE, nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("status", CODE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("errors", sa.Text(), server_default="[]", nullable=False),
        sa.Column("taken", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("known", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_capture"),
    )
    op.create_index("ix_capture_status_created_at", "capture", ["status", "created_at"], unique=False)
    op.create_table(
        "epcis_event",
        sa.Column("enterprise_id", CODE, nullable=False),
        sa.Column("event_id", CODE, nullable=False),
        sa.Column("capture_id", CODE, nullable=False),
        sa.Column("type", CODE, nullable=False),
        sa.Column("biz_step", CODE, server_default="", nullable=False),
        sa.Column("event_ms", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("enterprise_id", "event_id", name="pk_epcis_event"),
    )
    op.create_index(
        "ix_epcis_event_enterprise_id_recorded_at", "epcis_event", ["enterprise_id", "recorded_at"], unique=False
    )
    op.create_table(
        "idempotent_answer",
        sa.Column("key_id", CODE, nullable=False),
        sa.Column("key", CODE, nullable=False),
        sa.Column("request_digest", CODE, nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("location", sa.String(), server_default="", nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", "key", name="pk_idempotent_answer"),
    )
    op.create_index("ix_idempotent_answer_created_at", "idempotent_answer", ["created_at"], unique=False)
    op.create_table(
        "item_move",
        sa.Column("gtin", CODE, nullable=False),
        sa.Column("serial", CODE, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", CODE, nullable=False),
        sa.Column("act", CODE, nullable=False),
        sa.Column("place", CODE, nullable=False),
        sa.Column("enterprise_id", CODE, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("state_before", CODE, nullable=False),
        sa.Column("state_after", CODE, nullable=False),
        sa.Column("when_ms", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("gtin", "serial", "number", name="pk_item_move"),
        sa.UniqueConstraint("gtin", "serial", "id", name="uq_item_move_gtin_serial_id"),
    )
    op.create_table(
        "review_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gtin", CODE, nullable=False),
        sa.Column("lot", CODE, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("act", CODE, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("when_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_review_note"),
    )
    op.create_index("ix_review_note_gtin_lot_version", "review_note", ["gtin", "lot", "version"], unique=False)
    op.create_table(
        "webhook",
        sa.Column("id", CODE, nullable=False),
        sa.Column("enterprise_id", CODE, nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("secret", CODE, nullable=False),
        sa.Column("kinds", CODE, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhook"),
    )
    op.create_index("ix_webhook_enterprise_id", "webhook", ["enterprise_id"], unique=False)
    op.create_table(
        "webhook_delivery",
        sa.Column("id", CODE, nullable=False),
        sa.Column("webhook_id", CODE, nullable=False),
        sa.Column("message_id", CODE, nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("status", CODE, nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("answer", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhook.id"], name="fk_webhook_delivery_webhook_id"),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_delivery"),
        sa.UniqueConstraint("webhook_id", "message_id", name="uq_webhook_delivery_webhook_id_message_id"),
    )
    op.create_index("ix_webhook_delivery_status_next_at", "webhook_delivery", ["status", "next_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_webhook_delivery_status_next_at", table_name="webhook_delivery")
    op.drop_table("webhook_delivery")
    op.drop_index("ix_webhook_enterprise_id", table_name="webhook")
    op.drop_table("webhook")
    op.drop_index("ix_review_note_gtin_lot_version", table_name="review_note")
    op.drop_table("review_note")
    op.drop_table("item_move")
    op.drop_index("ix_idempotent_answer_created_at", table_name="idempotent_answer")
    op.drop_table("idempotent_answer")
    op.drop_index("ix_epcis_event_enterprise_id_recorded_at", table_name="epcis_event")
    op.drop_table("epcis_event")
    op.drop_index("ix_capture_status_created_at", table_name="capture")
    op.drop_table("capture")
    op.drop_index("ix_api_key_enterprise_id", table_name="api_key")
    op.drop_table("api_key")
