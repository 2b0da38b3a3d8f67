"""Tables of alerts and cases. No foreign key into the registry: an alert may name goods that nobody registered."""

from __future__ import annotations

import sqlalchemy as sa

from .columns import CODE, DOCUMENT, MILLISECONDS, code, number
from .tables import metadata

# "case" is a word of SQL. Changed only together with a new row of `case_step`, which counts `version`.
case_file = sa.Table(
    "case_file",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("subject", CODE, nullable=False),
    sa.Column("rule", CODE, nullable=False),
    sa.Column("state", CODE, nullable=False),
    code("gtin"),
    code("lot"),
    code("serial"),
    code("area"),
    code("places"),  # provinces and regions, a space between
    sa.Column("score", sa.Float, nullable=False),
    code("owner"),
    number("deadline"),
    code("finding"),
    code("result"),
    code("proposed_by"),
    code("undo_by"),
    sa.Column("opened", MILLISECONDS, nullable=False),
    number("changed"),
    number("last_evidence"),
    sa.Column("version", sa.Integer, nullable=False, server_default="0"),
    sa.Index("ix_case_file_state_score", "state", "score"),
    sa.Index("ix_case_file_gtin_lot", "gtin", "lot"),
    sa.Index("ix_case_file_subject", "subject"),
    sqlite_autoincrement=True,  # a case's number stands in minutes; it must never be given again
)

# The history of each case: only ever added to.
case_step = sa.Table(
    "case_step",
    metadata,
    sa.Column("case_id", sa.Integer, sa.ForeignKey("case_file.id"), primary_key=True, autoincrement=False),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("move", CODE, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("when_ms", MILLISECONDS, nullable=False),
    sa.Column("state", CODE, nullable=False),  # after the step
    sa.Column("note", sa.Text, nullable=False),
    code("finding"),
    code("result"),
    code("owner"),
    code("area"),
    number("deadline"),
)

# What closed cases say of codes. Never deleted; in force while `ended` is 0.
standing = sa.Table(
    "standing",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", CODE, nullable=False),
    sa.Column("gtin", CODE, nullable=False),
    code("lot"),
    code("serial"),
    sa.Column("case_id", sa.Integer, nullable=False, server_default="0", index=True),
    sa.Column("amount", sa.Float, nullable=False, server_default="0"),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("when_ms", MILLISECONDS, nullable=False),
    number("ended"),
    sa.Index("ix_standing_gtin_serial", "gtin", "serial"),
    sa.Index("ix_standing_ended", "ended"),
)

# One row per alert; more evidence under the same key updates it.
alert = sa.Table(
    "alert",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", CODE, nullable=False, unique=True),
    sa.Column("case_id", sa.Integer, nullable=False, server_default="0", index=True),
    sa.Column("rule", CODE, nullable=False),
    sa.Column("rule_version", CODE, nullable=False),
    sa.Column("subject", CODE, nullable=False),
    sa.Column("gtin", CODE, nullable=False, server_default=""),
    sa.Column("lot", CODE, nullable=False, server_default=""),
    sa.Column("serial", CODE, nullable=False, server_default=""),
    sa.Column("level", sa.Integer, nullable=False),
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("places", CODE, nullable=False),
    sa.Column("first_ms", MILLISECONDS, nullable=False),
    sa.Column("last_ms", MILLISECONDS, nullable=False),
    sa.Column("evidence", DOCUMENT, nullable=False),
    sa.Column("contributions", DOCUMENT, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Index("ix_alert_last_ms", "last_ms"),
    sa.Index("ix_alert_gtin_serial", "gtin", "serial"),
    sqlite_autoincrement=True,
)
