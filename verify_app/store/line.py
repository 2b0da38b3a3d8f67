"""One connection to Redis or Valkey for commands that travel in one round trip, of one owner at a time.

redis-py connects (names, passwords, TLS) and sends; the answers are read here, straight from the socket through
hiredis: of a group of commands each costs a few microseconds instead of tens.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import Any

import hiredis
import redis
from hiredis import pack_command
from redis.connection import Connection

_FRESH = 0.02  # seconds after an answer in which no server can have ended and come back
_AT_ONCE = 65_536  # bytes of one read

Command = tuple[Any, ...]  # of bytes, str and int


class Line:
    """Not safe under threads: its user sees to it that one asks at a time. `client` must send nothing twice."""

    def __init__(self, client: redis.Redis, timeout: float) -> None:
        self._client, self._timeout = client, timeout
        self._connection: Connection | None = None
        self._reader: hiredis.Reader | None = None
        self._fresh_until = 0.0

    def exchange(self, commands: Sequence[Command], answers: list[Any]) -> None:
        """Send commands and append their answers, as they come, to `answers`: bytes, numbers, lists, or the error
        that the server gave to one of them (which is no reason to leave the others unread).

        Raises `redis.ConnectionError` or `redis.TimeoutError`; then those without an answer may or may not have been
        carried out, and the connection is closed, for the rest of its answers belong to nobody.
        """
        try:
            self._exchange(commands, answers)
        except BaseException:
            self.hang_up()
            raise

    def hang_up(self) -> None:
        """Close the connection; the next command opens it anew."""
        if self._connection is not None:
            self._connection.disconnect()  # type: ignore[no-untyped-call]
            self._reader = None

    def _exchange(self, commands: Sequence[Command], answers: list[Any]) -> None:
        connection = self._connection
        if connection is None:
            self._connection = connection = self._client.connection_pool.get_connection()
        elif self._reader is not None and monotonic() > self._fresh_until and _out_of_step(connection):
            self.hang_up()
        packed = b"".join([pack_command(command) for command in commands])
        connection.send_packed_command([packed])  # type: ignore[no-untyped-call]
        if self._reader is None:  # it has connected just now
            self._reader = hiredis.Reader(replyError=_error_of(connection))
        self._read(connection, self._reader, len(commands), answers)
        self._fresh_until = monotonic() + _FRESH

    def _read(self, connection: Connection, reader: hiredis.Reader, count: int, answers: list[Any]) -> None:
        until = monotonic() + self._timeout
        socket: Any = connection._sock  # redis-py lends it to nobody, but keeps it until `disconnect`
        try:
            while True:
                answer = reader.gets()
                while answer is not False:  # False: not enough yet; the protocol of version 2 knows no such answer
                    answers.append(answer)
                    if len(answers) == count:
                        return
                    answer = reader.gets()
                if monotonic() > until:
                    raise redis.TimeoutError("Expected all answers in time, got some.")
                came = socket.recv(_AT_ONCE)
                if not came:
                    raise redis.ConnectionError("Expected an answer, got the end of the connection.")
                reader.feed(came)
        except TimeoutError as error:
            raise redis.TimeoutError("Expected an answer in time, got none.") from error
        except OSError as error:
            raise redis.ConnectionError(f"Expected an answer, got {type(error).__name__}.") from error
        except hiredis.ProtocolError as error:
            raise redis.ConnectionError("Expected an answer in Redis' protocol, got something else.") from error


def _error_of(connection: Connection) -> Any:
    """What makes redis-py's errors of the server's words."""
    return connection._parser.parse_error  # the table of errors is theirs


def _out_of_step(connection: Connection) -> bool:
    """Whether there is anything to read although nothing was asked, such as the end of a server."""
    try:
        return bool(connection.can_read(timeout=0))
    except redis.ConnectionError:
        return True
