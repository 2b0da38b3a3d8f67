"""Registry with versions, acts, and the scan ledger."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

CODE = sa.String().with_variant(sa.String(collation="C"), "postgresql")

revision: str = "0001"
down_revision: str | Sequence[str] | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("gtin", CODE, nullable=False),
        sa.Column("lot", CODE, server_default="", nullable=False),
        sa.Column("serial", CODE, server_default="", nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column("when_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_act"),
        sa.UniqueConstraint("kind", "gtin", "lot", "serial", "when_ms", name="uq_act_kind_gtin_lot_serial_when_ms"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_act_gtin_ended", "act", ["gtin", "ended"])

    op.create_table(
        "certificate",
        sa.Column("gtin", CODE, nullable=False),
        sa.Column("lot", CODE, nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("number", CODE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("standard", CODE, server_default="", nullable=False),
        sa.Column("valid_from", CODE, server_default="", nullable=False),
        sa.Column("valid_until", CODE, server_default="", nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("stars", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("gtin", "lot", "kind", "number", name="pk_certificate"),
    )
    op.create_index("ix_certificate_number", "certificate", ["number"])
    op.create_index("ix_certificate_valid_until", "certificate", ["valid_until"])

    op.create_table(
        "critical_event",
        sa.Column("gtin", CODE, nullable=False),
        sa.Column("lot", CODE, nullable=False),
        sa.Column("id", CODE, nullable=False),
        sa.Column("stage", CODE, nullable=False),
        sa.Column("when_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("place_gln", CODE, server_default="", nullable=False),
        sa.Column("biz_step", CODE, server_default="", nullable=False),
        sa.Column("product_code", CODE, server_default="", nullable=False),
        sa.Column("in_error", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("gtin", "lot", "id", name="pk_critical_event"),
    )
    op.create_index("ix_critical_event_place_gln_when_ms", "critical_event", ["place_gln", "when_ms"])

    op.create_table(
        "scan",
        sa.Column("scan_id", CODE, nullable=False),
        sa.Column("when_ms", sa.BigInteger(), nullable=False),
        sa.Column("identity", CODE, nullable=False),
        sa.Column("gtin", CODE, server_default="", nullable=False),
        sa.Column("lot", CODE, server_default="", nullable=False),
        sa.Column("serial", CODE, server_default="", nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("entry", CODE, nullable=False),
        sa.Column("actor", CODE, nullable=False),
        sa.Column("tag", sa.BigInteger(), nullable=False),
        sa.Column("country", CODE, server_default="", nullable=False),
        sa.Column("region", CODE, server_default="", nullable=False),
        sa.Column("cell_lat", sa.SmallInteger(), nullable=True),
        sa.Column("cell_lon", sa.SmallInteger(), nullable=True),
        sa.Column("prior_scans", sa.Integer(), server_default="0", nullable=False),
        sa.Column("prior_others", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("scan_id", name="pk_scan"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_scan_gtin_when_ms", "scan", ["gtin", "when_ms"])
    op.create_index("ix_scan_identity_when_ms", "scan", ["identity", "when_ms"])
    op.create_index("ix_scan_when_ms_scan_id", "scan", ["when_ms", "scan_id"])

    op.create_table(
        "short_code",
        sa.Column("short", CODE, nullable=False),
        sa.Column("gtin", CODE, nullable=False),
        sa.Column("serial", CODE, nullable=False),
        sa.PrimaryKeyConstraint("short", name="pk_short_code"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_short_code_gtin_serial", "short_code", ["gtin", "serial"])

    op.create_table(
        "tenant",
        sa.Column("id", CODE, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tenant"),
    )
    op.create_table(
        "enterprise",
        sa.Column("id", CODE, nullable=False),
        sa.Column("tenant_id", CODE, nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("gln", CODE, server_default="", nullable=False),
        sa.Column("tax_code", CODE, server_default="", nullable=False),
        sa.Column("phone", CODE, server_default="", nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="fk_enterprise_tenant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_enterprise"),
    )
    op.create_index("ix_enterprise_tenant_id", "enterprise", ["tenant_id"])

    op.create_table(
        "model",
        sa.Column("gtin", CODE, nullable=False),
        sa.Column("enterprise_id", CODE, nullable=False),
        sa.Column("tenant_id", CODE, nullable=True),
        sa.Column("sector", CODE, server_default="", nullable=False),
        sa.Column("shown_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name="fk_model_enterprise_id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="fk_model_tenant_id"),
        sa.PrimaryKeyConstraint("gtin", name="pk_model"),
    )
    op.create_index("ix_model_enterprise_id", "model", ["enterprise_id"])
    op.create_index("ix_model_tenant_id", "model", ["tenant_id"])

    op.create_table(
        "place",
        sa.Column("gln", CODE, nullable=False),
        sa.Column("enterprise_id", CODE, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.id"], name="fk_place_enterprise_id"),
        sa.PrimaryKeyConstraint("gln", name="pk_place"),
    )
    op.create_index("ix_place_enterprise_id", "place", ["enterprise_id"])

    op.create_table(
        "item",
        sa.Column("gtin", CODE, nullable=False),
        sa.Column("serial", CODE, nullable=False),
        sa.Column("lot", CODE, server_default="", nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("state_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["gtin"], ["model.gtin"], name="fk_item_gtin"),
        sa.PrimaryKeyConstraint("gtin", "serial", name="pk_item"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_item_gtin_lot", "item", ["gtin", "lot"])

    op.create_table(
        "lot",
        sa.Column("gtin", CODE, nullable=False),
        sa.Column("lot", CODE, nullable=False),
        sa.Column("declared", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("uploaded", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("shown_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["gtin"], ["model.gtin"], name="fk_lot_gtin"),
        sa.PrimaryKeyConstraint("gtin", "lot", name="pk_lot"),
    )
    op.create_table(
        "passport_version",
        sa.Column("gtin", CODE, nullable=False),
        sa.Column("lot", CODE, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("status", CODE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("digest", CODE, nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("reviewer", sa.String(), server_default="", nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["gtin"], ["model.gtin"], name="fk_passport_version_gtin"),
        sa.PrimaryKeyConstraint("gtin", "lot", "version", name="pk_passport_version"),
    )


def downgrade() -> None:
    op.drop_table("passport_version")
    op.drop_table("lot")
    op.drop_index("ix_item_gtin_lot", table_name="item")

    op.drop_table("item")
    op.drop_index("ix_place_enterprise_id", table_name="place")

    op.drop_table("place")
    op.drop_index("ix_model_tenant_id", table_name="model")
    op.drop_index("ix_model_enterprise_id", table_name="model")

    op.drop_table("model")
    op.drop_index("ix_enterprise_tenant_id", table_name="enterprise")

    op.drop_table("enterprise")
    op.drop_table("tenant")
    op.drop_index("ix_short_code_gtin_serial", table_name="short_code")

    op.drop_table("short_code")
    op.drop_index("ix_scan_when_ms_scan_id", table_name="scan")
    op.drop_index("ix_scan_identity_when_ms", table_name="scan")
    op.drop_index("ix_scan_gtin_when_ms", table_name="scan")

    op.drop_table("scan")
    op.drop_index("ix_critical_event_place_gln_when_ms", table_name="critical_event")

    op.drop_table("critical_event")
    op.drop_index("ix_certificate_valid_until", table_name="certificate")
    op.drop_index("ix_certificate_number", table_name="certificate")

    op.drop_table("certificate")
    op.drop_index("ix_act_gtin_ended", table_name="act")

    op.drop_table("act")
