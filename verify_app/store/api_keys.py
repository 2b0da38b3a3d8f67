"""Keys of programs, by digest, and the answers that they were given to repeatable requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from .engine import Engine, ask, insert, writing
from .tables_enterprise import api_key, idempotent_answer

_USE_MS = 60_000  # last use is told to the minute: one write a minute, not one a request


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key without its secret. Times are UTC milliseconds, 0 for never."""

    id: str
    enterprise_id: str
    name: str
    digest: str
    scopes: tuple[str, ...]
    per_minute: int
    author: str
    created_at: int
    old_digest: str = ""
    old_until: int = 0
    last_used_at: int = 0
    revoked_at: int = 0


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """The answer to a request with an idempotency key."""

    request_digest: str
    status: int
    location: str
    body: str


def add_key(engine: Engine, key: ApiKey) -> None:
    """Store a new key."""
    with writing(engine) as connection:
        row = {name: getattr(key, name) for name in ApiKey.__slots__} | {"scopes": " ".join(key.scopes)}
        connection.execute(sa.insert(api_key).values(row))


def keys_of(engine: Engine, enterprise_id: str) -> tuple[ApiKey, ...]:
    """Keys of an enterprise, the latest first, revoked ones too."""
    query = sa.select(api_key).where(api_key.c.enterprise_id == enterprise_id).order_by(api_key.c.created_at.desc())
    return ask(engine, lambda connection: tuple(map(_read, connection.execute(query))))


def key_of_digest(engine: Engine, digest: str, now: int) -> ApiKey | None:
    """The key in force with a digest, also one that was rotated away and still holds; None for none."""
    holds = (api_key.c.digest == digest) | ((api_key.c.old_digest == digest) & (api_key.c.old_until > now))
    query = sa.select(api_key).where(holds, api_key.c.revoked_at == 0)
    return ask(engine, lambda connection: next(map(_read, connection.execute(query)), None))


def note_use(engine: Engine, key: ApiKey, now: int) -> None:
    """Note that a key was used, to the minute."""
    if now - key.last_used_at < _USE_MS:
        return
    with writing(engine) as connection:
        connection.execute(sa.update(api_key).where(api_key.c.id == key.id).values(last_used_at=now))


def change_key(engine: Engine, enterprise_id: str, key_id: str, **values: Any) -> bool:
    """Change a key in force of an enterprise; False if there is none."""
    where = (api_key.c.id == key_id, api_key.c.enterprise_id == enterprise_id, api_key.c.revoked_at == 0)
    with writing(engine) as connection:
        return connection.execute(sa.update(api_key).where(*where).values(values)).rowcount == 1


def kept_answer(engine: Engine, key_id: str, name: str, since: int) -> KeptAnswer | None:
    """The answer that was given to a request with this idempotency key since a time, None for none."""
    table = idempotent_answer
    query = sa.select(table).where(table.c.key_id == key_id, table.c.key == name, table.c.created_at > since)
    row = ask(engine, lambda connection: connection.execute(query).first())
    return KeptAnswer(row.request_digest, row.status, row.location, row.body) if row else None


def keep_answer(engine: Engine, named: tuple[str, str], answer: KeptAnswer, now: int, since: int) -> None:
    """Keep an answer under (key id, idempotency key), and forget those older than `since`."""
    row = {name: getattr(answer, name) for name in KeptAnswer.__slots__}
    row |= {"key_id": named[0], "key": named[1], "created_at": now}
    with writing(engine) as connection:
        connection.execute(sa.delete(idempotent_answer).where(idempotent_answer.c.created_at <= since))
        connection.execute(insert(connection, idempotent_answer).values(row).on_conflict_do_nothing())


def _read(row: Any) -> ApiKey:
    values = {name: getattr(row, name) for name in ApiKey.__slots__}
    return ApiKey(**values | {"scopes": tuple(row.scopes.split())})
