"""Tables of issued serials: how a product's are made, the batches, and carriers that were taken out of use."""

from __future__ import annotations

import sqlalchemy as sa

from .columns import CODE
from .tables import metadata

# How the serials of a product are made. `counter`: the first number that no batch has taken yet.
serial_scheme = sa.Table(
    "serial_scheme",
    metadata,
    sa.Column("gtin", CODE, sa.ForeignKey("model.gtin"), primary_key=True),
    sa.Column("kind", CODE, nullable=False),
    sa.Column("key_number", sa.Integer, nullable=False, server_default="0"),
    sa.Column("oldest_key", sa.Integer, nullable=False, server_default="0"),
    sa.Column("alone", sa.Boolean, nullable=False),
    sa.Column("fingerprint", CODE, nullable=False, server_default=""),
    sa.Column("counter", sa.BigInteger(), nullable=False, server_default="0"),
)

# Batches of issued serials: the counters from `first` on, `issued` of `wanted` are written as items.
code_batch = sa.Table(
    "code_batch",
    metadata,
    sa.Column("id", CODE, primary_key=True),
    sa.Column("gtin", CODE, sa.ForeignKey("model.gtin"), nullable=False, index=True),
    sa.Column("lot", CODE, nullable=False),
    sa.Column("kind", CODE, nullable=False),
    sa.Column("key_number", sa.Integer, nullable=False),
    sa.Column("first", sa.BigInteger(), nullable=False),
    sa.Column("wanted", sa.BigInteger(), nullable=False),
    sa.Column("issued", sa.BigInteger(), nullable=False, server_default="0"),
    sa.Column("author", sa.String, nullable=False),
    sa.Column("made_at", sa.BigInteger(), nullable=False),
    sa.Column("queued", sa.Boolean, nullable=False, server_default=sa.false()),  # the background issues it
    sa.Column("failure", sa.String, nullable=False, server_default=""),
)

# A carrier taken out of use, and the one that replaces it ("" where none does). The old item is closed, never deleted.
carrier_change = sa.Table(
    "carrier_change",
    metadata,
    sa.Column("gtin", CODE, primary_key=True),
    sa.Column("serial", CODE, primary_key=True),
    sa.Column("replaced_by", CODE, nullable=False, server_default=""),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("author", sa.String, nullable=False),
    sa.Column("when_ms", sa.BigInteger(), nullable=False),
)
