"""The fast door: a plain WSGI callable before the application, for the scans that are most of all requests.

It calls the same `verify`, so the scan is recorded and judged as ever; what it saves is the way through Flask, the
rendering and the compression: it fills a snapshot of what the application itself answers (`web/snapshot.py`).
Whatever is not the plainest kind of scan, and whatever goes wrong, goes through the application.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from threading import Lock
from typing import Any

from ..domain.code import Code, CodeError
from ..domain.local_time import local_date
from ..domain.parse import parse
from ..domain.passport import ItemPart
from ..domain.scan import Entry, Visit
from ..domain.verdict import Verdict
from ..parts import Parts, StoreUnavailable
from ..resolve import NotAtHand
from ..together import Met, verify_together
from ..verify import Answer
from ..web.manner import Manner, Manners
from ..web.metrics import count_request, count_scans
from ..web.scanning import scan_with
from ..web.snapshot import Reply, Snapshot, take, words_of
from ..web.stencil import StencilError
from ..web.visit import GIVEN, Caller, caller_of
from .head import HEADERS, PLAIN
from .kept_pages import Kept

_ROUTE = "/<path:target>"
_SERVER = (
    "REQUEST_METHOD", "QUERY_STRING", "RAW_URI", "SERVER_PROTOCOL", "SERVER_NAME", "SERVER_PORT", "SERVER_SOFTWARE",
    "REMOTE_ADDR", "REMOTE_PORT", "PATH_INFO", "SCRIPT_NAME", "wsgi.errors", "wsgi.version", "wsgi.multithread",
    "wsgi.multiprocess", "wsgi.run_once", "wsgi.file_wrapper", "wsgi.input_terminated", "wsgi.input",
    "wsgi.url_scheme", "wsgi.early_hints", "gunicorn.socket",
)  # fmt: skip
_KNOWN = frozenset((*_SERVER, *(f"HTTP_{name}" for name in HEADERS)))
_OUR_TAG = re.compile(r'W/"[0-9a-f]{40}"')
_verdict_but_first = attrgetter(*(field.name for field in fields(Verdict) if field.name != "first_checked"))
_item_but_serial = attrgetter(
    *(field.name for field in fields(ItemPart) if field.name not in ("serial", "state_at", "shipment"))
)

StartResponse = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Terms:
    """What the headers of a request say, whatever it asks for: equal for equal headers from one address, until the
    caller's epoch ends."""

    manner: Manner
    caller: Caller
    environ: dict[str, Any]  # of the first such request
    etag: str


class FastDoor:
    """The application that `create_app` made, with the door before it. `limit` is about how many bytes of pages each
    process keeps."""

    def __init__(self, app: Any, *, limit: int = 48 << 20) -> None:
        self._application: Any = app.wsgi_app
        self._parts: Parts = app.extensions["parts"]
        self._manners = Manners(app)
        self._kept = Kept(limit)
        self._taking = Lock()
        self._handed: dict[Any, tuple[Answer, Visit]] = {}
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, here or through the application."""
        began = time.perf_counter()
        now = time.time_ns() // 1_000_000
        handed = self._handed.pop(environ.get("gunicorn.socket"), None) if self._handed else None
        terms = self.terms(environ, now) if PLAIN.fullmatch(environ.get("RAW_URI", "")) else None
        if terms is None:
            return self._pass(environ, start_response, handed)
        if handed is None:
            visit = terms.caller.visit(now)
            try:
                handed = scan_with(self._parts, environ["RAW_URI"], visit), visit
            except (CodeError, StoreUnavailable):  # before it was recorded
                return self._pass(environ, start_response)
        reply = self._reply(terms, *handed)
        if reply is None:
            return self._pass(environ, start_response, handed)
        count_request((_ROUTE, "GET", reply.status[:3]), time.perf_counter() - began, self._parts.cache_counts)
        start_response(reply.status, reply.headers())
        return (reply.body,)

    def terms(self, environ: dict[str, Any], now: int) -> Terms | None:
        """Terms of a request for a plain path; None if there is anything unusual in its headers. `now`: UTC ms."""
        if environ["REQUEST_METHOD"] != "GET" or not environ.keys() <= _KNOWN or environ.get("SCRIPT_NAME"):
            return None
        tag = environ.get("HTTP_IF_NONE_MATCH", "")
        manner = None if tag and _OUR_TAG.fullmatch(tag) is None else self._manners.of(environ)
        if manner is None:
            return None
        return Terms(manner, caller_of(environ, _NO_QUERY, self._parts, Entry.LINK, now), environ, tag)

    def meet(self, terms: Terms, path: str, now: int) -> Met | Code | None:
        """The scan of a plain path: then `answer` it, for it is not recorded yet. A code: its passport is to be
        fetched first. None: it goes the way through `__call__`. Never waits."""
        if not self._parts.history.available:
            return None
        try:
            code = parse(path)
        except CodeError:
            return None
        try:
            return Met(code, self._parts.passports.at_hand(code), terms.caller.visit(now))
        except NotAtHand:
            return code

    def fetch(self, codes: Sequence[Code]) -> None:
        """Fetch the passports of codes, as well as can be; waits for the registry."""
        with contextlib.suppress(StoreUnavailable):  # whoever asks for them is told through `__call__`
            self._parts.passports.fetch(codes)

    def answer(self, scans: Sequence[tuple[Terms, Met, Any]]) -> list[Reply | None]:
        """Record and answer scans that came at the same moment, in one round trip. None: the application answers, in
        the call of the connection that stands third, and what was recorded is told to it."""
        began = time.perf_counter()
        answers = verify_together([met for _, met, _ in scans], self._parts)
        replies: list[Reply | None] = []
        for (terms, met, connection), answer in zip(scans, answers, strict=True):
            reply = self._reply(terms, answer, met.visit, ready=True)
            if reply is None:
                self._handed[connection] = answer, met.visit
            replies.append(reply)
        seconds = time.perf_counter() - began
        count_scans([(answer, met.visit) for (_, met, _), answer in zip(scans, answers, strict=True)], seconds)
        done = Counter((_ROUTE, "GET", reply.status[:3]) for reply in replies if reply)
        for labels, number in done.items():
            count_request(labels, seconds, self._parts.cache_counts, number)
        return replies

    def forget(self, connection: Any) -> None:
        """Forget what was to be told in a connection's next call, for it has ended."""
        self._handed.pop(connection, None)

    def _pass(
        self, environ: dict[str, Any], start_response: StartResponse, scan: tuple[Answer, Visit] | None = None
    ) -> Iterable[bytes]:
        if scan:
            environ[GIVEN] = scan
        answered: Iterable[bytes] = self._application(environ, start_response)
        return answered

    def _reply(self, terms: Terms, answer: Answer, visit: Visit, *, ready: bool = False) -> Reply | None:
        """The reply out of a snapshot. `ready`: only if it takes no rendering and no compression now."""
        snapshot = self._snapshot(terms, answer, visit, ready=ready)
        if snapshot is None:
            return None
        manner = terms.manner
        return snapshot.reply(manner.encoding, words_of(answer, visit, manner.lang), terms.etag, ready=ready)

    def _snapshot(self, terms: Terms, answer: Answer, visit: Visit, *, ready: bool) -> Snapshot | None:
        passport = answer.passport
        if passport is None or passport.model.linked:  # an enterprise's link may send the visitor on
            return None
        code, history, item, manner = answer.code, answer.history, passport.item, terms.manner
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
        if found is None and not ready and self._kept.asked_before(key):
            found = self._take(terms, (answer, visit))
            if found is not None:
                self._kept.put(key, (passport.model, passport.lot), found)
        return found

    def _take(self, terms: Terms, scan: tuple[Answer, Visit]) -> Snapshot | None:
        """A new snapshot, by one thread at a time: while one is taken, the others go through the application."""
        if not self._taking.acquire(blocking=False):
            return None
        try:
            return take(self._application, terms.environ, scan, terms.manner.lang)
        except StencilError:
            return None
        finally:
            self._taking.release()


_NO_QUERY: dict[str, str] = {}
