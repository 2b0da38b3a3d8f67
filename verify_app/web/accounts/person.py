"""The signed-in person, as Flask-Security wants to see accounts, on our own store of them."""

from __future__ import annotations

import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask import current_app
from flask_security import RoleMixin, UserDatastore, UserMixin, WebAuthnMixin

from ...domain.account import Account, Standing, lock_after, standing
from ...parts import Passkey, Secrets, StoredAccounts
from ..target import the_parts

_KEYS = {"fs_uniquifier": "session_key", "fs_webauthn_user_handle": "passkey_handle"}


def now_ms() -> int:
    """The present instant in UTC milliseconds."""
    return int(time.time() * 1000)


class RoleName(RoleMixin):
    """A role by its name; what it may do stands in `domain/permissions.py` and nowhere else."""

    permissions: list[str] | None = None

    def __init__(self, name: str) -> None:
        self.name = name


class Person(UserMixin):
    """An account and its secrets under the names that Flask-Security gives them."""

    fs_uniquifier: str = ""
    fs_webauthn_user_handle: str | None = None  # type: ignore[assignment]
    tf_totp_secret: str | None = None
    tf_primary_method: str | None = None
    mf_recovery_codes: list[str] | None = None

    def __init__(self, account: Account, held: Secrets) -> None:
        self.account = account
        self.id, self.email = account.id, account.email  # type: ignore[assignment]
        self.roles: list[RoleMixin] = [RoleName(account.role.value)]
        self.password = held.password
        self.fs_uniquifier = held.session_key
        self.tf_primary_method = held.second_factor or None
        self.tf_totp_secret = held.totp_secret or None
        self.totp_counter = held.totp_counter
        self.mf_recovery_codes = list(held.recovery_codes)
        self.fs_webauthn_user_handle = held.passkey_handle

    @property
    def active(self) -> bool:  # type: ignore[override]
        """Whether the account may be used: neither closed nor idle for too long."""
        return standing(self.account, now_ms()) in (Standing.ACTIVE, Standing.LOCKED)

    @property
    def webauthn(self) -> list[PersonKey]:  # type: ignore[override]
        """The person's passkeys."""
        return [PersonKey(found) for found in the_parts().accounts.passkeys("account_id", self.account.id)]

    @property
    def held(self) -> Secrets:
        """The secrets as the store keeps them."""
        return Secrets(
            session_key=self.fs_uniquifier,
            password=self.password or "",
            second_factor=self.tf_primary_method or "",
            totp_secret=self.tf_totp_secret or "",
            totp_counter=self.totp_counter,
            recovery_codes=tuple(self.mf_recovery_codes or ()),
            passkey_handle=self.fs_webauthn_user_handle,
        )

    def is_locked(self, form_error: list[str] | None = None) -> bool:
        """Whether the door is shut after wrong tries; says no more than a wrong password does."""
        locked = standing(self.account, now_ms()) is Standing.LOCKED
        if locked and form_error is not None:
            form_error.append(current_app.config["SECURITY_MSG_GENERIC_AUTHN_FAILED"][0])
        return locked

    def track_failed_authn(self, auth_type: str, tfa: bool = False) -> None:  # noqa: ARG002 - the library's signature
        """Count a wrong password, code or passkey, and shut the door for a while after too many."""
        accounts = the_parts().accounts
        if until := lock_after(accounts.failed(self.account.id), now_ms()):
            accounts.lock(self.account.id, until)


class PersonKey(WebAuthnMixin):
    """A passkey under the names that Flask-Security gives it."""

    def __init__(self, key: Passkey) -> None:
        self.user_id = key.account_id
        self.credential_id = _bytes(key.credential_id)
        self.public_key = _bytes(key.public_key)
        self.name, self.sign_count, self.usage = key.name, key.sign_count, key.usage
        self.device_type, self.backup_state = key.device_type, key.backup_state
        self.transports, self.extensions = list(key.transports), key.extensions
        self.lastuse_datetime = datetime.fromtimestamp(key.last_used / 1000, UTC).replace(tzinfo=None)

    @property
    def stored(self) -> Passkey:
        """The passkey as the store keeps it."""
        return Passkey(
            credential_id=_text(self.credential_id),
            account_id=self.user_id,
            public_key=_text(self.public_key),
            name=self.name,
            sign_count=self.sign_count,
            usage=self.usage,
            device_type=self.device_type,
            backup_state=bool(self.backup_state),
            transports=tuple(self.transports or ()),
            extensions=self.extensions or "",
            last_used=int(self.lastuse_datetime.replace(tzinfo=UTC).timestamp() * 1000),
        )


class People(UserDatastore):
    """Flask-Security's way to our accounts. What it changes is written at once, each in its own transaction."""

    def __init__(self, accounts: StoredAccounts) -> None:
        super().__init__(Person, RoleName, PersonKey)
        self._accounts = accounts

    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> Person | None:  # noqa: ARG002
        """Person by one key; addresses are compared in small letters. None if there is none."""
        ((key, value),) = kwargs.items()
        found = self._accounts.find(_KEYS.get(key, key), str(value))
        return Person(*found) if found else None

    def find_role(self, role: str) -> RoleName:
        """The role of a name."""
        return RoleName(role)

    def find_webauthn(self, credential_id: bytes) -> PersonKey | None:
        """Passkey of a credential id; None if nobody registered it."""
        found = self._accounts.passkeys("credential_id", _text(credential_id))
        return PersonKey(found[0]) if found else None

    def create_webauthn(self, user: Any, credential_id: bytes, public_key: bytes, name: str, **kwargs: Any) -> None:  # type: ignore[override]
        """Keep a new passkey of a person."""
        key = Passkey(
            _text(credential_id),
            user.id,
            _text(public_key),
            name,
            sign_count=kwargs["sign_count"],
            usage=kwargs["usage"],
            device_type=kwargs["device_type"],
            backup_state=bool(kwargs["backup_state"]),
            transports=tuple(kwargs.get("transports") or ()),
            extensions=kwargs.get("extensions") or "",
            last_used=now_ms(),
        )
        self._accounts.keep_passkey(key)

    def put(self, model: Any) -> Any:
        """Write what Flask-Security changed in a person or a passkey."""
        if isinstance(model, PersonKey):
            self._accounts.keep_passkey(model.stored)
        else:
            self._accounts.keep(model.id, model.held)
        return model

    def delete(self, model: Any) -> None:
        """Take a passkey away; accounts are never deleted."""
        self._accounts.drop_passkey(_text(model.credential_id))

    def commit(self) -> None:
        """Nothing waits: `put` has written it."""


def new_secrets(password_hash: str = "") -> Secrets:
    """Secrets of an account that is opened now."""
    return Secrets(session_key=secrets.token_hex(32), password=password_hash)


def renewed(held: Secrets, **changes: Any) -> Secrets:
    """Changed secrets with a new session key: everybody who used the old ones is signed out."""
    return replace(held, session_key=secrets.token_hex(32), **changes)


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
