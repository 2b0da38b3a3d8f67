"""Requests of enterprises' programs: who they are, what they may do, how often, and each only once."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from flask import Response, g, request
from werkzeug.exceptions import Forbidden, TooManyRequests, Unauthorized

from ...enterprise.answers import ApiKey, OtherRequestError
from ...enterprise.api_keys import Scope
from ..http_cache import no_store
from ..target import the_parts

_View = TypeVar("_View", bound=Callable[..., Response])
_LONGEST = 128


def needs(scope: Scope, most_bytes: int = 0) -> Callable[[_View], _View]:
    """Let a view be asked only with a key of a scope, within the key's rate, with a body of at most `most_bytes`."""

    def guard(view: _View) -> _View:
        @wraps(view)
        def guarded(*args: object, **kwargs: object) -> Response:
            g.api_key = _key(scope)
            if most_bytes:
                request.max_content_length = most_bytes
            return no_store(view(*args, **kwargs))

        return guarded  # type: ignore[return-value]

    return guard


def once(view: _View) -> _View:
    """Answer a repeated request with the same Idempotency-Key as the first one; 422 if it is another request."""

    @wraps(view)
    def repeatable(*args: object, **kwargs: object) -> Response:
        name = request.headers.get("Idempotency-Key", "").strip()
        if not name:
            return view(*args, **kwargs)
        if len(name) > _LONGEST or not name.isprintable():
            raise OtherRequestError(f"Expected an Idempotency-Key of at most {_LONGEST} characters, got {len(name)}.")
        answers, key = the_parts().desk.answers, the_key()
        content = request.full_path.encode() + b"\0" + request.get_data()
        kept = answers.before(key, name, content, now())
        if kept is not None:
            response = Response(kept.body, kept.status, mimetype="application/json")
            if kept.location:
                response.headers["Location"] = kept.location
            response.headers["Idempotent-Replayed"] = "true"
            return response
        response = view(*args, **kwargs)
        if response.status_code < 300:
            told = (response.status_code, response.headers.get("Location", ""), response.get_data(as_text=True))
            answers.keep((key, name), content, told, now())
        return response

    return repeatable  # type: ignore[return-value]


def the_key() -> ApiKey:
    """The key of this request."""
    key: ApiKey = g.api_key
    return key


def now() -> int:
    """Now, in UTC milliseconds."""
    return time.time_ns() // 1_000_000


def _key(scope: Scope) -> ApiKey:
    parts = the_parts()
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    key = parts.desk.keys.find(secret.strip(), now()) if kind.lower() == "bearer" else None
    if key is None:
        raise Unauthorized("Expected an API key in force as `Authorization: Bearer vk_…`, got none.")
    if scope not in key.scopes:
        raise Forbidden(f"Expected a key with the scope {scope.value}, got one with {', '.join(key.scopes)}.")
    wait = parts.rates.seconds_to_wait(f"key:{key.id}", key.per_minute)
    if wait:
        error = TooManyRequests(f"Expected at most {key.per_minute} requests a minute, got more.")
        error.retry_after = wait
        raise error
    return key
