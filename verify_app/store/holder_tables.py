"""Tables of what holders of items can show. No column says who showed it."""

from __future__ import annotations

import sqlalchemy as sa

from .columns import CODE, MILLISECONDS, number
from .tables import metadata

# A number hidden on an item (below a scratch layer, inside the seal): never the number, a keyed digest of it.
item_seal = sa.Table(
    "item_seal",
    metadata,
    sa.Column("gtin", CODE, primary_key=True),
    sa.Column("serial", CODE, primary_key=True),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    number("proven_ms"),  # first typed right
    sqlite_with_rowid=False,
)

# How often something was shown of an item, for the officers who look at its case.
holder_evidence = sa.Table(
    "holder_evidence",
    metadata,
    sa.Column("gtin", CODE, primary_key=True),
    sa.Column("serial", CODE, primary_key=True),
    sa.Column("kind", CODE, primary_key=True),
    sa.Column("first_ms", MILLISECONDS, nullable=False),
    sa.Column("last_ms", MILLISECONDS, nullable=False),
    sa.Column("times", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)
