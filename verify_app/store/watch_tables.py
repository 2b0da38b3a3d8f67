"""Tables of what the detectors of lots remember: tags that cannot be linked to anything else, and counts."""

from __future__ import annotations

import sqlalchemy as sa

from .columns import CODE, DOCUMENT, MILLISECONDS
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
