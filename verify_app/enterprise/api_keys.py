"""Keys with which an enterprise's programs come: made, changed in peace, taken back."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum

from ..store.api_keys import ApiKey, add_key, change_key, key_of_digest, keys_of, note_use
from ..store.engine import Engine

PREFIX = "vk_"  # so that scanners for leaked secrets know one when they see it
GRACE_MS = 7 * 86_400_000  # how long the old secret holds behind a rotation
_MOST_KEYS = 50


class Scope(StrEnum):
    """What a key may do."""

    READ = "read"
    IMPORT = "import"
    CAPTURE = "capture"
    MOVE = "move"


class KeyRefusedError(ValueError):
    """A key cannot be made so; the message says what was expected and what came."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key and its secret, which is told once and never again."""

    key: ApiKey
    secret: str


class ApiKeys:
    """Keys of programs."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def make(self, enterprise_id: str, name: str, scopes: tuple[str, ...], author: str, *, now: int) -> NewKey:
        """Make a key. Raises `KeyRefusedError`."""
        if not name.strip():
            raise KeyRefusedError("Expected a name for the key, got none.")
        unknown = [scope for scope in scopes if scope not in tuple(Scope)]
        if unknown or not scopes:
            raise KeyRefusedError(f"Expected some of {', '.join(Scope)}, got {unknown[0] if unknown else 'none'!r}.")
        if sum(not key.revoked_at for key in self.all(enterprise_id)) >= _MOST_KEYS:
            raise KeyRefusedError(f"Expected at most {_MOST_KEYS} keys in force, got one more.")
        secret = _secret()
        key = ApiKey(
            id=secrets.token_hex(8),
            enterprise_id=enterprise_id,
            name=name.strip()[:80],
            digest=_digest(secret),
            scopes=scopes,
            per_minute=600,
            author=author,
            created_at=now,
        )
        add_key(self._engine, key)
        return NewKey(key, secret)

    def all(self, enterprise_id: str) -> tuple[ApiKey, ...]:
        """Keys of an enterprise, the latest first."""
        return keys_of(self._engine, enterprise_id)

    def find(self, secret: str, now: int) -> ApiKey | None:
        """The key in force of a secret, None for none; notes its use to the minute."""
        if not secret.startswith(PREFIX) or len(secret) > 100:
            return None
        key = key_of_digest(self._engine, _digest(secret), now)
        if key is not None:
            note_use(self._engine, key, now)
        return key

    def rotate(self, enterprise_id: str, key_id: str, now: int) -> str:
        """A new secret for a key; the old one holds for seven more days. Raises `KeyRefusedError`."""
        secret = _secret()
        old = next((key.digest for key in self.all(enterprise_id) if key.id == key_id), "")
        values = {"digest": _digest(secret), "old_digest": old, "old_until": now + GRACE_MS}
        if not change_key(self._engine, enterprise_id, key_id, **values):
            raise KeyRefusedError("Expected a key in force, got another one.")
        return secret

    def revoke(self, enterprise_id: str, key_id: str, now: int) -> None:
        """Take a key back, with its old secret, at once. Raises `KeyRefusedError`."""
        if not change_key(self._engine, enterprise_id, key_id, revoked_at=now):
            raise KeyRefusedError("Expected a key in force, got another one.")


def _secret() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def _digest(secret: str) -> str:
    # 256 random bits need no slow hash: nobody can try them all
    return hashlib.sha256(secret.encode()).hexdigest()
