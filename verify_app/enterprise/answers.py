"""Answers to requests with an idempotency key, kept for a day, so that a repeated request is not a second act."""

from __future__ import annotations

import hashlib

from ..store.api_keys import ApiKey, KeptAnswer, keep_answer, kept_answer
from ..store.engine import Engine

DAY_MS = 86_400_000

__all__ = ["Answers", "ApiKey", "KeptAnswer", "OtherRequestError"]


class OtherRequestError(ValueError):
    """The idempotency key was used for another request."""


class Answers:
    """Kept answers of one installation."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def before(self, key: ApiKey, name: str, content: bytes, now: int) -> KeptAnswer | None:
        """The answer that was given to the same request before, None for none. Raises `OtherRequestError`."""
        kept = kept_answer(self._engine, key.id, name, now - DAY_MS)
        if kept is not None and kept.request_digest != _digest(content):
            raise OtherRequestError("Expected the request that this Idempotency-Key was used for, got another one.")
        return kept

    def keep(self, named: tuple[ApiKey, str], content: bytes, answer: tuple[int, str, str], now: int) -> None:
        """Keep (status, location, body) as the answer to a request."""
        status, location, body = answer
        kept = KeptAnswer(_digest(content), status, location, body)
        keep_answer(self._engine, (named[0].id, named[1]), kept, now, now - DAY_MS)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
