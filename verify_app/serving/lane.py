"""gunicorn's threaded worker with a lane for scans: what the fast door can answer at once, the worker's own loop
answers, all that came at the same moment in one round trip to the history. No thread is woken for it, and no parser.

Everything else goes to gunicorn's threads as ever, with the bytes that were read put back. An application without
`meet` and `answer` (see fast_door.py) is served as by `gthread` itself.
"""

from __future__ import annotations

import os
import selectors
import socket
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from gunicorn.http.message import _ip_in_allow_list
from gunicorn.http.wsgi import base_environ
from gunicorn.workers.gthread import TConn, ThreadWorker

from ..domain.code import Code
from .first_lines import FirstLines
from .head import environ_of, read_headers, split_head

if TYPE_CHECKING:  # the master reads this module; the application is made in the workers
    from ..together import Met
    from ..web.snapshot import Reply
    from .fast_door import FastDoor, Terms, Unready

_AT_ONCE = 16_384  # bytes of one read; a plain request is far shorter
_MOST = 64  # scans of one round trip


class _Talk:
    """A connection in the lane, and what its last request's headers said."""

    __slots__ = ("conn", "constant", "fetched", "lines", "terms", "trusted")

    def __init__(self, conn: TConn, constant: dict[str, Any], *, trusted: bool) -> None:
        self.conn, self.constant, self.trusted = conn, constant, trusted
        self.lines = b""
        self.terms: Terms | None = None
        self.fetched = False  # what its present request needs has been fetched


class LaneWorker(ThreadWorker):  # type: ignore[misc]
    """See the module. One loop owns all connections of the lane; they stay registered with its poller."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._talks: dict[TConn, _Talk] = {}  # in the order in which they time out
        self._asked: list[tuple[_Talk, str, bytes]] = []
        self._absent: dict[Code, list[tuple[_Talk, str, bytes]]] = {}  # whose passports are to be fetched next
        self._fetching = False
        self._unready: dict[Any, list[tuple[_Talk, bytes, Unready]]] = {}  # by what they wait for
        self._door: FastDoor | None = None
        self._first_lines = FirstLines()

    def run(self) -> None:
        """Serve until told to end."""
        lane = hasattr(self.wsgi, "meet") and not self.cfg.is_ssl and not os.environ.get("SCRIPT_NAME")
        self._door = self.wsgi if lane else None
        self._constant = {
            **base_environ(self.cfg),
            "wsgi.url_scheme": "http",
            "REQUEST_METHOD": "GET",
            "QUERY_STRING": "",
            "SCRIPT_NAME": "",
            "SERVER_PROTOCOL": "HTTP/1.1",
        }
        super().run()

    # Connections come into the lane when they are made and after each answer of a thread, and leave it for a thread.

    def accept(self, listener: socket.socket) -> None:
        """Take a new connection; it is heard of again when it says something."""
        if self._door is None or listener.family not in (socket.AF_INET, socket.AF_INET6):
            super().accept(listener)
            return
        try:
            sock, client = listener.accept()
        except OSError as error:
            if not isinstance(error, BlockingIOError | ConnectionAbortedError):
                raise
            return
        self.nr_conns += 1
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        conn = TConn(self.cfg, sock, client, listener.getsockname())
        self._enter(conn)

    def on_client_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        """A connection that a thread answered last says something."""
        if self._door is None or not isinstance(conn.client, tuple):
            super().on_client_socket_readable(conn, client)
            return
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._hear(self._enter(conn), client)

    def _enter(self, conn: TConn) -> _Talk:
        told = {
            "REMOTE_ADDR": conn.client[0],
            "REMOTE_PORT": str(conn.client[1]),
            "SERVER_NAME": conn.server[0],
            "SERVER_PORT": str(conn.server[1]),
        }
        allowed = _ip_in_allow_list(conn.client[0], self.cfg.forwarded_allow_ips, self.cfg.forwarded_allow_networks())
        return self._join(_Talk(conn, {**self._constant, **told}, trusted=allowed))

    def _join(self, talk: _Talk) -> _Talk:
        self._talks[talk.conn] = talk
        talk.conn.set_timeout()
        self.poller.register(talk.conn.sock, selectors.EVENT_READ, partial(self._hear, talk))
        return talk

    def _leave(self, talk: _Talk) -> TConn:
        del self._talks[talk.conn]
        self.poller.unregister(talk.conn.sock)
        return talk.conn

    def _close(self, talk: _Talk) -> None:
        conn = self._leave(talk)
        self.nr_conns -= 1
        conn.close()

    def _to_thread(self, talk: _Talk, data: bytes) -> None:
        """Leave a request to gunicorn's threads, with what was read of it."""
        conn = self._leave(talk)
        conn.init()
        conn.data_ready = True
        conn.parser.unreader.unread(data)
        self.enqueue_req(conn)

    # One turn of the loop: all that can be read, one round trip, all answers.

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """One turn of the loop."""
        super().wait_for_and_dispatch_events(timeout)
        while self._asked and self._door:
            asked, self._asked = self._asked[:_MOST], self._asked[_MOST:]
            self._answer(self._door, asked)

    def _hear(self, talk: _Talk, sock: socket.socket) -> None:
        try:
            data = sock.recv(_AT_ONCE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._close(talk)
            return
        head = split_head(data) if self.alive else None
        if head is None:
            self._to_thread(talk, data)
            return
        path, lines = head
        talk.fetched = False
        if lines != talk.lines:
            talk.lines, talk.terms = lines, None
        self._asked.append((talk, path, data))

    def _answer(self, door: FastDoor, asked: list[tuple[_Talk, str, bytes]]) -> None:
        now = time.time_ns() // 1_000_000
        scans: list[tuple[Terms, Met]] = []
        whose: list[tuple[_Talk, bytes]] = []
        for talk, path, data in asked:
            terms = self._terms(door, talk, path, now)
            met = door.meet(terms, path, now) if terms else None
            if terms is None or met is None:
                self._to_thread(talk, data)
            elif isinstance(met, door.reply):
                self._say(talk, met)
            elif not isinstance(met, Code):
                scans.append((terms, met))
                whose.append((talk, data))
            elif talk.fetched:  # and is not there all the same
                self._to_thread(talk, data)
            else:
                self._leave(talk)
                self._absent.setdefault(met, []).append((talk, path, data))
        self._fetch(door)
        if not scans:
            return
        for (talk, data), reply in zip(whose, door.answer(scans), strict=True):
            if isinstance(reply, door.unready):
                self._render(door, talk, data, reply)
            else:
                self._say(talk, reply)

    def _fetch(self, door: FastDoor) -> None:
        """Have the passports fetched that are not at hand: all that are wanted by now, by one thread at a time."""
        if self._fetching or not self._absent:
            return
        absent, self._absent, self._fetching = self._absent, {}, True
        done = self.tpool.submit(door.fetch, list(absent))
        done.add_done_callback(lambda _: self.method_queue.defer(self._fetched, door, absent))

    def _fetched(self, door: FastDoor, absent: dict[Code, list[tuple[_Talk, str, bytes]]]) -> None:
        self._fetching = False
        for waiting in absent.values():
            for talk, path, data in waiting:
                self._join(talk)
                talk.fetched = True
                self._asked.append((talk, path, data))
        self._fetch(door)

    def _render(self, door: FastDoor, talk: _Talk, data: bytes, scan: Unready) -> None:
        """Have a page rendered once for all that wait for it."""
        if scan.kind is None:
            door.hand(talk.conn.sock, scan)
            self._to_thread(talk, data)
            return
        self._leave(talk)
        alike = (scan.kind, scan.terms.manner.encoding)
        waiting = self._unready.setdefault(alike, [])
        waiting.append((talk, data, scan))
        if len(waiting) == 1:
            done = self.tpool.submit(lambda: door.render([scan for _, _, scan in waiting]))
            done.add_done_callback(lambda _: self.method_queue.defer(self._rendered, door, alike))

    def _rendered(self, door: FastDoor, alike: Any) -> None:
        for talk, data, scan in self._unready.pop(alike):
            self._join(talk)
            reply = door.rendered(scan)
            if reply is None:
                door.hand(talk.conn.sock, scan)
                self._to_thread(talk, data)
            else:
                self._say(talk, reply)

    def finish_request(self, conn: TConn, fs: Any) -> None:
        """As gunicorn does, when a thread has done with a connection."""
        if self._door is not None:
            self._door.forget(conn.sock)
        super().finish_request(conn, fs)

    def _terms(self, door: FastDoor, talk: _Talk, path: str, now: int) -> Terms | None:
        if talk.terms is None or not talk.terms.caller.holds(now):
            headers = read_headers(talk.lines)
            talk.terms = None
            if headers is not None:
                environ = environ_of(headers, talk.constant, trusted=talk.trusted)
                talk.terms = door.terms({**environ, "RAW_URI": path, "PATH_INFO": path}, now)
        return talk.terms

    def _say(self, talk: _Talk, reply: Reply) -> None:
        self.nr += 1
        if self.nr >= self.max_requests:
            self.alive = False
        stays = self.alive and len(self._talks) < self.max_keepalived
        answer = b"".join((self._first_lines.of(reply.status, stays=stays), reply.head, b"\r\n", reply.body))
        conn = talk.conn
        try:
            sent = conn.sock.send(answer)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._close(talk)
            return
        if sent < len(answer) or not stays:
            conn = self._leave(talk)
            conn.init()
            done = self.tpool.submit(_send_rest, conn, answer[sent:], stays)
            done.add_done_callback(lambda future: self.method_queue.defer(self.finish_request, conn, future))
            return
        conn.set_timeout()
        self._talks[conn] = self._talks.pop(conn)  # to the end: it times out last

    # The end of connections that say nothing more.

    def murder_keepalived(self, force: bool = False) -> None:
        """Close connections that have been silent for too long, or all."""
        super().murder_keepalived(force)
        now = time.monotonic()
        while self._talks:
            talk = next(iter(self._talks.values()))
            if talk.conn.timeout > now and not force:
                break
            self._close(talk)

    def _cap_keepalive(self, deadline: float) -> None:
        super()._cap_keepalive(deadline)
        for conn in self._talks:
            conn.timeout = min(conn.timeout, deadline)


def _send_rest(conn: TConn, rest: bytes, stays: bool) -> bool:
    """The end of an answer that a connection did not take at once; returns whether the connection goes on."""
    try:
        conn.sock.setblocking(True)
        conn.sock.sendall(rest)
    except OSError:
        return False
    return stays
