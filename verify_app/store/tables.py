"""All tables. Text of several languages and published documents are JSON text, read and written by `documents.py`."""

from __future__ import annotations

import sqlalchemy as sa

from .columns import CODE, DOCUMENT, MILLISECONDS, code, number

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


tenant = sa.Table(
    "tenant",
    metadata,
    sa.Column("id", CODE, primary_key=True),
    sa.Column("name", DOCUMENT, nullable=False),
)

enterprise = sa.Table(
    "enterprise",
    metadata,
    sa.Column("id", CODE, primary_key=True),
    sa.Column("tenant_id", CODE, sa.ForeignKey("tenant.id"), nullable=False, index=True),
    sa.Column("kind", CODE, nullable=False),
    sa.Column("name", DOCUMENT, nullable=False),
    sa.Column("address", DOCUMENT, nullable=False),
    code("gln"),
    code("tax_code"),
    code("phone"),
)

place = sa.Table(
    "place",
    metadata,
    sa.Column("gln", CODE, primary_key=True),
    sa.Column("enterprise_id", CODE, sa.ForeignKey("enterprise.id"), nullable=False, index=True),
    sa.Column("name", DOCUMENT, nullable=False),
    sa.Column("address", DOCUMENT, nullable=False),
)

model = sa.Table(
    "model",
    metadata,
    sa.Column("gtin", CODE, primary_key=True),
    sa.Column("enterprise_id", CODE, sa.ForeignKey("enterprise.id"), nullable=False, index=True),
    sa.Column("tenant_id", CODE, sa.ForeignKey("tenant.id"), index=True),
    code("sector"),
    # the version that the public sees: the last published one; before the first publication, the last one
    sa.Column("shown_version", sa.Integer, nullable=False),
)

lot = sa.Table(
    "lot",
    metadata,
    sa.Column("gtin", CODE, sa.ForeignKey("model.gtin"), primary_key=True),
    sa.Column("lot", CODE, primary_key=True),
    number("declared"),
    number("uploaded"),
    sa.Column("shown_version", sa.Integer, nullable=False),
    sa.Index("ix_lot_lot", "lot"),
)

# Content of a model (lot = '') or of a lot. Never changed and never deleted (Decree 37/2026 Art. 53(3): change
# history); only `status`, `reviewer` and `published_at` move while a version is on its way to publication.
passport_version = sa.Table(
    "passport_version",
    metadata,
    sa.Column("gtin", CODE, sa.ForeignKey("model.gtin"), primary_key=True),
    sa.Column("lot", CODE, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("status", CODE, nullable=False),
    sa.Column("body", DOCUMENT, nullable=False),
    sa.Column("digest", CODE, nullable=False),
    sa.Column("author", sa.String, nullable=False),
    sa.Column("reviewer", sa.String, nullable=False, server_default=""),
    sa.Column("written_at", MILLISECONDS, nullable=False),
    number("published_at"),
)

# One row of about 60 bytes per serial, clustered by its key: 10,000,000 items are one B-tree, not two. No foreign key:
# checking it row by row halved the speed of imports, and who writes items looks their few models up before.
item = sa.Table(
    "item",
    metadata,
    sa.Column("gtin", CODE, primary_key=True),
    sa.Column("serial", CODE, primary_key=True),
    code("lot"),
    sa.Column("state", CODE, nullable=False),
    number("state_at"),
    code("shipment"),
    sa.Index("ix_item_gtin_lot", "gtin", "lot"),
    sqlite_with_rowid=False,
)

short_code = sa.Table(
    "short_code",
    metadata,
    sa.Column("short", CODE, primary_key=True),
    sa.Column("gtin", CODE, nullable=False),
    sa.Column("serial", CODE, nullable=False),
    sa.Index("ix_short_code_gtin_serial", "gtin", "serial"),
    sqlite_with_rowid=False,
)

# Events and certificates of the shown versions, once more as rows, so that they can be searched.
critical_event = sa.Table(
    "critical_event",
    metadata,
    sa.Column("gtin", CODE, primary_key=True),
    sa.Column("lot", CODE, primary_key=True),
    sa.Column("id", CODE, primary_key=True),
    sa.Column("stage", CODE, nullable=False),
    number("when_ms"),
    code("place_gln"),
    code("biz_step"),
    code("product_code"),
    sa.Column("in_error", sa.Boolean, nullable=False),
    sa.Index("ix_critical_event_place_gln_when_ms", "place_gln", "when_ms"),
)

certificate = sa.Table(
    "certificate",
    metadata,
    sa.Column("gtin", CODE, primary_key=True),
    sa.Column("lot", CODE, primary_key=True),
    sa.Column("kind", CODE, primary_key=True),
    sa.Column("number", CODE, primary_key=True),
    sa.Column("body", DOCUMENT, nullable=False),
    code("standard"),
    code("valid_from"),
    code("valid_until"),
    sa.Column("withdrawn", sa.Boolean, nullable=False),
    sa.Column("stars", sa.Integer, nullable=False, server_default="0"),
    sa.Index("ix_certificate_number", "number"),
    sa.Index("ix_certificate_valid_until", "valid_until"),
)

# In force while `ended` is 0; never deleted. No foreign key: a recall may name goods that nobody registered.
act = sa.Table(
    "act",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", CODE, nullable=False),
    sa.Column("gtin", CODE, nullable=False),
    code("lot"),
    code("serial"),
    sa.Column("reason", DOCUMENT, nullable=False),
    sa.Column("actor", DOCUMENT, nullable=False),
    sa.Column("advice", DOCUMENT, nullable=False),
    sa.Column("when_ms", MILLISECONDS, nullable=False),
    number("ended"),
    sa.UniqueConstraint("kind", "gtin", "lot", "serial", "when_ms"),
    sa.Index("ix_act_gtin_ended", "gtin", "ended"),
    sqlite_autoincrement=True,  # an act's number is public; it must never be given again
)

# Hosts that an enterprise may send people to; a link holds only while its host stands here.
link_host = sa.Table(
    "link_host",
    metadata,
    sa.Column("enterprise_id", CODE, sa.ForeignKey("enterprise.id"), primary_key=True),
    sa.Column("host", CODE, primary_key=True),
)

# Links of a primary key or of it with qualifiers ("" or such as "/10/L1/21/A7"), numbered by `place` at each anchor.
link = sa.Table(
    "link",
    metadata,
    sa.Column("key", CODE, primary_key=True),
    sa.Column("value", CODE, primary_key=True),
    sa.Column("qualifiers", CODE, primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("enterprise_id", CODE, sa.ForeignKey("enterprise.id"), nullable=False, index=True),
    sa.Column("rel", CODE, nullable=False),
    sa.Column("href", CODE, nullable=False),
    sa.Column("host", CODE, nullable=False),
    sa.Column("title", sa.String, nullable=False),
    code("hreflang"),  # languages, a space between
    code("media_type"),
    code("context"),  # contexts, a space between
    sa.Column("is_default", sa.Boolean, nullable=False),
    sa.Column("forwards_query", sa.Boolean, nullable=False),
    sa.Column("public", sa.Boolean, nullable=False),
    number("valid_from"),
    number("valid_until"),
)

# Who may ask for verification messages, beside the registered enterprises and places themselves.
requester = sa.Table(
    "requester",
    metadata,
    sa.Column("gln", CODE, primary_key=True),
    sa.Column("name", sa.String, nullable=False),
    code("key_digest"),
    sa.Column("per_minute", sa.Integer, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
)

_HAS_LOT = sa.text("lot <> ''")
_PLACED = sa.text("province IS NOT NULL")

# The scan ledger: append-only, no foreign keys, no address, user agent or coordinates. On PostgreSQL it is partitioned
# by month (`partitions.py`) with the primary key (scan_id, when_ms), for a key there has to name what it is cut by.
scan = sa.Table(
    "scan",
    metadata,
    sa.Column("scan_id", CODE, primary_key=True),
    sa.Column("when_ms", MILLISECONDS, nullable=False),
    sa.Column("identity", CODE, nullable=False),
    code("gtin"),
    code("lot"),
    code("serial"),
    sa.Column("kind", CODE, nullable=False),
    sa.Column("entry", CODE, nullable=False),
    sa.Column("actor", CODE, nullable=False),
    sa.Column("tag", sa.BigInteger, nullable=False),  # 32 bits without sign: too wide for PostgreSQL's integer
    code("country"),
    code("region"),
    sa.Column("cell_lat", sa.SmallInteger),  # steps of 0.05 degrees
    sa.Column("cell_lon", sa.SmallInteger),
    sa.Column("prior_scans", sa.Integer, nullable=False, server_default="0"),
    sa.Column("prior_others", sa.Integer, nullable=False, server_default="0"),
    sa.Column("province", sa.SmallInteger),  # place in domain/provinces.py of a cell in Vietnam
    sa.Column("circumstances", sa.LargeBinary),  # 12 bytes for a rebuild: coarse place, kind of network, facts
    sa.Index("ix_scan_identity_when_ms", "identity", "when_ms"),
    sa.Index("ix_scan_gtin_when_ms", "gtin", "when_ms"),
    sa.Index("ix_scan_when_ms_scan_id", "when_ms", "scan_id"),
    sa.Index("ix_scan_gtin_lot_when_ms", "gtin", "lot", "when_ms", postgresql_where=_HAS_LOT, sqlite_where=_HAS_LOT),
    sa.Index("ix_scan_province_when_ms", "province", "when_ms", postgresql_where=_PLACED, sqlite_where=_PLACED),
    sqlite_with_rowid=False,
)
