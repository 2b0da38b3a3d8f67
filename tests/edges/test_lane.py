"""The lane says on the wire what gunicorn's threads say, to the byte, and records what they record."""

from __future__ import annotations

import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack

import pytest

from benchmarks.goods import Goods
from benchmarks.site import Site
from loadtests.instance import free_port

GOODS = Goods(12, per_model=6)
REQUESTS = 200
HEADERS = {
    "Accept": ("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "application/json", "*/*"),
    "Accept-Encoding": ("gzip, deflate, br", "gzip", "br", "identity"),
    "Accept-Language": ("vi-VN,vi;q=0.9", "en-GB,en", "de"),
    "Connection": ("keep-alive", "Keep-Alive", "close", ""),
    "X-Forwarded-Proto": ("https", "http", "HTTPS"),
    "X-Forwarded-For": ("203.0.113.9, 198.51.100.1",),
    "Referer": ("https://elsewhere.example/a?b=c",),
    "Sec-Fetch-Mode": ("navigate",),
    "If-None-Match": ('W/"' + "0" * 40 + '"', '"x"'),
    "Cookie": ("a=b",),
    "X-Odd": ("1",),
    "Sec-Purpose": ("prefetch",),
}
ODD = (
    b"GET {path} HTTP/1.0\r\nHost: a.example\r\n\r\n",
    b"GET {path} HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\n\r\n",
    b"GET {path} HTTP/1.1\r\nHost: a.example\r\nUser-Agent : x\r\n\r\n",
    b"GET {path} HTTP/1.1\r\nHost: a.example\r\nUser-Agent:\tx  \r\n\r\n",
    b"GET {path} HTTP/1.1\r\nHost: a.example\r\nDNT: 1\r\n  2\r\n\r\n",
    b"GET {path} HTTP/1.1\r\nHost: a.example\r\nUser_Agent: x\r\n\r\n",
    b"GET {path} HTTP/1.1\r\nHost: a.example\r\nUser-Agent: caf\xc3\xa9\r\n\r\n",
    b"GET {path} HTTP/1.1\r\nHost: a.example\r\nUser-Agent: a\x01b\r\n\r\n",
    b"GET {path} HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\n\r\nabc",
    b"GET {path} HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"GET {path} HTTP/1.1\r\nHost: a.example\r\nExpect: 100-continue\r\n\r\n",
    b"GET  {path} HTTP/1.1\r\nHost: a.example\r\n\r\n",
    b"GET {path} HTTP/1.1\nHost: a.example\n\n",
    b"\r\nGET {path} HTTP/1.1\r\nHost: a.example\r\n\r\n",
    b"HEAD {path} HTTP/1.1\r\nHost: a.example\r\n\r\n",
    b"get {path} HTTP/1.1\r\nHost: a.example\r\n\r\n",
    b"GET {path} HTTP/1.1\r\n\r\n",
    b"GET http://a.example{path} HTTP/1.1\r\nHost: a.example\r\n\r\n",
    b"GET {path}#x HTTP/1.1\r\nHost: a.example\r\n\r\n",
    b"GET {path} HTTP/1.1\r\nHost: a.example\r\nUser-Agent: " + b"x" * 8300 + b"\r\n\r\n",
)


class Served:
    """One installation behind one kind of worker."""

    def __init__(self, kind: str, stack: ExitStack) -> None:
        self.site = stack.enter_context(Site(GOODS))
        self.port = free_port()
        environ = {
            **os.environ,
            "PORT": str(self.port),
            "DATA_DIR": str(self.site.folder),
            "DEMO": "false",
            "HISTORY_TIMEOUT_MS": "9000",
            "TRUSTED_PROXIES": "1",
            "GUESSES_PER_MINUTE": "1",
        }
        self.process = subprocess.Popen([sys.executable, "-m", "tests.lane_server", kind], env=environ)
        stack.callback(self.end)

    def answering(self) -> Served:
        """Itself, when it takes connections."""
        deadline = time.monotonic() + 90
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return self
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.1)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)

    def ask(self, *parts: bytes, answers: int = 1) -> list[bytes]:
        """Send the parts of what is said over one connection; return the answers."""
        with socket.create_connection(("127.0.0.1", self.port)) as talk:
            talk.settimeout(240)
            for part in parts:
                talk.sendall(part)
                time.sleep(0.05 if len(parts) > 1 else 0)
            with talk.makefile("rb") as heard:
                said = [_one(heard, parts[0].lstrip().startswith(b"HEAD")) for _ in range(answers)]
        # an address may stand within another one, as that of oEmbed does
        own = rb"(:|%%3A)%d\b" % self.port
        return [re.sub(own, rb"\1 80", answer) for answer in said]


def _one(heard, bodyless: bool) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = heard.readline()
        if not line:
            return head + b"<end>"
        head += line
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    body = b"" if bodyless or b" 304 " in head[:13] or not length else heard.read(int(length[1]))
    first, *lines = re.sub(rb"\r\nDate: [^\r]*", b"", head).rstrip().split(b"\r\n")
    return b"\r\n".join((first, *sorted(lines), b"", body))  # in which order is nobody's promise


@pytest.fixture(scope="module")
def pair():
    with ExitStack() as stack:
        begun = [Served(kind, stack) for kind in ("lane", "gthread")]
        yield tuple(one.answering() for one in begun)


def some_request(chance: random.Random, number: int) -> bytes:
    path = GOODS.path(chance.randrange(12)) if chance.random() < 0.8 else GOODS.class_path(chance.randrange(2))
    chosen = {"Host": "verify.example", "Accept": chance.choice(HEADERS["Accept"]), "User-Agent": f"Phone {number}"}
    for name in chance.sample(sorted(HEADERS), chance.choice((0, 0, 1, 1, 2, 5))):
        chosen[name] = chance.choice(HEADERS[name])
    return (f"GET {path} HTTP/1.1\r\n" + "".join(f"{n}: {v}\r\n" for n, v in chosen.items()) + "\r\n").encode()


def same(pair, *parts: bytes, answers: int = 1) -> bytes:
    lane, threads = (served.ask(*parts, answers=answers) for served in pair)
    own = rb"\d{1,2}:\d\d \S{1,3} \d{2}[/-]\d{2}[/-]\d{4}|\d{1,2}:\d\d"  # a minute may end between the two
    own += rb"|slip\W{1,4}f[\w-]{24}"  # signed with each installation's own secret
    assert [re.sub(own, b"", one) for one in lane] == [re.sub(own, b"", one) for one in threads], parts
    return lane[-1]


def test_each_request_gets_the_answer_that_a_thread_gives(pair) -> None:
    chance = random.Random(4)
    for _ in range(3):  # whatever is kept is kept now, in both
        for number in range(12):
            for accept in HEADERS["Accept"][:2]:
                request = f"GET {GOODS.path(number)} HTTP/1.1\r\nHost: verify.example\r\nAccept: {accept}\r\n\r\n"
                same(pair, request.encode())
    for number in range(REQUESTS):
        if chance.random() < 0.2:
            same(pair, chance.choice(ODD).replace(b"{path}", GOODS.path(chance.randrange(12)).encode()))
        else:
            same(pair, some_request(chance, number))


def test_what_comes_in_pieces_or_in_a_row_is_answered_all_the_same(pair) -> None:
    request = f"GET {GOODS.path(3)} HTTP/1.1\r\nHost: verify.example\r\nUser-Agent: pieces\r\n\r\n".encode()
    assert same(pair, request[:9], request[9:40], request[40:]).startswith(b"HTTP/1.1 200 OK")
    assert same(pair, request + request, answers=2).startswith(b"HTTP/1.1 200 OK")
    assert same(pair, request, request, request, answers=3).startswith(b"HTTP/1.1 200 OK")


def test_who_is_held_off_for_guessing_reads_the_same_and_leaves_no_record(pair) -> None:
    guess, headers = (
        f"GET {GOODS.path(3)}X HTTP/1.1\r\n",
        "Host: verify.example\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n",
    )
    once = (guess + headers).encode()
    assert same(pair, *[once] * 20, answers=20).startswith(b"HTTP/1.1 200 OK")
    counts = [served.site.recorded() for served in pair]
    for request in (once, once.replace(b"Host", b"Accept: application/json\r\nHost"), once):
        for _ in range(3):  # what is granted again in the meantime is soon used up
            lane, threads = (served.ask(request)[0] for served in pair)
        assert lane == threads
        assert lane.startswith(b"HTTP/1.1 429 TOO MANY REQUESTS")
    assert same(pair, (guess.replace("X ", " ") + headers).encode()).startswith(b"HTTP/1.1 200 OK"), (
        "a code that exists"
    )
    assert [served.site.recorded() for served in pair] == [count + 1 for count in counts]


def test_the_lane_answered_most_and_all_were_recorded(pair) -> None:
    lane, threads = pair
    for served in pair:
        served.end()
    assert lane.site.recorded() == threads.site.recorded() > REQUESTS / 2
    assert int((lane.site.folder / "lane.count").read_text()) > REQUESTS / 2
