"""Tables of the audit log and of orders."""

from __future__ import annotations

import sqlalchemy as sa

from .tables import CODE, MILLISECONDS, metadata

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


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def _code(name: str) -> sa.Column[str]:
    return sa.Column(name, CODE, nullable=False, server_default="")


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, MILLISECONDS, nullable=False, server_default="0")


act_order = sa.Table(
    "act_order",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    _code("kind"),
    _code("gtin"),
    _code("lot"),
    _code("first"),
    _code("last"),
    _text("reason"),
    _text("advice"),
    _text("department"),
    _code("proposed_by"),
    _text("proposed_name"),
    _number("proposed"),
    _code("state"),
    _code("confirmed_by"),
    _text("confirmed_name"),
    _number("began"),
    _code("ended_by"),
    _text("ended_name"),
    _number("ended"),
    _text("end_reason"),
    _number("case_id"),
    sa.Index("ix_act_order_state", "state"),
    sa.Index("ix_act_order_gtin", "gtin"),
    sqlite_autoincrement=True,  # its number stands in minutes
)
