"""Trading partners that may ask for verification messages."""

from __future__ import annotations

from dataclasses import asdict

import sqlalchemy as sa

from verify_app.domain.requester import Requester

from .engine import ask, upsert, writing
from .tables import enterprise, place, requester


class StoredRequesters:
    """Requesters of the registry: those written here, and every registered enterprise and place by its own GLN."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def find(self, gln: str) -> Requester | None:
        """Requester of a GLN, None if nobody knows it. Raises `StoreUnavailable`."""
        return ask(self._engine, lambda connection: find_requester(connection, gln))


def find_requester(connection: sa.Connection, gln: str) -> Requester | None:
    """Requester of a GLN; one that was written here counts before the registered enterprise or place."""
    row = connection.execute(sa.select(requester).where(requester.c.gln == gln)).first()
    if row is not None:
        return Requester(row.gln, row.name, row.key_digest, row.per_minute, row.active)
    known = sa.or_(sa.exists().where(place.c.gln == gln), sa.exists().where(enterprise.c.gln == gln))
    return Requester(gln, "") if gln and connection.execute(sa.select(known)).scalar() else None


def write_requester(engine: sa.Engine, record: Requester) -> None:
    """Write a requester, in place of the one with its GLN. Raises `StoreUnavailable`."""
    with writing(engine) as connection:
        upsert(connection, requester, [asdict(record)])
