"""Who owns a product, and which lots there are: asked for many at once."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from verify_app.domain.text import Text

from .documents import read_text
from .tables import enterprise, lot, model, place

_CHUNK = 500


def gtin_owners(connection: sa.Connection, gtins: Iterable[str]) -> dict[str, str]:
    """Enterprise of each GTIN that the registry holds."""
    wanted = sorted(gtins)
    owners: dict[str, str] = {}
    for start in range(0, len(wanted), _CHUNK):
        query = sa.select(model.c.gtin, model.c.enterprise_id).where(model.c.gtin.in_(wanted[start : start + _CHUNK]))
        owners.update({row.gtin: row.enterprise_id for row in connection.execute(query)})
    return owners


def known_lots(connection: sa.Connection, pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of some (GTIN, lot) that the registry holds."""
    wanted = sorted(pairs)
    known: set[tuple[str, str]] = set()
    for start in range(0, len(wanted), _CHUNK):
        query = sa.select(lot.c.gtin, lot.c.lot).where(
            sa.tuple_(lot.c.gtin, lot.c.lot).in_(wanted[start : start + _CHUNK])
        )
        known.update((row.gtin, row.lot) for row in connection.execute(query))
    return known


def place_owner(connection: sa.Connection, gln: str) -> str:
    """Enterprise that a GLN names or whose place it names, "" for none."""
    own = sa.select(enterprise.c.id).where(enterprise.c.gln == gln)
    theirs = sa.select(place.c.enterprise_id).where(place.c.gln == gln)
    return connection.execute(own.union_all(theirs).limit(1)).scalar() or ""


def place_name(connection: sa.Connection, gln: str) -> Text | None:
    """Name of a place, None for an unknown one."""
    name = connection.execute(sa.select(place.c.name).where(place.c.gln == gln)).scalar()
    return read_text(name) if name else None


def places_of(connection: sa.Connection, enterprise_id: str) -> tuple[tuple[str, Text], ...]:
    """GLN and name of an enterprise's places, by GLN."""
    query = sa.select(place.c.gln, place.c.name).where(place.c.enterprise_id == enterprise_id).order_by(place.c.gln)
    return tuple((row.gln, read_text(row.name)) for row in connection.execute(query))
