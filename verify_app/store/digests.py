"""Who wants a letter about an enterprise's days, and up to which day it was told."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from .engine import Engine, ask, upsert, writing
from .portal_tables import digest


@dataclass(frozen=True, slots=True)
class Wish:
    """One person's wish for a daily letter. `last_day` is the local day that the last one told of, as "2026-11-21"."""

    enterprise_id: str
    email: str
    lang: str
    last_day: str = ""


def wishes_of(engine: Engine, enterprise_id: str) -> tuple[Wish, ...]:
    """Wishes for an enterprise."""
    return _find(engine, digest.c.enterprise_id == enterprise_id)


def due_wish(engine: Engine, day: str) -> Wish | None:
    """A wish that was not told of a day yet, None for none."""
    return next(iter(_find(engine, digest.c.last_day < day)), None)


def write_wish(engine: Engine, wish: Wish) -> None:
    """Keep a wish, in place of the one before."""
    row = {name: getattr(wish, name) for name in Wish.__slots__}
    with writing(engine) as connection:
        upsert(connection, digest, [row])


def drop_wish(engine: Engine, enterprise_id: str, email: str) -> None:
    """Write no more letters."""
    where = (digest.c.enterprise_id == enterprise_id, digest.c.email == email)
    with writing(engine) as connection:
        connection.execute(sa.delete(digest).where(*where))


def _find(engine: Engine, where: sa.ColumnElement[bool]) -> tuple[Wish, ...]:
    query = sa.select(digest).where(where).order_by(digest.c.enterprise_id, digest.c.email)
    return ask(
        engine,
        lambda connection: tuple(
            Wish(**{name: getattr(row, name) for name in Wish.__slots__}) for row in connection.execute(query)
        ),
    )
