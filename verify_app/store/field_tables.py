"""Tables of visits on site. Ids come from the phone (UUID), so what is sent twice is stored once."""

from __future__ import annotations

import sqlalchemy as sa

from .columns import CODE, DOCUMENT, code, number, prose
from .tables import metadata

field_visit = sa.Table(
    "field_visit",
    metadata,
    sa.Column("id", CODE, primary_key=True),
    sa.Column("account", CODE, nullable=False, index=True),
    prose("officer"),
    prose("place"),
    prose("seller"),
    prose("note"),
    number("opened"),
    number("closed"),
    sa.Column("basis", CODE, nullable=False, server_default="survey"),
    sa.Column("marks", DOCUMENT, nullable=False, server_default="{}"),
)

field_check = sa.Table(
    "field_check",
    metadata,
    sa.Column("id", CODE, primary_key=True),
    sa.Column("visit", CODE, sa.ForeignKey("field_visit.id"), nullable=False, index=True),
    prose("text"),
    number("taken"),
    number("received"),
    sa.Column("path", CODE, nullable=False, server_default="", index=True),
    code("gtin"),
    code("lot"),
    code("serial"),
    sa.Column("level", sa.Integer, nullable=False, server_default="0"),
    code("reasons"),  # a space between
    sa.Column("marks", DOCUMENT, nullable=False, server_default="{}"),
    prose("note"),
    sa.Column("goods_group", sa.Integer, nullable=False, server_default="0"),
)

# A photo or signature lies as a file named by its digest; `check` is "" for the seller's signature.
field_photo = sa.Table(
    "field_photo",
    metadata,
    sa.Column("id", CODE, primary_key=True),
    sa.Column("visit", CODE, sa.ForeignKey("field_visit.id"), nullable=False, index=True),
    code("check"),
    sa.Column("kind", CODE, nullable=False),  # photo or signature
    sa.Column("digest", CODE, nullable=False),  # SHA-256 of the file
    number("received"),
)
