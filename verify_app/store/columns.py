"""Kinds of columns that all tables are made of.

Codes compare by bytes on both engines (collation "C" on PostgreSQL), so that lists have one order everywhere.
Times are UTC milliseconds, 0 for none.
"""

from __future__ import annotations

import sqlalchemy as sa

CODE = sa.String().with_variant(sa.String(collation="C"), "postgresql")
# JSON as text on both engines: msgspec reads it straight into frozen values; what is searched has its own column.
DOCUMENT = sa.Text()
MILLISECONDS = sa.BigInteger()


def code(name: str) -> sa.Column[str]:
    """A code or name that programs compare, "" for none."""
    return sa.Column(name, CODE, nullable=False, server_default="")


def prose(name: str) -> sa.Column[str]:
    """What people wrote, "" for nothing."""
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def number(name: str) -> sa.Column[int]:
    """A count or a time in UTC milliseconds, 0 for none."""
    return sa.Column(name, MILLISECONDS, nullable=False, server_default="0")
