"""How the serials of each product are made, as it is stored."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from verify_app.domain.serial_scheme import LARGEST_KEY, SerialKind, SerialScheme

from .engine import upsert
from .issue_tables import serial_scheme
from .tables import model

SCHEME_COLUMNS = (
    serial_scheme.c.kind.label("scheme_kind"),
    serial_scheme.c.key_number.label("scheme_key"),
    serial_scheme.c.oldest_key.label("scheme_oldest_key"),
    serial_scheme.c.alone.label("scheme_alone"),
    serial_scheme.c.fingerprint.label("scheme_fingerprint"),
)


class SchemeError(ValueError):
    """A scheme that may not be written; the message says what was expected and what came."""


def read_scheme(row: Any) -> SerialScheme | None:
    """Scheme of a row with the columns of `SCHEME_COLUMNS`; None where the product has none."""
    if row.scheme_kind is None:
        return None
    return SerialScheme(
        SerialKind(row.scheme_kind),
        row.scheme_key,
        row.scheme_oldest_key,
        bool(row.scheme_alone),
        row.scheme_fingerprint,
    )


def find_scheme(connection: sa.Connection, gtin: str) -> SerialScheme | None:
    """Scheme of a product, None where it has none."""
    row = connection.execute(sa.select(*SCHEME_COLUMNS).where(serial_scheme.c.gtin == gtin)).first()
    return read_scheme(row) if row else None


def find_owner(connection: sa.Connection, gtin: str) -> str:
    """Enterprise that registered a GTIN. Raises `SchemeError` for one that nobody did."""
    owner = connection.execute(sa.select(model.c.enterprise_id).where(model.c.gtin == gtin)).scalar()
    if owner is None:
        raise SchemeError(f"Expected a registered GTIN, got {gtin!r}.")
    return str(owner)


def write_scheme(connection: sa.Connection, gtin: str, scheme: SerialScheme) -> None:
    """Set the scheme of a product. Its keys only ever rise: printed codes stay checkable. Raises `SchemeError`."""
    find_owner(connection, gtin)
    if not 0 <= scheme.oldest_key <= scheme.key <= LARGEST_KEY:
        raise SchemeError(f"Expected keys from 0 to {LARGEST_KEY}, got {scheme.oldest_key} to {scheme.key}.")
    held = find_scheme(connection, gtin)
    if held and (scheme.key < held.key or scheme.oldest_key < held.oldest_key):
        raise SchemeError(f"Expected key {held.key} or a later one, got {scheme.key}.")
    row = {
        "gtin": gtin,
        "kind": scheme.kind.value,
        "key_number": scheme.key,
        "oldest_key": scheme.oldest_key,
        "alone": scheme.alone,
        "fingerprint": scheme.fingerprint,
    }
    upsert(connection, serial_scheme, [row])


def take_counters(connection: sa.Connection, gtin: str, count: int) -> int:
    """Take the next `count` counters of a product for good and return the first of them."""
    statement = (
        sa.update(serial_scheme)
        .where(serial_scheme.c.gtin == gtin)
        .values(counter=serial_scheme.c.counter + count)
        .returning(serial_scheme.c.counter)
    )
    after = connection.execute(statement).scalar()
    if after is None:
        raise SchemeError(f"Expected a product with a scheme of serials, got {gtin!r}.")
    return int(after) - count
