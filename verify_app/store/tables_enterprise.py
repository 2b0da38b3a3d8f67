"""Tables of the enterprises' own work: imports, review, item life. Conventions as in `tables.py`."""

from __future__ import annotations

import sqlalchemy as sa

from .columns import CODE, DOCUMENT, MILLISECONDS, code, number
from .tables import metadata

# One file on its way into the registry. `position` (rows read) moves in the same transaction as what the rows
# changed, so a killed import goes on where it was and writes nothing twice.
import_job = sa.Table(
    "import_job",
    metadata,
    sa.Column("id", CODE, primary_key=True),
    sa.Column("enterprise_id", CODE, nullable=False),
    sa.Column("kind", CODE, nullable=False),
    sa.Column("form", CODE, nullable=False),
    sa.Column("file_name", sa.String, nullable=False),
    sa.Column("digest", CODE, nullable=False),
    sa.Column("author", sa.String, nullable=False),
    sa.Column("dry_run", sa.Boolean, nullable=False),
    sa.Column("status", CODE, nullable=False),
    number("size"),
    number("done_bytes"),
    number("position"),
    number("fresh"),
    number("changed"),
    number("same"),
    number("bad"),
    sa.Column("header", DOCUMENT, nullable=False, server_default="[]"),
    sa.Column("gtins", DOCUMENT, nullable=False, server_default="[]"),
    sa.Column("failure", sa.String, nullable=False, server_default=""),
    sa.Column("created_at", MILLISECONDS, nullable=False),
    number("updated_at"),
    code("held_by"),
    number("held_until"),
    sa.Index("ix_import_job_enterprise_id_created_at", "enterprise_id", "created_at"),
    sa.Index("ix_import_job_status_created_at", "status", "created_at"),
)

import_error = sa.Table(
    "import_error",
    metadata,
    sa.Column("job_id", CODE, sa.ForeignKey("import_job.id"), primary_key=True),
    sa.Column("row", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("problems", DOCUMENT, nullable=False),
    sa.Column("cells", DOCUMENT, nullable=False),
    sqlite_with_rowid=False,
)

# What was done to single items, in the order of `number`; the item's own row holds the state that this came to.
item_move = sa.Table(
    "item_move",
    metadata,
    sa.Column("gtin", CODE, primary_key=True),
    sa.Column("serial", CODE, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("id", CODE, nullable=False),  # the sender's id of the event: the same again is the same move
    sa.Column("act", CODE, nullable=False),
    sa.Column("place", CODE, nullable=False),
    sa.Column("enterprise_id", CODE, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("state_before", CODE, nullable=False),
    sa.Column("state_after", CODE, nullable=False),
    sa.Column("when_ms", MILLISECONDS, nullable=False),
    sa.Column("recorded_at", MILLISECONDS, nullable=False),
    sa.UniqueConstraint("gtin", "serial", "enterprise_id", "id"),
    sa.Index("ix_item_move_enterprise_id_recorded_at", "enterprise_id", "recorded_at"),
)

# Who did what on the way of a version to the public page, and why.
review_note = sa.Table(
    "review_note",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("gtin", CODE, nullable=False),
    sa.Column("lot", CODE, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("act", CODE, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("when_ms", MILLISECONDS, nullable=False),
    sa.Index("ix_review_note_gtin_lot_version", "gtin", "lot", "version"),
)

_NOT_INDEXED = sa.text("NOT indexed")

# Events as they were captured (EPCIS 2.0), each once. `indexed`: found by all that they say; those that were captured
# before that was kept are read again by a job.
epcis_event = sa.Table(
    "epcis_event",
    metadata,
    sa.Column("enterprise_id", CODE, primary_key=True),
    sa.Column("event_id", CODE, primary_key=True),
    sa.Column("capture_id", CODE, nullable=False),
    sa.Column("type", CODE, nullable=False),
    sa.Column("biz_step", CODE, nullable=False, server_default=""),
    code("action"),
    code("disposition"),
    code("read_point"),
    code("biz_location"),
    sa.Column("in_error", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("event_ms", MILLISECONDS, nullable=False),
    sa.Column("recorded_at", MILLISECONDS, nullable=False),
    sa.Column("body", DOCUMENT, nullable=False),
    sa.Column("indexed", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Index("ix_epcis_event_event_id", "event_id", postgresql_where=_NOT_INDEXED, sqlite_where=_NOT_INDEXED),
    sa.Index("ix_epcis_event_enterprise_id_recorded_at", "enterprise_id", "recorded_at"),
    sa.Index("ix_epcis_event_enterprise_id_event_ms", "enterprise_id", "event_ms"),
)

# What events name, so that they are found by it: `field` is the list of the standard in which the code stands.
epcis_event_code = sa.Table(
    "epcis_event_code",
    metadata,
    sa.Column("enterprise_id", CODE, primary_key=True),
    sa.Column("code", CODE, primary_key=True),
    sa.Column("field", CODE, primary_key=True),
    sa.Column("event_id", CODE, primary_key=True),
)

capture = sa.Table(
    "capture",
    metadata,
    sa.Column("id", CODE, primary_key=True),
    sa.Column("enterprise_id", CODE, nullable=False),
    sa.Column("author", sa.String, nullable=False),
    sa.Column("created_at", MILLISECONDS, nullable=False),
    number("finished_at"),
    sa.Column("status", CODE, nullable=False),
    sa.Column("body", DOCUMENT, nullable=False),
    sa.Column("proceed", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("errors", DOCUMENT, nullable=False, server_default="[]"),
    number("taken"),
    number("known"),
    sa.Index("ix_capture_status_created_at", "status", "created_at"),
)

# Keys of programs; only a digest is kept. `old_digest` works until `old_until`, so that a key can be changed in peace.
api_key = sa.Table(
    "api_key",
    metadata,
    sa.Column("id", CODE, primary_key=True),
    sa.Column("enterprise_id", CODE, nullable=False, index=True),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("digest", CODE, nullable=False, unique=True),
    code("old_digest"),
    number("old_until"),
    sa.Column("scopes", CODE, nullable=False),
    sa.Column("per_minute", sa.Integer, nullable=False),
    sa.Column("author", sa.String, nullable=False),
    sa.Column("created_at", MILLISECONDS, nullable=False),
    number("last_used_at"),
    number("revoked_at"),
)

# Answers to requests with an Idempotency-Key, for a day: the same request again gets the same answer.
idempotent_answer = sa.Table(
    "idempotent_answer",
    metadata,
    sa.Column("key_id", CODE, primary_key=True),
    sa.Column("key", CODE, primary_key=True),
    sa.Column("request_digest", CODE, nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("location", sa.String, nullable=False, server_default=""),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("created_at", MILLISECONDS, nullable=False, index=True),
)

webhook = sa.Table(
    "webhook",
    metadata,
    sa.Column("id", CODE, primary_key=True),
    sa.Column("enterprise_id", CODE, nullable=False, index=True),
    sa.Column("url", sa.String, nullable=False),
    sa.Column("secret", CODE, nullable=False),
    sa.Column("kinds", CODE, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("created_at", MILLISECONDS, nullable=False),
)

webhook_delivery = sa.Table(
    "webhook_delivery",
    metadata,
    sa.Column("id", CODE, primary_key=True),
    sa.Column("webhook_id", CODE, sa.ForeignKey("webhook.id"), nullable=False),
    sa.Column("message_id", CODE, nullable=False),
    sa.Column("kind", CODE, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("status", CODE, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    number("next_at"),
    sa.Column("created_at", MILLISECONDS, nullable=False),
    number("done_at"),
    sa.Column("answer", sa.String, nullable=False, server_default=""),
    sa.UniqueConstraint("webhook_id", "message_id"),
    sa.Index("ix_webhook_delivery_status_next_at", "status", "next_at"),
)
