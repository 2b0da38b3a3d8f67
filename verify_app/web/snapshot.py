"""What the application answers to one kind of scan, taken from the application itself and kept with holes in it.

A snapshot is two requests that nobody sent, answered by the application in full, for the same scan with other words
in it: serial, day of the first check, moment, slip of the first. *Everything else that no `Subject` holds* is also
different in the two: visitor, country, all of the history that the verdict does not tell. So a page that begins to
depend on any of it can no longer be kept, and is rendered anew for each scan, instead of being wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from io import BytesIO
from typing import Any

from ..domain.code import Code
from ..domain.history import History
from ..domain.local_time import local_date
from ..domain.passport import Passport
from ..domain.scan import Visit
from ..i18n import catalogue
from ..verify import Answer
from .metrics import UNSEEN
from .stencil import Stencil, StencilError, stencil_of
from .visit import GIVEN, HELD

_MINUTE = 60_000
_WORTH = 600  # bytes; as in compression.py
_SCALAR = ("REQUEST_METHOD", "SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL", "SCRIPT_NAME", "wsgi.url_scheme",
           "HTTP_HOST", "HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE")  # fmt: skip
_NOT_KEPT = ("Content-Length", "Date")  # told anew for each answer, the date by the server
Headers = list[tuple[str, str]]
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class _Trial:
    """One of the two made-up scans: what is different in it."""

    serial: str
    first: int  # UTC milliseconds
    minute: int  # of the day
    visit: dict[str, Any]
    history: History
    state_at: int
    agent: str
    slip: str


_TRIALS = (
    _Trial("ZQ7WXYQJ0A", 4_087_608_420_000, 71, {"country": "VN"}, History(), 1, "one", "fJWq0ZkVx7YQpLm3Tt9Rb2Hc8N"),
    _Trial(
        "QX9VTRWQKB0Z",
        4_036_280_880_000,
        142,
        {"id": "f" * 32, "visitor": b"\x01" * 16, "country": "DE", "region": "S", "cell": (4, 2)},
        History(7, 5, 3, 1, 2, (1, 1, 1), 1, 1, mine_first=True, repeat=True),
        2_000_000_000_000,
        "two",
        "fD5sXg6uPz1KvEw4Ya7Mo0Ui2B",
    ),
)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: status, headers as the lines of a response's head (without what the server adds), body."""

    status: str
    head: bytes
    body: bytes

    def headers(self) -> Headers:
        """The headers as pairs, in order."""
        lines = self.head.decode("latin-1").split("\r\n")[:-1]
        return [(name, value) for name, _, value in (line.partition(": ") for line in lines)]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One kind of answer: `fixed` headers, `spelt` ones with holes, body; `etag` and the answer to whoever has it."""

    status: str
    fixed: bytes
    spelt: tuple[tuple[bytes, Stencil], ...]
    body: Stencil
    etag: str
    not_modified: Reply | None

    @property
    def whole(self) -> bool:
        """Whether the answer has no holes: it is the same for all scans of its kind."""
        return not (self.body.order or self.spelt)

    def reply(self, encoding: str, words: list[bytes], etag: str = "", *, ready: bool = False) -> Reply | None:
        """The answer with these words to somebody who holds what has `etag`; None if it cannot be had so (`ready`:
        without any compression now)."""
        if etag and self.not_modified and etag == self.etag:
            return self.not_modified
        if self.body.size < _WORTH and len(self.body.plain(words)) < _WORTH:
            encoding = ""
        body = self.body.fill(encoding, words, ready=ready)
        if body is None:
            return None
        told = b"Content-Encoding: %s\r\n" % encoding.encode() if encoding else b""
        own = [b"Content-Length: %d\r\n%s" % (len(body), told)]
        own += [b"%s: %s\r\n" % (name, value.plain(words)) for name, value in self.spelt]
        return Reply(self.status, b"".join((self.fixed, *own)), body)


def words_of(answer: Answer, visit: Visit, lang: str) -> list[bytes]:
    """One scan's own words, in the order of a snapshot's holes."""
    return [word.encode() for word in _words(answer, visit.when, lang)]


def take(app: Application, environ: dict[str, Any], scan: tuple[Answer, Visit], lang: str) -> Snapshot:
    """The snapshot of one scan's kind. Raises `StencilError` if the application's answer cannot be kept."""
    taken, marks = [], []
    for trial in _TRIALS:
        answer, visit = _made_up(trial, *scan)
        taken.append(_ask(app, {**_environ(environ, trial, answer), GIVEN: (answer, visit)}))
        marks.append(dict(enumerate(_words(answer, visit.when, lang))))
    (status, headers, body), other = taken
    if other[0] != status or [name for name, _ in headers] != [name for name, _ in other[1]]:
        raise StencilError("Expected the same status and headers, got others.")
    values = [stencil_of(list(zip(pair, marks, strict=True))) for pair in _pairs(headers, other[1])]
    spelt = tuple((name.encode(), value) for (name, _), value in zip(headers, values, strict=True) if value.order)
    fixed = [header for header, value in zip(headers, values, strict=True) if not value.order]
    made = stencil_of([(body, marks[0]), (other[2], marks[1])])
    etag = dict(fixed).get("ETag", "")
    if made.order and ("ETag" in dict(headers)):
        raise StencilError("Expected no ETag on a page that is never twice the same, got one.")
    not_modified = None
    if etag:
        answer, visit = _made_up(_TRIALS[0], *scan)
        asked = {**_environ(environ, _TRIALS[0], answer), GIVEN: (answer, visit), "HTTP_IF_NONE_MATCH": etag}
        status_304, headers_304, _ = _ask(app, asked)
        not_modified = Reply(status_304, _packed(headers_304), b"")
    return Snapshot(status, _packed(fixed), spelt, made, etag, not_modified)


def refusal(app: Application, environ: dict[str, Any]) -> Snapshot:
    """What the application says to whoever is held off; its only word is the path. Raises `StencilError` if more of it
    is different for different codes."""
    paths = [f"/01/{'0' * 14}/21/{trial.serial}" for trial in _TRIALS]
    told = [
        _ask(app, {**_made_environ(environ, path, trial.agent), HELD: True})
        for path, trial in zip(paths, _TRIALS, strict=True)
    ]
    (status, headers, body), other = told
    if other[:2] != (status, headers):
        raise StencilError("Expected the same status and headers, got others.")
    made = stencil_of([(body, {0: paths[0]}), (other[2], {0: paths[1]})])
    return Snapshot(status, _packed(headers), (), made, "", None)


def _packed(headers: Headers) -> bytes:
    return "".join([f"{name}: {value}\r\n" for name, value in headers]).encode("latin-1")


def _words(answer: Answer, when: int, lang: str) -> tuple[str, str, str, str, str]:
    first = answer.verdict.first_checked
    day, iso = _day(first // _MINUTE, lang) if first else ("", "")
    return answer.code.serial, day, iso, _moment(when // _MINUTE, lang), answer.slip


@lru_cache(maxsize=4096)
def _day(minute: int, lang: str) -> tuple[str, str]:
    return catalogue(lang).date(minute * _MINUTE), local_date(minute * _MINUTE).isoformat()


@lru_cache(maxsize=64)
def _moment(minute: int, lang: str) -> str:
    return catalogue(lang).moment(minute * _MINUTE)


def _made_up(trial: _Trial, answer: Answer, visit: Visit) -> tuple[Answer, Visit]:
    """The scan with a trial's words, and with everything else different that its kind does not say."""
    day = visit.when - (visit.when + 7 * 3_600_000) % 86_400_000  # midnight in Vietnam, UTC+7
    made = replace(visit, when=day + trial.minute * _MINUTE, **trial.visit)
    code = _respelt(answer.code, trial.serial)
    history = answer.history and replace(trial.history, recorded=answer.history.recorded)
    first = trial.first if answer.verdict.first_checked else 0
    passport = answer.passport and _with_item(answer.passport, code, trial)
    verdict = replace(answer.verdict, first_checked=first)
    return Answer(code, passport, history, verdict, trial.slip if answer.slip else ""), made


def _respelt(code: Code, serial: str) -> Code:
    return replace(code, qualifiers=tuple((ai, serial if ai == "21" else value) for ai, value in code.qualifiers))


def _with_item(passport: Passport, code: Code, trial: _Trial) -> Passport:
    item = passport.item and replace(passport.item, serial=trial.serial, state_at=trial.state_at, shipment=trial.agent)
    return replace(passport, code=code, item=item)


def _environ(environ: dict[str, Any], trial: _Trial, answer: Answer) -> dict[str, Any]:
    return _made_environ(environ, answer.code.path, trial.agent)


def _made_environ(environ: dict[str, Any], path: str, agent: str) -> dict[str, Any]:
    made = {name: environ[name] for name in _SCALAR if name in environ}
    made |= {"PATH_INFO": path, "RAW_URI": path, "QUERY_STRING": "", "HTTP_USER_AGENT": agent, UNSEEN: True}
    return made | {"wsgi.input": BytesIO(), "wsgi.errors": environ["wsgi.errors"], "REMOTE_ADDR": "192.0.2.1"}


def _ask(app: Application, environ: dict[str, Any]) -> tuple[str, Headers, str]:
    told: list[Any] = []
    parts = app(environ, lambda status, headers, *_: told.extend((status, headers)))
    try:
        body = b"".join(parts)
    finally:
        getattr(parts, "close", bool)()
    headers = [(name, value) for name, value in told[1] if name not in _NOT_KEPT]
    return told[0], headers, body.decode()


def _pairs(one: Headers, other: Headers) -> list[tuple[str, str]]:
    return [(a, b) for (_, a), (_, b) in zip(one, other, strict=True)]
