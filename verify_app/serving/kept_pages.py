"""The snapshots that the fast door holds, bounded by bytes."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import Any

from ..domain.passport import LotPart, ModelPart, Passport
from ..domain.verdict import Verdict
from ..web.snapshot import Reply, Snapshot

_MOST_WHOLE = 1_000  # replies of about 10 KB


@dataclass(frozen=True, slots=True)
class Whole:
    """A reply that holds for everybody who asks in one manner, as long as passport and verdict are these very objects;
    `not_modified` is for whoever has what bears `etag`."""

    passport: Passport
    verdict: Verdict
    reply: Reply
    etag: str
    not_modified: Reply | None


class Kept:
    """Snapshots by the kind of scan, each with the very parts of the passport that it was taken of. A part that was
    loaded anew is another object, so a page never outlives what the cache holds."""

    def __init__(self, limit: int) -> None:
        self._limit, self._size = limit, 0
        self._kept: dict[Any, tuple[ModelPart, LotPart | None, Snapshot]] = {}
        self._whole: dict[Any, Whole] = {}
        self._asked: set[Any] = set()
        self._lock = Lock()

    def whole(self, place: Any, passport: Passport, verdict: Verdict, etag: str) -> Reply | None:
        """The reply of a place, if it was made of these, to somebody who holds what bears `etag`."""
        found = self._whole.get(place)
        if found is None or found.passport is not passport or found.verdict is not verdict:
            return None
        return found.not_modified if etag and etag == found.etag else found.reply

    def put_whole(self, place: Any, whole: Whole) -> None:
        """Keep a reply; the oldest leaves for it."""
        with self._lock:
            self._whole.pop(place, None)
            if len(self._whole) >= _MOST_WHOLE:
                del self._whole[next(iter(self._whole))]
            self._whole[place] = whole

    def get(self, key: Any, model: ModelPart, lot: LotPart | None) -> Snapshot | None:
        """The snapshot of a kind, if it was taken of these parts."""
        found = self._kept.get(key)
        return found[2] if found is not None and found[0] is model and found[1] is lot else None

    def asked_before(self, key: Any) -> bool:
        """Whether this kind was asked for before: what is asked for once is not worth a snapshot."""
        with self._lock:
            if key in self._asked:
                return True
            if len(self._asked) > 20_000:
                self._asked.clear()
            self._asked.add(key)
            return False

    def put(self, key: Any, of: tuple[ModelPart, LotPart | None], snapshot: Snapshot) -> None:
        """Keep a snapshot; the oldest leave until it fits."""
        with self._lock:
            self._size += _size(snapshot) - self._forget(key)
            self._kept[key] = (*of, snapshot)
            while self._size > self._limit and len(self._kept) > 1:
                self._size -= self._forget(next(iter(self._kept)))

    def _forget(self, key: Any) -> int:
        old = self._kept.pop(key, None)
        return _size(old[2]) if old else 0


def _size(snapshot: Snapshot) -> int:
    return 2 * sum(map(len, snapshot.body.pieces))  # about: the page itself, and two or three compressed forms
