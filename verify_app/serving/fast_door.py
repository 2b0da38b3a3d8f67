"""The fast door: a plain WSGI callable before the application, for the scans that are most of all requests.

It calls the same `verify`, so the scan is recorded and judged as ever; what it saves is the way through Flask, the
rendering and the compression: it fills a snapshot of what the application itself answers (`web/snapshot.py`).
Whatever is not the plainest kind of scan, and whatever goes wrong, goes through the application.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import fields
from operator import attrgetter
from threading import Lock
from typing import Any

from ..domain.code import CodeError
from ..domain.local_time import local_date
from ..domain.passport import ItemPart, LotPart, ModelPart
from ..domain.scan import Visit
from ..domain.verdict import Verdict
from ..parts import Parts, StoreUnavailable
from ..verify import Answer
from ..web.manner import Manner, Manners
from ..web.metrics import count_request
from ..web.scanning import scan_with
from ..web.snapshot import Snapshot, take, words_of
from ..web.stencil import StencilError
from ..web.visit import GIVEN, visit_from

_ROUTE = "/<path:target>"
# of the characters that a GS1 element may hold, those that are written the same in a path, in HTML and in JSON
_PLAIN = re.compile(
    r"/01/[0-9]{14}(?:/10/[A-Za-z0-9_-][A-Za-z0-9._-]{0,19})?(?:/21/[A-Za-z0-9_-][A-Za-z0-9._-]{0,19})?"
)
# Every name that a WSGI environment may hold for the door to answer: a header that is not here may mean anything.
_HEADERS = (
    "ACCEPT", "ACCEPT_ENCODING", "ACCEPT_LANGUAGE", "CACHE_CONTROL", "CONNECTION", "DNT", "HOST", "IF_NONE_MATCH",
    "KEEP_ALIVE", "PRAGMA", "PRIORITY", "REFERER", "SEC_CH_UA", "SEC_CH_UA_MOBILE", "SEC_CH_UA_PLATFORM",
    "SEC_FETCH_DEST", "SEC_FETCH_MODE", "SEC_FETCH_SITE", "SEC_FETCH_USER", "SEC_GPC", "UPGRADE_INSECURE_REQUESTS",
    "USER_AGENT", "X_FORWARDED_FOR", "X_FORWARDED_PROTO", "X_REAL_IP",
)  # fmt: skip
_SERVER = (
    "REQUEST_METHOD", "QUERY_STRING", "RAW_URI", "SERVER_PROTOCOL", "SERVER_NAME", "SERVER_PORT", "SERVER_SOFTWARE",
    "REMOTE_ADDR", "REMOTE_PORT", "PATH_INFO", "SCRIPT_NAME", "wsgi.errors", "wsgi.version", "wsgi.multithread",
    "wsgi.multiprocess", "wsgi.run_once", "wsgi.file_wrapper", "wsgi.input_terminated", "wsgi.input",
    "wsgi.url_scheme", "wsgi.early_hints", "gunicorn.socket",
)  # fmt: skip
_KNOWN = frozenset((*_SERVER, *(f"HTTP_{name}" for name in _HEADERS)))
_OUR_TAG = re.compile(r'W/"[0-9a-f]{40}"')
_verdict_but_first = attrgetter(*(field.name for field in fields(Verdict) if field.name != "first_checked"))
_item_but_serial = attrgetter(*(field.name for field in fields(ItemPart) if field.name not in ("serial", "state_at")))

StartResponse = Callable[..., Any]


class Kept:
    """Snapshots by the kind of scan, each with the very parts of the passport that it was taken of. A part that was
    loaded anew is another object, so a page never outlives what the cache holds."""

    def __init__(self, limit: int) -> None:
        self._limit, self._size = limit, 0
        self._kept: dict[Any, tuple[ModelPart, LotPart | None, Snapshot]] = {}
        self._asked: set[Any] = set()
        self._lock = Lock()

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


class FastDoor:
    """The application that `create_app` made, with the door before it. `limit` is about how many bytes of pages each
    process keeps."""

    def __init__(self, app: Any, *, limit: int = 48 << 20) -> None:
        self._application: Any = app.wsgi_app
        self._parts: Parts = app.extensions["parts"]
        self._manners = Manners(app)
        self._kept = Kept(limit)
        self._taking = Lock()
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, here or through the application."""
        began = time.perf_counter()
        manner = self._manners.of(environ) if _is_plain(environ) else None
        if manner is None:
            return self._pass(environ, start_response)
        visit = visit_from(environ, _NO_QUERY, self._parts)
        try:
            answer = scan_with(self._parts, environ["RAW_URI"], visit)
        except (CodeError, StoreUnavailable):  # before it was recorded
            return self._pass(environ, start_response)
        snapshot = self._snapshot(environ, manner, answer, visit)
        filled = None if snapshot is None else snapshot.fill(manner.encoding, words_of(answer, visit, manner.lang))
        if snapshot is None or filled is None:
            environ[GIVEN] = (answer, visit)
            return self._pass(environ, start_response)
        status, (headers, body) = snapshot.status, filled
        if snapshot.not_modified and snapshot.etag == environ.get("HTTP_IF_NONE_MATCH"):
            (status, headers), body = snapshot.not_modified, b""
        count_request((_ROUTE, "GET", status[:3]), time.perf_counter() - began, self._parts.cache_counts)
        start_response(status, headers)
        return (body,)

    def _pass(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        answered: Iterable[bytes] = self._application(environ, start_response)
        return answered

    def _snapshot(self, environ: dict[str, Any], manner: Manner, answer: Answer, visit: Visit) -> Snapshot | None:
        passport = answer.passport
        if passport is None or passport.model.linked:  # an enterprise's link may send the visitor on
            return None
        code, history, item = answer.code, answer.history, passport.item
        key = (
            code.value,
            code.lot,
            bool(code.serial),
            manner.json,
            manner.lang,
            manner.base,
            local_date(visit.when),
            visit.kind,
            history and history.recorded,
            item and _item_but_serial(item),
            _verdict_but_first(answer.verdict),
            answer.verdict.first_checked > 0,
        )
        found = self._kept.get(key, passport.model, passport.lot)
        if found is None and self._kept.asked_before(key):
            found = self._take(environ, manner, (answer, visit))
            if found is not None:
                self._kept.put(key, (passport.model, passport.lot), found)
        return found

    def _take(self, environ: dict[str, Any], manner: Manner, scan: tuple[Answer, Visit]) -> Snapshot | None:
        """A new snapshot, by one thread at a time: while one is taken, the others go through the application."""
        if not self._taking.acquire(blocking=False):
            return None
        try:
            return take(self._application, environ, scan, manner.lang)
        except StencilError:
            return None
        finally:
            self._taking.release()


def _is_plain(environ: dict[str, Any]) -> bool:
    """Whether a request is one that the door may answer: GET for a GTIN, its lot or item, with no query and nothing
    unusual in its headers."""
    if environ["REQUEST_METHOD"] != "GET" or _PLAIN.fullmatch(environ.get("RAW_URI", "")) is None:
        return False
    if not environ.keys() <= _KNOWN or environ.get("SCRIPT_NAME"):
        return False
    tag = environ.get("HTTP_IF_NONE_MATCH", "")
    return not tag or _OUR_TAG.fullmatch(tag) is not None


def _size(snapshot: Snapshot) -> int:
    return 2 * sum(map(len, snapshot.body.pieces))  # about: the page itself, and two or three compressed forms


_NO_QUERY: dict[str, str] = {}
