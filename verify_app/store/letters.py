"""Letters on their way to the mail server: written once for each key, sent again until the server took them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from .engine import Engine, ask, insert, writing
from .portal_tables import letter

WAITING, SENT, GIVEN_UP = "waiting", "sent", "given_up"


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter. `key` says what it is about; times are UTC milliseconds."""

    key: str
    address: str
    subject: str
    body: str
    created_at: int
    status: str = WAITING
    tries: int = 0
    next_at: int = 0
    answer: str = ""


def add_letter(engine: Engine, written: Letter) -> bool:
    """Keep a letter; False if one of its key is there."""
    row = {name: getattr(written, name) for name in Letter.__slots__}
    with writing(engine) as connection:
        return connection.execute(insert(connection, letter).values(row).on_conflict_do_nothing()).rowcount == 1


def due_letter(engine: Engine, now: int, hold_until: int) -> Letter | None:
    """The letter that is due first, held back from others until an instant; None if none is due."""
    due = sa.select(letter).where(letter.c.status == WAITING, letter.c.next_at <= now).order_by(letter.c.next_at)
    found = ask(engine, lambda connection: connection.execute(due.limit(1)).first())
    if found is None:
        return None
    held = sa.update(letter).where(letter.c.key == found.key, letter.c.next_at == found.next_at)
    with writing(engine) as connection:
        taken = connection.execute(held.where(letter.c.status == WAITING).values(next_at=hold_until)).rowcount
    return Letter(**{name: getattr(found, name) for name in Letter.__slots__}) if taken == 1 else None


def note_letter(engine: Engine, key: str, **values: Any) -> None:
    """Write what became of a letter. A sent one loses its text: it may name things that are nobody's business later."""
    with writing(engine) as connection:
        connection.execute(sa.update(letter).where(letter.c.key == key).values(values))
