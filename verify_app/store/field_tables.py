"""Tables of visits on site. Ids come from the phone (UUID), so what is sent twice is stored once."""

from __future__ import annotations

import sqlalchemy as sa

from .tables import CODE, DOCUMENT, MILLISECONDS, metadata


def _code(name: str) -> sa.Column[str]:
    return sa.Column(name, CODE, nullable=False, server_default="")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, MILLISECONDS, nullable=False, server_default="0")


field_visit = sa.Table(
    "field_visit",
    metadata,
    sa.Column("id", CODE, primary_key=True),
    sa.Column("account", CODE, nullable=False, index=True),
    _text("officer"),
    _text("place"),
    _text("seller"),
    _text("note"),
    _number("opened"),
    _number("closed"),
)

field_check = sa.Table(
    "field_check",
    metadata,
    sa.Column("id", CODE, primary_key=True),
    sa.Column("visit", CODE, sa.ForeignKey("field_visit.id"), nullable=False, index=True),
    _text("text"),
    _number("taken"),
    _number("received"),
    sa.Column("path", CODE, nullable=False, server_default="", index=True),
    _code("gtin"),
    _code("lot"),
    _code("serial"),
    sa.Column("level", sa.Integer, nullable=False, server_default="0"),
    _code("reasons"),  # a space between
    sa.Column("marks", DOCUMENT, nullable=False, server_default="{}"),
    _text("note"),
)

# A photo or signature lies as a file named by its digest; `check` is "" for the seller's signature.
field_photo = sa.Table(
    "field_photo",
    metadata,
    sa.Column("id", CODE, primary_key=True),
    sa.Column("visit", CODE, sa.ForeignKey("field_visit.id"), nullable=False, index=True),
    _code("check"),
    sa.Column("kind", CODE, nullable=False),  # photo or signature
    sa.Column("digest", CODE, nullable=False),  # SHA-256 of the file
    _number("received"),
)
