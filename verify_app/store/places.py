"""Places that an enterprise keeps itself."""

from __future__ import annotations

import sqlalchemy as sa

from verify_app.domain.registry import Place

from .engine import insert
from .owners import place_owner
from .rows import place_row
from .tables import place
from .tables_enterprise import item_move


def number_of_places(connection: sa.Connection, enterprise_id: str) -> int:
    """How many places an enterprise has."""
    query = sa.select(sa.func.count()).where(place.c.enterprise_id == enterprise_id)
    return connection.execute(query).scalar() or 0


def add_place(connection: sa.Connection, record: Place) -> bool:
    """Write a new place; False if its number is somebody's already, the enterprise's own seat or place, too."""
    if place_owner(connection, record.gln):
        return False
    statement = insert(connection, place).values(place_row(record)).on_conflict_do_nothing()
    return connection.execute(statement.returning(place.c.gln)).first() is not None


def change_place(connection: sa.Connection, record: Place) -> bool:
    """Give a place of its enterprise another name and address; False for one that is not its own."""
    values = {name: value for name, value in place_row(record).items() if name in ("name", "address")}
    return (
        connection.execute(sa.update(place).where(*_own(record.enterprise_id, record.gln)).values(values)).rowcount > 0
    )


def remove_place(connection: sa.Connection, enterprise_id: str, number: str) -> bool:
    """Take a place away; False for one that is not the enterprise's own, or at which it has booked something."""
    booked = sa.exists().where(item_move.c.enterprise_id == enterprise_id, item_move.c.place == number)
    return connection.execute(sa.delete(place).where(*_own(enterprise_id, number), ~booked)).rowcount > 0


def _own(enterprise_id: str, number: str) -> tuple[sa.ColumnElement[bool], ...]:
    return place.c.gln == number, place.c.enterprise_id == enterprise_id
