"""Tables of shoppers' reports. No column says who sent one: no address, no tag, no receipt number but its digest."""

from __future__ import annotations

import sqlalchemy as sa

from .columns import CODE, MILLISECONDS, code, number
from .tables import metadata

# Changed only together with a new row of `report_step`, which counts `version`.
report = sa.Table(
    "report",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("receipt", CODE, nullable=False, unique=True),  # SHA-256 of the number that the sender holds
    sa.Column("filed", MILLISECONDS, nullable=False),
    sa.Column("grievance", CODE, nullable=False),
    sa.Column("subject", CODE, nullable=False, index=True),
    sa.Column("path", CODE, nullable=False),
    sa.Column("verdict", CODE, nullable=False),
    code("gtin"),
    code("lot"),
    code("serial"),
    code("area"),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("proven", sa.Boolean, nullable=False),
    sa.Column("state", CODE, nullable=False),
    code("owner"),
    sa.Column("take_by", MILLISECONDS, nullable=False),
    sa.Column("answer_by", MILLISECONDS, nullable=False),
    code("outcome"),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("changed", MILLISECONDS, nullable=False),
    sa.Column("version", sa.Integer, nullable=False, server_default="0"),
    sa.Index("ix_report_state_take_by", "state", "take_by"),
    sa.Index("ix_report_gtin_filed", "gtin", "filed"),
    sqlite_autoincrement=True,
)

# What the photo is, not the photo: that lies in DATA_DIR/reports under its SHA-256.
report_photo = sa.Table(
    "report_photo",
    metadata,
    sa.Column("report_id", sa.Integer, sa.ForeignKey("report.id"), primary_key=True, autoincrement=False),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("sha256", CODE, nullable=False),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
)

# Append-only: who did what, when and why.
report_step = sa.Table(
    "report_step",
    metadata,
    sa.Column("report_id", sa.Integer, sa.ForeignKey("report.id"), primary_key=True, autoincrement=False),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("move", CODE, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    number("when_ms"),
    sa.Column("state", CODE, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    code("area"),
    code("outcome"),
    sa.Column("answer", sa.Text, nullable=False),
)
