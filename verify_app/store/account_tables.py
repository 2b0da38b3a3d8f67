"""Tables of accounts and their passkeys."""

from __future__ import annotations

import sqlalchemy as sa

from .columns import CODE, DOCUMENT, MILLISECONDS
from .tables import metadata

account = sa.Table(
    "account",
    metadata,
    sa.Column("id", CODE, primary_key=True),
    sa.Column("email", CODE, nullable=False, unique=True),  # in small letters
    sa.Column("name", sa.String, nullable=False),
    sa.Column("role", CODE, nullable=False, index=True),
    sa.Column("scope", DOCUMENT, nullable=False),
    sa.Column("department", sa.String, nullable=False, server_default=""),
    sa.Column("created", MILLISECONDS, nullable=False),
    sa.Column("disabled", sa.Boolean, nullable=False),
    sa.Column("last_seen", MILLISECONDS, nullable=False, server_default="0"),
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
    sa.Column("locked_until", MILLISECONDS, nullable=False, server_default="0"),
    # secrets, never part of `domain.account.Account`
    sa.Column("password", CODE, nullable=False, server_default=""),
    sa.Column("session_key", CODE, nullable=False, unique=True),  # a new one ends all sessions
    sa.Column("second_factor", CODE, nullable=False, server_default=""),
    sa.Column("totp_secret", DOCUMENT, nullable=False, server_default=""),  # encrypted by the secret key
    sa.Column("totp_counter", sa.BigInteger, nullable=False, server_default="0"),  # a code counts once
    sa.Column("recovery_codes", DOCUMENT, nullable=False, server_default="[]"),
    sa.Column("passkey_handle", CODE, unique=True),
)

passkey = sa.Table(
    "passkey",
    metadata,
    sa.Column("credential_id", CODE, primary_key=True),  # base64url
    sa.Column("account_id", CODE, sa.ForeignKey("account.id"), nullable=False, index=True),
    sa.Column("public_key", CODE, nullable=False),  # base64url
    sa.Column("name", sa.String, nullable=False),
    sa.Column("sign_count", sa.BigInteger, nullable=False),
    sa.Column("usage", CODE, nullable=False),
    sa.Column("device_type", CODE, nullable=False),
    sa.Column("backup_state", sa.Boolean, nullable=False),
    sa.Column("transports", DOCUMENT, nullable=False, server_default="[]"),
    sa.Column("extensions", DOCUMENT, nullable=False, server_default=""),
    sa.Column("last_used", MILLISECONDS, nullable=False),
)
