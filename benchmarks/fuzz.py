"""Nonsense against every address: no answer may be a server fault, and nothing unexpected may reach the log.

    .venv/bin/python -m benchmarks.fuzz --requests 50000

Requests go to the whole application (pages, resolver, API, verification messages) over WSGI with the demonstration
registry in a database of its own and an embedded Valkey: paths, query strings, headers and bodies made from a seed, of
parts that mean something and of bytes that do not. Ends with 1 and the first offenders if one answer is 5xx, one
exception escapes, or one record of level error is logged.
"""

from __future__ import annotations

import argparse
import io
import logging
import random
import sys
import tempfile
import time
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

GTINS = ("09524101000116", "09521234543213", "09506000134352", "9506000134352", "09506000134353", "")
ODD = (
    "%00",
    "%ff",
    "%2F",
    "%",
    "%zz",
    "..",
    "//",
    "\u0661",
    "é",
    " ",
    "?",
    "#",
    "&",
    "=",
    ";",
    "'",
    '"',
    "<x>",
    "\x1d",
    "{}",
    "A" * 300,
)
WORDS = (
    "01", "10", "21", "22", "17", "00", "414", "8004", "8006", "235", "254", "c", "passport", "verify", "gtin", "lot",
    "ser", "scan", "help", "health", "api", "v1", "batch", "openapi.json", "compress", "static", "demo", "pictures",
    ".well-known", "gs1resolver", "checkConnectivity", "metrics", "livez", "readyz", "history", "offline", "AQnYUc1gmg",
)  # fmt: skip
KEYS = ("linkType", "lang", "context", "format", "symbol", "scale", "17", "10", "15", "exp", "reqGLN", "corrUUID",
        "via", "training", "code", "x", "")  # fmt: skip
VALUES = ("linkset", "all", "gs1:pip", "gs1:nosuch", "vi", "en", "xx", "svg", "png", "qr", "datamatrix", "8", "-1",
          "9" * 40, "280908", "991399", "verificationService", "dscsaSaleableReturn", "9521234500007", "1")  # fmt: skip
HEADERS = {
    "Accept": (
        "*/*",
        "text/html",
        "application/json",
        "application/linkset+json",
        "application/ld+json",
        ";q=,",
        "a/b;q=9",
    ),
    "Accept-Language": ("vi", "en-GB,en;q=0.5", "vi;q=x,;q=2", "*", "-", "zz" * 50),
    "Content-Type": (
        "application/json",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
    ),
    "User-Agent": ("Mozilla/5.0", "", "Googlebot/2.1", "\x7f"),
    "X-Forwarded-For": ("203.0.113.9", "::1", "x, y", "999.1.1.1"),
    "If-None-Match": ("*", 'W/"0"', '"'),
    "Range": ("bytes=0-1", "bytes=9-1", "x"),
    "Authorization": ("Bearer x", "Basic x", "Bearer"),
    "Host": ("localhost", "bad host", "[::1", "a" * 300),
    "Cookie": ("session=x", "=;=", "lang=xx"),
    "Sec-Purpose": ("prefetch",),
}
BODIES = (
    b"", b"{}", b'{"code": "(01)09521234543213"}', b'{"code": 1}', b'{"codes": ["x", "", "(01)1"]}', b'{"codes": []}',
    b"[" * 500, b'{"code": "\\ud800"}', b"code=%00&code=%ff",
    b"--x\r\nContent-Disposition: form-data; name=photo\r\n\r\nz\r\n--x--",
    b"\xff\xfe", b"null", b'{"code": "' + b"9" * 3000 + b'"}',
)  # fmt: skip
METHODS = ("GET",) * 12 + ("HEAD", "OPTIONS", "POST", "POST", "POST", "PUT", "DELETE", "PATCH", "TRACE", "QUERY")


class Faults(logging.Handler):
    """Keeps what is logged as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one record."""
        self.said.append(self.format(record)[:2_000])


def piece(chance: random.Random) -> str:
    """One segment of a path."""
    kind = chance.random()
    if kind < 0.55:
        return chance.choice(WORDS)
    if kind < 0.75:
        return chance.choice(GTINS)
    if kind < 0.9:
        return "".join(chance.choices("ABCabc0123456789-_.~!*'()", k=chance.randint(1, 24)))
    return chance.choice(ODD)


def target(chance: random.Random) -> str:
    """Path and query."""
    if chance.random() < 0.4:
        path = f"/01/{chance.choice(GTINS)}" + "".join(
            f"/{chance.choice(('10', '21', '22', '235'))}/{piece(chance)}" for _ in range(chance.randint(0, 3))
        )
    else:
        path = "".join("/" + piece(chance) for _ in range(chance.randint(0, 6)))
    if chance.random() < 0.5:
        pairs = [
            f"{chance.choice(KEYS)}={chance.choice(VALUES) if chance.random() < 0.8 else chance.choice(ODD)}"
            for _ in range(chance.randint(1, 4))
        ]
        path += "?" + "&".join(pairs)
    return path or "/"


def environment(chance: random.Random) -> dict[str, Any]:
    """One request as a WSGI server hands it over."""
    raw = target(chance).replace("#", "%23")
    path, _, query = raw.partition("?")
    body = chance.choice(BODIES) if chance.random() < 0.5 else b""
    found: dict[str, Any] = {
        "REQUEST_METHOD": chance.choice(METHODS),
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path.encode()).decode("latin-1"),
        "QUERY_STRING": query.encode().decode("latin-1"),
        "RAW_URI": raw.encode().decode("latin-1"),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "203.0.113.7",
        "CONTENT_LENGTH": str(len(body)) if chance.random() < 0.95 else chance.choice(("", "x", "-1")),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, values in HEADERS.items():
        if chance.random() < 0.25:
            key = "CONTENT_TYPE" if name == "Content-Type" else "HTTP_" + name.upper().replace("-", "_")
            found[key] = chance.choice(values)
    return found


def _telling(told: list[str]) -> Any:
    """A `start_response` that keeps the status."""

    def start_response(status: str, _headers: Any, _error: Any = None) -> Any:
        told.append(status)
        return lambda _data: None

    return start_response


def run(application: Any, count: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Send so many requests; how often each status came, and the offenders."""
    chance = random.Random(seed)
    faults = Faults()
    logging.getLogger().addHandler(faults)
    statuses: Counter[str] = Counter()
    offenders: list[str] = []
    for _ in range(count):
        asked = environment(chance)
        told: list[str] = []
        before = len(faults.said)
        shown = {name: asked[name] for name in asked if not name.startswith("wsgi")}
        try:
            answer = application(asked, _telling(told))
            for _part in answer:
                pass
            close = getattr(answer, "close", None)
            if close:
                close()
        except Exception as error:  # noqa: BLE001 - whatever escapes is what we look for
            offenders.append(f"escaped: {error!r}: {shown}")
            continue
        statuses[told[0][:3]] += 1
        unready = asked["PATH_INFO"].strip("/") == "readyz"  # says by 503 that a part is away, as it should
        if (told[0][0] == "5" and not unready) or len(faults.said) > before:
            offenders.append(f"{told[0]}: {shown} {faults.said[before:]}")
    logging.getLogger().removeHandler(faults)
    return statuses, offenders


def main() -> None:
    """Build an instance with the demonstration registry, send the requests and report."""
    from verify_app.app import create_app
    from verify_app.demo.build import build_registry
    from verify_app.demo.links import write_demo_links
    from verify_app.parts import build
    from verify_app.serving.engines import EmbeddedValkey
    from verify_app.serving.fast_door import FastDoor
    from verify_app.serving.worker import Worker
    from verify_app.settings import Settings
    from verify_app.store.engine import open_engine
    from verify_app.store.history import Script, connect
    from verify_app.store.migrate import migrate
    from verify_app.store.registry import write_registry

    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--requests", type=int, default=50_000)
    asked.add_argument("--seed", type=int, default=1)
    chosen = asked.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        valkey = EmbeddedValkey(folder)
        valkey.start()
        settings = Settings(data_dir=folder, redis_url=valkey.url, history_timeout_ms=5_000)
        migrate(settings.database)
        engine = open_engine(settings.database)
        write_registry(engine, build_registry(date.today()))
        write_demo_links(engine)
        with connect(settings.redis_url, 10_000) as redis:  # makes the histories complete
            Worker(Script(redis, shards=settings.stream_shards, reload_ms=1), engine, folder).run_once()
        parts = build(settings)
        began = time.perf_counter()
        statuses, offenders = run(FastDoor(create_app(settings, parts)), chosen.requests, chosen.seed)
        parts.decoder.close()
        valkey.stop()
    print(f"{chosen.requests:,} requests in {time.perf_counter() - began:.0f} s:", dict(sorted(statuses.items())))
    for offender in offenders[:20]:
        print(offender)
    print(f"{len(offenders)} offenders")
    sys.exit(bool(offenders))


if __name__ == "__main__":
    main()
