"""Where the microseconds of one scan go: each step by itself, in one process, the least of several series.

`python -m benchmarks.steps`. What gunicorn and the kernel do around it is in the *wsgi* row of `make bench`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from timeit import repeat
from typing import Any

from benchmarks.goods import Goods
from benchmarks.run import HTML, JSON
from benchmarks.site import Site
from verify_app.app import create_app
from verify_app.domain.code import Code
from verify_app.domain.judge import judge
from verify_app.domain.parse import parse
from verify_app.serving.fast_door import FastDoor, Terms
from verify_app.serving.head import environ_of, read_headers, split_head
from verify_app.store.event import encode, row_of
from verify_app.store.history import Mode, Script
from verify_app.together import Met
from verify_app.verify import judged, observed

_TOGETHER = 16  # scans of one round trip: 32 connections, two workers
_SERIES, _CALLS = 9, 400
_CONSTANT = {"REMOTE_ADDR": "127.0.0.1", "REMOTE_PORT": "1", "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80",
             "wsgi.errors": sys.stderr, "wsgi.url_scheme": "http", "REQUEST_METHOD": "GET", "QUERY_STRING": "",
             "SCRIPT_NAME": "", "SERVER_PROTOCOL": "HTTP/1.1"}  # fmt: skip


def _request(path: str, headers: dict[str, str], phone: int) -> bytes:
    told = {"Host": "verify.example", **headers, "User-Agent": f"Phone {phone} Mobile", "Accept-Language": "vi"}
    return (f"GET {path} HTTP/1.1\r\n" + "".join(f"{n}: {v}\r\n" for n, v in told.items()) + "\r\n").encode()


def _terms(door: FastDoor, request: bytes, now: int) -> tuple[Terms, str]:
    path, lines = split_head(request) or ("", b"")
    environ = environ_of(read_headers(lines) or {}, _CONSTANT, trusted=True)
    terms = door.terms({**environ, "RAW_URI": path, "PATH_INFO": path}, now)
    if terms is None:
        raise RuntimeError(f"Expected a plain request, got {request!r}.")
    return terms, path


def _least(step: Callable[[], Any], calls: int = _CALLS) -> float:
    """Microseconds of one call."""
    return 1e6 * min(repeat(step, number=calls, repeat=_SERIES)) / calls


def _answer(door: FastDoor, paths: list[str], headers: dict[str, str], phone: int) -> None:
    """Answer scans as the lane does, with all that has to be fetched and rendered first."""
    now = time.time_ns() // 1_000_000
    asked = [_terms(door, _request(path, headers, phone), now) for path in paths]
    door.fetch([met for met in (door.meet(*one, now) for one in asked) if isinstance(met, Code)])
    scans = [(one[0], met) for one in asked if isinstance(met := door.meet(*one, now), Met)]
    for reply in door.answer(scans):
        if isinstance(reply, door.unready):
            door.render([reply])


def steps(door: FastDoor, script: Script, paths: list[str], headers: dict[str, str]) -> dict[str, float]:
    """Microseconds of each step of a warm scan of one of these paths; the last is all of a scan among sixteen."""
    parts, now = door.app.extensions["parts"], time.time_ns() // 1_000_000
    for phone in range(4):
        _answer(door, paths, headers, phone)
    request = _request(paths[0], headers, 9)
    terms, path = _terms(door, request, now)
    met = door.meet(terms, path, now)
    if not isinstance(met, Met):
        raise RuntimeError(f"Expected a scan that is met, got {met!r}.")
    code = observed(met.code, met.passport)
    visit = parts.watch.seen(code, met.passport, met.visit)
    row = row_of(code, visit)
    history = parts.history.observe(code, visit)
    scans = [(terms, one) for one in (door.meet(terms, path, now) for path in paths) if isinstance(one, Met)]
    return {
        "head of the request": _least(lambda: split_head(request)),
        "meet: code, lease, visit": _least(lambda: door.meet(terms, path, now)),
        "circumstances": _least(lambda: parts.watch.seen(code, met.passport, met.visit)),
        "row, event, arguments": _least(lambda: script.arguments(Mode.SCAN, row_of(code, visit)) and encode(row)),
        "judge": _least(lambda: judge(met.code, met.passport, history, visit, parts.policy)),
        "judge, steadied": _least(lambda: judged(met.code, met.passport, history, visit, parts)),
        "all of it, round trip too": _least(lambda: door.answer(scans), 40) / len(scans),
        "parse, if the code is new": _least(lambda: parse(path)),
    }


def main() -> int:
    """Print a table."""
    goods = Goods(200)
    items = [goods.path(number) for number in range(_TOGETHER)]
    with Site(goods) as site, site.client() as client:
        door = FastDoor(create_app(site.settings))
        script = Script(client, shards=site.settings.stream_shards, reload_ms=1_800_000)
        found = {
            "product": steps(door, script, [goods.class_path(0), goods.class_path(1)] * (_TOGETHER // 2), HTML),
            "item": steps(door, script, items, HTML),
            "item, JSON": steps(door, script, items, JSON),
        }
    print(f"{'microseconds':<28}" + "".join(f"{name:>12}" for name in found))
    for step in found["item"]:
        print(f"{step:<28}" + "".join(f"{told[step]:>12.1f}" for told in found.values()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
