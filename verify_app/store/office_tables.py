"""Tables of the audit log and of orders."""

from __future__ import annotations

import sqlalchemy as sa

from .columns import CODE, MILLISECONDS, code, number, prose
from .tables import metadata

# Only ever added to: triggers refuse every deletion, and every change but taking away the body of an old entry.
audit = sa.Table(
    "audit",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("when_ms", MILLISECONDS, nullable=False),
    sa.Column("kind", CODE, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("body_digest", CODE, nullable=False),
    sa.Column("seal", CODE, nullable=False),
    sa.Index("ix_audit_kind_when_ms", "kind", "when_ms"),
)


act_order = sa.Table(
    "act_order",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    code("kind"),
    code("gtin"),
    code("lot"),
    code("first"),
    code("last"),
    prose("reason"),
    prose("advice"),
    prose("department"),
    code("proposed_by"),
    prose("proposed_name"),
    number("proposed"),
    code("state"),
    code("confirmed_by"),
    prose("confirmed_name"),
    number("began"),
    code("ended_by"),
    prose("ended_name"),
    number("ended"),
    prose("end_reason"),
    number("case_id"),
    sa.Index("ix_act_order_state", "state"),
    sa.Index("ix_act_order_gtin", "gtin"),
    sqlite_autoincrement=True,  # its number stands in minutes
)
