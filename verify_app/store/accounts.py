"""Accounts, their secrets and passkeys, in SQL. An account is never deleted: what it did stays its doing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from verify_app.domain.account import Account, AccountError, Role, Scope

from .account_tables import account, passkey
from .engine import ask, upsert, writing

_KEYS = {"id": account.c.id, "email": account.c.email, "session_key": account.c.session_key,
         "passkey_handle": account.c.passkey_handle}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Secrets:
    """What proves that somebody is the owner of an account. `password` is a hash, `totp_secret` is encrypted."""

    session_key: str
    password: str = ""
    second_factor: str = ""
    totp_secret: str = ""
    totp_counter: int = 0
    recovery_codes: tuple[str, ...] = ()
    passkey_handle: str | None = None


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey (Web Authentication Level 3); `credential_id` and `public_key` in base64url."""

    credential_id: str
    account_id: str
    public_key: str
    name: str
    sign_count: int
    usage: str
    device_type: str
    backup_state: bool
    transports: tuple[str, ...] = ()
    extensions: str = ""
    last_used: int = 0


class StoredAccounts:
    """Accounts of an engine. Every method raises `StoreUnavailable` if the database cannot answer."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def find(self, key: str, value: str) -> tuple[Account, Secrets] | None:
        """Account by "id", "email", "session_key" or "passkey_handle", with its secrets; None if there is none."""
        wanted = value.strip().lower() if key == "email" else value
        statement = sa.select(account).where(_KEYS[key] == wanted)
        row = ask(self._engine, lambda connection: connection.execute(statement).first())
        return (_account(row), _secrets(row)) if row else None

    def get(self, account_id: str) -> Account | None:
        """Account by its id."""
        found = self.find("id", account_id)
        return found[0] if found else None

    def all(self) -> tuple[Account, ...]:
        """All accounts, by role and name."""
        statement = sa.select(account).order_by(account.c.role, account.c.name, account.c.id)
        return tuple(_account(row) for row in ask(self._engine, lambda connection: connection.execute(statement).all()))

    def add(self, record: Account, secrets: Secrets) -> None:
        """Open an account. Raises `AccountError` if its address has one already."""
        with writing(self._engine) as connection:
            add_account(connection, record, secrets)

    def change(self, record: Account) -> None:
        """Write an account's name, role, scope, department and standing, in place of what was there."""
        with writing(self._engine) as connection:
            connection.execute(sa.update(account).where(account.c.id == record.id).values(**_row(record)))

    def keep(self, account_id: str, secrets: Secrets) -> None:
        """Write an account's secrets."""
        with writing(self._engine) as connection:
            connection.execute(sa.update(account).where(account.c.id == account_id).values(**_secret_row(secrets)))

    def seen(self, account_id: str, when: int) -> None:
        """Note that the owner signed in: no wrong tries any more."""
        values = {"last_seen": when, "failures": 0, "locked_until": 0}
        with writing(self._engine) as connection:
            connection.execute(sa.update(account).where(account.c.id == account_id).values(**values))

    def failed(self, account_id: str) -> int:
        """Count a wrong try, however many come at once; returns how many in a row it makes."""
        counted = sa.update(account).where(account.c.id == account_id).values(failures=account.c.failures + 1)
        with writing(self._engine) as connection:
            return int(connection.execute(counted.returning(account.c.failures)).scalar_one())

    def lock(self, account_id: str, until: int) -> None:
        """Shut the door of an account until a time."""
        with writing(self._engine) as connection:
            connection.execute(sa.update(account).where(account.c.id == account_id).values(locked_until=until))

    def use_code(self, account_id: str, counter: int) -> bool:
        """Use up a one-time code; False if it, or a later one, was used before (RFC 6238, clause 5.2)."""
        statement = sa.update(account).where(account.c.id == account_id, account.c.totp_counter < counter)
        with writing(self._engine) as connection:
            return connection.execute(statement.values(totp_counter=counter)).rowcount == 1

    def passkeys(self, key: str, value: str) -> tuple[Passkey, ...]:
        """Passkeys by "account_id" or "credential_id", oldest name first."""
        statement = sa.select(passkey).where(passkey.c[key] == value).order_by(passkey.c.name)
        return tuple(_passkey(row) for row in ask(self._engine, lambda connection: connection.execute(statement).all()))

    def keep_passkey(self, record: Passkey) -> None:
        """Write a passkey, in place of the one with its credential id."""
        with writing(self._engine) as connection:
            upsert(connection, passkey, [{**asdict(record), "transports": json.dumps(record.transports)}])

    def drop_passkey(self, credential_id: str) -> None:
        """Take a passkey away."""
        with writing(self._engine) as connection:
            connection.execute(sa.delete(passkey).where(passkey.c.credential_id == credential_id))


def add_account(connection: sa.Connection, record: Account, secrets: Secrets) -> None:
    """Open an account in the caller's transaction. Raises `AccountError` if its address has one already."""
    try:
        connection.execute(sa.insert(account).values(**_row(record), **_secret_row(secrets)))
    except sa.exc.IntegrityError as error:
        raise AccountError("email", f"Expected an address without an account, got {record.email!r}.") from error


class NoAccounts(StoredAccounts):
    """Nobody can sign in: for a service, or a test, without a database."""

    def __init__(self) -> None:
        super().__init__(sa.create_engine("sqlite://"))

    def find(self, key: str, value: str) -> None:  # noqa: ARG002 - the other's signature
        """None for every key."""
        return

    def all(self) -> tuple[Account, ...]:
        """None at all."""
        return ()


def _row(record: Account) -> dict[str, Any]:
    scope = json.dumps(asdict(record.scope), ensure_ascii=False, sort_keys=True)
    return {**asdict(record), "email": record.email.strip().lower(), "role": record.role.value, "scope": scope}


def _secret_row(secrets: Secrets) -> dict[str, Any]:
    return {**asdict(secrets), "recovery_codes": json.dumps(secrets.recovery_codes)}


def _account(row: Any) -> Account:
    scope: Mapping[str, list[str]] = json.loads(row.scope)
    return Account(
        id=row.id,
        email=row.email,
        name=row.name,
        role=Role(row.role),
        scope=Scope(*(tuple(scope[name]) for name in ("areas", "sectors", "enterprises"))),
        department=row.department,
        created=row.created,
        disabled=row.disabled,
        last_seen=row.last_seen,
        failures=row.failures,
        locked_until=row.locked_until,
    )


def _secrets(row: Any) -> Secrets:
    return Secrets(
        session_key=row.session_key,
        password=row.password,
        second_factor=row.second_factor,
        totp_secret=row.totp_secret,
        totp_counter=row.totp_counter,
        recovery_codes=tuple(json.loads(row.recovery_codes)),
        passkey_handle=row.passkey_handle,
    )


def _passkey(row: Any) -> Passkey:
    return Passkey(**{**row._mapping, "transports": tuple(json.loads(row.transports))})
