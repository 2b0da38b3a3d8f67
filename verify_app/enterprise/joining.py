"""Joining: an enterprise asks to be taken up, an officer of its province decides."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Sequence

from ..domain.account import Account, Role, Scope
from ..domain.joining import Applicant
from ..domain.registry import Enterprise
from ..store import joining
from ..store.accounts import Secrets
from ..store.drafts import find_enterprise
from ..store.engine import Engine, ask
from ..store.joining import DecidedError, JoinRequest

__all__ = ["DecidedError", "JoinRequest", "Joining"]

_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # an enterprise's id is read out, and may be public


class Joining:
    """Requests to join one installation."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def enterprise(self, enterprise_id: str) -> Enterprise | None:
        """A registered enterprise, None for an unknown id."""
        return ask(self._engine, lambda connection: find_enterprise(connection, enterprise_id))

    def ask(self, applicant: Applicant, lang: str, now: int, *, confirmed: bool) -> str:
        """Keep a request and return the key to its own page, which is told once. `confirmed` False: it waits until the
        key, sent to the applicant's address, has come back."""
        key = secrets.token_urlsafe(24)
        status = joining.WAITING if confirmed else joining.UNCONFIRMED
        request = JoinRequest(f"{now:012x}{secrets.token_hex(4)}", applicant, status, lang, now)
        joining.add_request(self._engine, request, _digest(key))
        return key

    def by_key(self, key: str, now: int) -> JoinRequest | None:
        """The request of a key, None for none. Whoever has the key has read the letter: that confirms the address."""
        found = joining.find_request(self._engine, "key_digest", _digest(key))
        if found and found.status == joining.UNCONFIRMED:
            joining.confirm_request(self._engine, found.id, now)
            return joining.find_request(self._engine, "id", found.id)
        return found

    def find(self, request_id: str) -> JoinRequest | None:
        """A request by its id, None for none."""
        return joining.find_request(self._engine, "id", request_id)

    def all(self, provinces: Sequence[str]) -> tuple[JoinRequest, ...]:
        """Requests of some provinces, those that wait first."""
        return joining.requests_of(self._engine, provinces)

    def admit(self, request: JoinRequest, by: str, held: Secrets, now: int) -> Account:
        """Take the enterprise up and open its first account. Raises `DecidedError`, `AccountError`."""
        enterprise_id = "dn-" + "".join(secrets.choice(_LETTERS) for _ in range(7))
        asked = request.applicant
        account = Account(
            uuid.uuid4().hex,
            asked.email,
            asked.person,
            Role.ENTERPRISE,
            Scope(enterprises=(enterprise_id,)),
            asked.name,
            created=now,
        )
        joining.admit_request(self._engine, request, enterprise_id, (account, held), by)
        return account

    def refuse(self, request_id: str, by: str, reason: str, now: int) -> None:
        """Refuse a request, with the reason that its applicant reads. Raises `DecidedError`."""
        joining.refuse_request(self._engine, request_id, by, reason.strip()[:2000], now)


def _digest(key: str) -> str:
    return hashlib.sha256(key[:100].encode()).hexdigest()  # 192 random bits need no slow hash
