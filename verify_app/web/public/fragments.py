"""Rendered parts of pages that are the same for a thousand items, kept in the memory of the process."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

from markupsafe import Markup

from ...domain.code import Granularity
from ...domain.passport import LotPart, ModelPart, Passport

LIMIT_BYTES = 16 * 1024 * 1024  # about 1,500 products in two languages


class Fragments:
    """HTML by key, least recently used out first, never more than `limit` bytes. Safe for threads; two threads that
    miss at once both render, which costs time and never a wrong answer."""

    def __init__(self, limit: int = LIMIT_BYTES) -> None:
        self._limit = limit
        self._size = 0
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = Lock()

    def get_or_render(self, key: Hashable, render: Callable[[], str]) -> Markup:
        """The kept HTML of a key, else what `render` gives."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
        if kept is None:
            kept = render().encode()
            self._keep(key, kept)
        return Markup(kept.decode())  # noqa: S704 - rendered by our own autoescaping templates

    @property
    def size(self) -> int:
        """Bytes of HTML kept now."""
        return self._size

    def _keep(self, key: Hashable, html: bytes) -> None:
        with self._lock:
            self._size += len(html) - len(self._kept.pop(key, b""))
            self._kept[key] = html
            while self._size > self._limit:
                _, old = self._kept.popitem(last=False)
                self._size -= len(old)


def key_of(passport: Passport, lang: str, today: str) -> Hashable:
    """All that the product part depends on: versions and acts, not the item. The day is there because certificates
    and labels run out at midnight."""
    return (lang, today, passport.code.granularity is Granularity.MODEL, _part(passport.model), _part(passport.lot))


def _part(part: ModelPart | LotPart | None) -> Hashable:
    if part is None:
        return None
    name = part.gtin if isinstance(part, ModelPart) else part.lot
    act = part.recall.id if part.recall else ""
    return (name, part.version, part.published_at, part.review, part.display, act)
