"""Tables of what the detectors of lots remember (tags that cannot be linked to anything else, and counts), and of the
panel that the score is measured by."""

from __future__ import annotations

import sqlalchemy as sa

from .columns import CODE, DOCUMENT, MILLISECONDS, prose
from .tables import metadata

watched_lot = sa.Table(
    "watched_lot",
    metadata,
    sa.Column("gtin", CODE, primary_key=True),
    sa.Column("lot", CODE, primary_key=True),
    sa.Column("state", DOCUMENT, nullable=False),
    sa.Column("changed", MILLISECONDS, nullable=False, index=True),
)

watched_shipment = sa.Table(
    "watched_shipment",
    metadata,
    sa.Column("gtin", CODE, primary_key=True),
    sa.Column("lot", CODE, primary_key=True),
    sa.Column("shipment", CODE, primary_key=True),
    sa.Column("abroad", sa.Boolean, nullable=False),  # sent there
    sa.Column("could", sa.Float, nullable=False),  # the sums of both tell what strays are usual
    sa.Column("were", sa.Float, nullable=False),
    sa.Column("state", DOCUMENT, nullable=False),
    sa.Column("changed", MILLISECONDS, nullable=False, index=True),
)

# Serials of a lot that nobody can hold: lot "" where none is known.
watched_serials = sa.Table(
    "watched_serials",
    metadata,
    sa.Column("gtin", CODE, primary_key=True),
    sa.Column("lot", CODE, primary_key=True),
    sa.Column("state", DOCUMENT, nullable=False),
    sa.Column("changed", MILLISECONDS, nullable=False, index=True),
)

# Codes known to be genuine.
panel_code = sa.Table(
    "panel_code",
    metadata,
    sa.Column("gtin", CODE, primary_key=True),
    sa.Column("serial", CODE, primary_key=True),
    prose("why"),
    prose("actor"),
    sa.Column("added", MILLISECONDS, nullable=False),
)
