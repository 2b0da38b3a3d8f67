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
from functools import lru_cache
from operator import attrgetter
from threading import Lock
from typing import Any

from ..at_hand import NotAtHand
from ..domain.code import Code, CodeError
from ..domain.local_time import local_date
from ..domain.parse import parse
from ..domain.passport import ItemPart
from ..domain.scan import Entry, HeldOff, Visit
from ..domain.verdict import Detail, Verdict
from ..parts import Parts, StoreUnavailable
from ..together import Met, verify_together
from ..verify import Answer
from ..web.manner import Manner, Manners
from ..web.metrics import count_request, count_scans
from ..web.scanning import scan_with
from ..web.snapshot import Reply, Snapshot, refusal, take, words_of
from ..web.stencil import StencilError
from ..web.visit import GIVEN, Caller, caller_of
from .head import HEADERS, PLAIN
from .kept_pages import Kept, Whole

_ROUTE = "/<path:target>"
_MOST_MANNERS = 64  # ways of being refused; all others are refused by the application
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


@dataclass(frozen=True, slots=True)
class Unready:
    """A scan that is recorded and judged, and not yet rendered. `kind` None: no page of its kind is ever kept."""

    kind: tuple[Any, ...] | None
    terms: Terms
    answer: Answer
    visit: Visit
    place: tuple[Any, ...] | None = None  # of its reply, should that be the same to all


class FastDoor:
    """The application that `create_app` made, with the door before it. `limit` is about how many bytes of pages each
    process keeps."""

    unready, reply = Unready, Reply  # for the lane, which is imported before the application is

    def __init__(self, app: Any, *, limit: int = 48 << 20) -> None:
        self._application: Any = app.wsgi_app
        self._parts: Parts = app.extensions["parts"]
        self._manners = Manners(app)
        self._kept = Kept(limit)
        self._refusals: dict[Manner, Snapshot] = {}
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
        was_handed = handed is not None
        if handed is None:
            visit = terms.caller.visit(now)
            try:
                handed = scan_with(self._parts, environ["RAW_URI"], visit), visit
            except (CodeError, HeldOff, StoreUnavailable):  # before it was recorded
                return self._pass(environ, start_response)
        reply: Reply | Unready | None = self._ready(terms, *handed)
        if isinstance(reply, Unready):
            scan, reply = reply, None
            if not was_handed and self._taking.acquire(blocking=False):  # one at a time; the others have it rendered
                try:
                    reply = self._reply(scan, ready=False)
                finally:
                    self._taking.release()
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

    def meet(self, terms: Terms, path: str, now: int) -> Met | Code | Reply | None:
        """The scan of a plain path: then `answer` it, for it is not recorded yet. A code: its passport is to be
        fetched first. A reply: it is held off. None: it goes the way through `__call__`. Never waits."""
        if not self._parts.history.available:
            return None
        try:
            code = _parsed(path)
        except CodeError:
            return None
        try:
            passport, visit = self._parts.passports.at_hand(code), terms.caller.visit(now)
            self._parts.watch.admit(passport, visit)
        except NotAtHand:
            return code
        except HeldOff:
            return self._refusal(terms, path)
        return Met(code, passport, visit)

    def fetch(self, codes: Sequence[Code]) -> None:
        """Fetch the passports of codes, as well as can be; waits for the registry."""
        with contextlib.suppress(StoreUnavailable):  # whoever asks for them is told through `__call__`
            self._parts.passports.fetch(codes)

    def answer(self, scans: Sequence[tuple[Terms, Met]]) -> list[Reply | Unready]:
        """Record and answer scans that came at the same moment, in one round trip. What has to be rendered first is
        `Unready`."""
        began = time.perf_counter()
        answers = verify_together([met for _, met in scans], self._parts)
        replies = [self._ready(terms, answer, met.visit) for (terms, met), answer in zip(scans, answers, strict=True)]
        seconds = time.perf_counter() - began
        count_scans([(answer, met.visit) for (_, met), answer in zip(scans, answers, strict=True)], seconds)
        self._count([reply for reply in replies if isinstance(reply, Reply)], seconds)
        return replies

    def render(self, alike: Sequence[Unready]) -> None:
        """Take the snapshot that scans of one kind and encoding wait for, if it is worth it; waits for it."""
        with self._taking:
            if len(alike) > 1:
                self._kept.asked_before(alike[0].kind)
            self._reply(alike[0], ready=False)

    def rendered(self, waiting: Unready) -> Reply | None:
        """The reply to a scan that waited for `render`. None: it is `handed` to the application."""
        reply = self._reply(waiting, ready=True)
        if reply:
            self._count([reply], time.time() - waiting.visit.when / 1000)
        return reply

    def hand(self, connection: Any, waiting: Unready) -> None:
        """Tell the next call of a connection that its scan is recorded, and what came of it."""
        self._handed[connection] = waiting.answer, waiting.visit

    def forget(self, connection: Any) -> None:
        """Forget what was handed to a connection, for its call is over."""
        if self._handed:
            self._handed.pop(connection, None)

    def _count(self, replies: Sequence[Reply], seconds: float) -> None:
        for status, number in Counter(reply.status[:3] for reply in replies).items():
            count_request((_ROUTE, "GET", status), seconds, self._parts.cache_counts, number)

    def _pass(
        self, environ: dict[str, Any], start_response: StartResponse, scan: tuple[Answer, Visit] | None = None
    ) -> Iterable[bytes]:
        if scan:
            environ[GIVEN] = scan
        answered: Iterable[bytes] = self._application(environ, start_response)
        return answered

    def _refusal(self, terms: Terms, path: str) -> Reply | None:
        """What somebody who tries codes out is told, once it was rendered for the first of them who asks so."""
        found = self._refusals.get(terms.manner)
        if found is None and len(self._refusals) < _MOST_MANNERS:
            with contextlib.suppress(StencilError):
                found = self._refusals[terms.manner] = refusal(self._application, terms.environ)
        reply = found.reply(terms.manner.encoding, [path.encode()]) if found else None
        if reply:
            self._count([reply], 0.0)
        return reply

    def _ready(self, terms: Terms, answer: Answer, visit: Visit) -> Reply | Unready:
        """The reply to a recorded scan, if it takes no rendering and no compression."""
        place = None
        if answer.passport is not None and not answer.code.serial:  # of a product or lot, perhaps the same to all
            history = answer.history
            place = answer.code.path, terms.manner, visit.kind, history and history.recorded
            whole = self._kept.whole(place, answer.passport, answer.verdict, terms.etag)
            if whole is not None:
                return whole
        scan = Unready(self._kind(terms, answer, visit), terms, answer, visit, place)
        return self._reply(scan, ready=True) or scan

    def _reply(self, scan: Unready, *, ready: bool) -> Reply | None:
        """The reply out of a snapshot. `ready`: only if it takes no rendering and no compression now."""
        passport, kind, manner = scan.answer.passport, scan.kind, scan.terms.manner
        if passport is None or kind is None:
            return None
        found = self._kept.get(kind, passport.model, passport.lot)
        first = scan.answer.verdict.detail is Detail.FIRST  # a page that each item of a product shows once
        if found is None and not ready and (first or self._kept.asked_before(kind)):
            with contextlib.suppress(StencilError):
                found = take(self._application, scan.terms.environ, (scan.answer, scan.visit), manner.lang)
                self._kept.put(kind, (passport.model, passport.lot), found)
        if found is None:
            return None
        words = words_of(scan.answer, scan.visit, manner.lang)
        if scan.place and found.whole and (reply := found.reply(manner.encoding, words, ready=ready)):
            whole = Whole(passport, scan.answer.verdict, reply, found.etag, found.not_modified)
            self._kept.put_whole(scan.place, whole)
        return found.reply(manner.encoding, words, scan.terms.etag, ready=ready)

    def _kind(self, terms: Terms, answer: Answer, visit: Visit) -> tuple[Any, ...] | None:
        """What answers of one snapshot have in common; None for those that are never kept."""
        passport = answer.passport
        if passport is None or passport.model.linked:  # an enterprise's link may send the visitor on
            return None
        code, history, item, manner = answer.code, answer.history, passport.item, terms.manner
        return (
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
            bool(answer.slip),
        )


_NO_QUERY: dict[str, str] = {}
_parsed = lru_cache(maxsize=8_192)(parse)  # plain paths alone: the same object again, so that its lease is found
