"""Requests to join, and what an approval writes: the enterprise, its registry, its host and its first account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from verify_app.domain.account import Account
from verify_app.domain.joining import Applicant, tenant_of
from verify_app.domain.registry import Enterprise, EnterpriseKind
from verify_app.domain.text import Text

from .accounts import Secrets, add_account
from .documents import write_text
from .engine import Engine, ask, insert, writing
from .portal_tables import join_request
from .rows import enterprise_row
from .tables import enterprise, link_host, tenant

UNCONFIRMED, WAITING, APPROVED, REFUSED = "unconfirmed", "waiting", "approved", "refused"


class DecidedError(ValueError):
    """The request does not wait any more."""


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """One request. `status` is one of the words above; times are UTC milliseconds, 0 for not yet."""

    id: str
    applicant: Applicant
    status: str
    lang: str
    created_at: int
    confirmed_at: int = 0
    decided_at: int = 0
    decided_by: str = ""
    reason: str = ""
    enterprise_id: str = ""
    account_id: str = ""


def add_request(engine: Engine, request: JoinRequest, key_digest: str) -> None:
    """Keep a new request."""
    row = {name: getattr(request.applicant, name) for name in Applicant.__slots__}
    row |= {name: getattr(request, name) for name in JoinRequest.__slots__ if name != "applicant"}
    with writing(engine) as connection:
        connection.execute(sa.insert(join_request).values({**row, "key_digest": key_digest}))


def find_request(engine: Engine, column: str, value: str) -> JoinRequest | None:
    """The request of an "id" or "key_digest", None for none."""
    query = sa.select(join_request).where(join_request.c[column] == value)
    return ask(engine, lambda connection: next(map(_read, connection.execute(query)), None))


def requests_of(engine: Engine, provinces: Sequence[str], limit: int = 100) -> tuple[JoinRequest, ...]:
    """Requests of some provinces: those that wait first, the oldest first; then the decided ones, the latest first."""
    table = join_request
    waits = sa.case((table.c.status == WAITING, 0), else_=1)
    age = sa.case((table.c.status == WAITING, table.c.created_at), else_=-table.c.decided_at)
    query = sa.select(table).where(table.c.province.in_(provinces), table.c.status != UNCONFIRMED)
    return ask(
        engine, lambda connection: tuple(map(_read, connection.execute(query.order_by(waits, age).limit(limit))))
    )


def confirm_request(engine: Engine, request_id: str, now: int) -> None:
    """Note that the letter to the applicant's address arrived; again changes nothing."""
    change = sa.update(join_request).where(join_request.c.id == request_id, join_request.c.status == UNCONFIRMED)
    with writing(engine) as connection:
        connection.execute(change.values(status=WAITING, confirmed_at=now))


def refuse_request(engine: Engine, request_id: str, by: str, reason: str, now: int) -> None:
    """Refuse a waiting request. Raises `DecidedError`."""
    with writing(engine) as connection:
        _decide(connection, request_id, status=REFUSED, decided_by=by, reason=reason, decided_at=now)


def admit_request(
    engine: Engine, request: JoinRequest, enterprise_id: str, opened: tuple[Account, Secrets], by: str
) -> None:
    """Write the enterprise and its first account, all or nothing. Raises `DecidedError`, and `AccountError` if the
    address has an account already."""
    asked, (account, held) = request.applicant, opened
    place = tenant_of(asked.province)
    record = Enterprise(
        enterprise_id,
        place,
        asked.kind,
        Text.of(asked.name),
        Text.of(f"{asked.address}, {asked.province}"),
        asked.gln,
        asked.tax_code,
        asked.phone,
    )
    with writing(engine) as connection:
        decided = {"decided_by": by, "decided_at": account.created}
        _decide(connection, request.id, status=APPROVED, enterprise_id=enterprise_id, account_id=account.id, **decided)
        row = {"id": place, "name": write_text(Text.of(asked.province))}
        connection.execute(insert(connection, tenant).values(row).on_conflict_do_nothing())
        connection.execute(sa.insert(enterprise).values(enterprise_row(record)))
        if asked.website:
            connection.execute(sa.insert(link_host).values(enterprise_id=enterprise_id, host=asked.website))
        add_account(connection, account, held)


def _decide(connection: sa.Connection, request_id: str, **values: Any) -> None:
    change = sa.update(join_request).where(join_request.c.id == request_id, join_request.c.status == WAITING)
    if connection.execute(change.values(values)).rowcount != 1:
        raise DecidedError(f"Expected a request that waits, got {request_id!r}.")


def _read(row: Any) -> JoinRequest:
    asked = {name: getattr(row, name) for name in Applicant.__slots__} | {"kind": EnterpriseKind(row.kind)}
    values = {name: getattr(row, name) for name in JoinRequest.__slots__ if name != "applicant"}
    return JoinRequest(applicant=Applicant(**asked), **values)
