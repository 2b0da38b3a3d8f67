"""Calls that wait while a round trip is under way travel together in the next one.

One thread leads: it sends what waits, reads the answers, and hands the lead to the first of those that came
meanwhile. A lone caller pays nothing for it; of many, each pays a share of one round trip, which is most of what a
scan's record costs. Nothing is ever sent twice, and no answer goes to another caller.
"""

from __future__ import annotations

import os
from threading import Lock
from time import monotonic
from typing import Any

import redis
from hiredis import pack_command
from redis.connection import Connection

_FRESH = 0.02  # seconds after an answer in which no server can have ended and come back
_MOST = 128  # calls of one round trip: a long line must not make its first ones wait for its last


class _Call:
    """One caller's command and, in the end, its answer."""

    __slots__ = ("answer", "batch", "command", "turn")

    def __init__(self, command: tuple[Any, ...]) -> None:
        self.command = command
        self.answer: Any = None
        self.batch: list[_Call] | None = None  # what to send, for the caller who is to lead next
        self.turn = Lock()
        self.turn.acquire()


class GroupedRedis(redis.Redis):
    """The same client, whose calls of server-side functions (FCALL) travel in groups; all else travels as before."""

    def __init__(self, client: redis.Redis) -> None:
        super().__init__(connection_pool=client.connection_pool)
        self._together = GroupCommit(client, client.connection_pool.connection_kwargs["socket_timeout"])

    def execute_command(self, *args: Any, **options: Any) -> Any:
        """Answer to one command. Raises `redis.RedisError`."""
        if args[0] == "FCALL":
            return self._together.call(*args)
        return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]


class GroupCommit:
    """Commands to one server, shared by threads. `client` must send nothing twice (no retries).

    Each caller waits at most `timeout` seconds. Processes made by a fork begin with a connection of their own."""

    def __init__(self, client: redis.Redis, timeout: float) -> None:
        self._client, self._timeout = client, timeout
        self._owner = os.getpid()
        self._gate = Lock()  # guards the next two
        self._waiting: list[_Call] = []
        self._led = False
        self._connection: Connection | None = None  # of the leader, and only of the leader, like the next one
        self._fresh_until = 0.0

    def call(self, *command: bytes | str | int) -> Any:
        """Answer to a command. Raises the error that the server gave to this very command, or `redis.ConnectionError`
        or `redis.TimeoutError` when there is no answer; then the command may or may not have been carried out."""
        if self._owner != os.getpid():
            self._forget()
        mine = _Call(command)
        with self._gate:
            leads = not self._led
            if leads:
                self._led = True
                mine.batch = [mine]
            else:
                self._waiting.append(mine)
        if not leads and not mine.turn.acquire(timeout=self._timeout):
            self._give_up(mine)
        if mine.batch is not None and mine.answer is None:
            self._lead(mine.batch)
        answer = mine.answer
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _forget(self) -> None:
        """Leave to the parent of this process what is the parent's."""
        self._owner, self._gate = os.getpid(), Lock()
        self._waiting, self._led, self._connection = [], False, None

    def _give_up(self, mine: _Call) -> None:
        """Leave the line in time, unless the answer or the lead has come at the last moment."""
        with self._gate:
            if mine.batch is not None or mine.answer is not None:
                return
            if mine in self._waiting:
                self._waiting.remove(mine)
        raise redis.TimeoutError(f"Expected an answer within {self._timeout:.3f} s, got none.")

    def _lead(self, batch: list[_Call]) -> None:
        """Send a batch, hand the lead on, then tell the others their answers."""
        try:
            self._travel(batch)
        finally:
            for call in batch:  # whatever happened to this thread: nobody is left without an answer
                if call.answer is None:
                    call.answer = redis.ConnectionError("Expected an answer, got the end of the thread that asked.")
            self._hand_on()
            for call in batch[1:]:
                call.turn.release()

    def _hand_on(self) -> None:
        with self._gate:
            following, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
            if following:
                following[0].batch = following
            else:
                self._led = False
        if following:
            following[0].turn.release()

    def _travel(self, batch: list[_Call]) -> None:
        """One round trip. Who gets no answer gets the error."""
        try:
            self._exchange(batch)
        except redis.RedisError as error:
            self._hang_up()
            for call in batch:
                if call.answer is None:
                    call.answer = error
        except BaseException:
            self._hang_up()
            raise

    def _exchange(self, batch: list[_Call]) -> None:
        connection = self._connection
        if connection is None:
            self._connection = connection = self._client.connection_pool.get_connection()
        elif monotonic() > self._fresh_until and _out_of_step(connection):
            self._hang_up()
        send = connection.send_packed_command
        send([b"".join([pack_command(call.command) for call in batch])])  # type: ignore[no-untyped-call]
        until = monotonic() + self._timeout
        for call in batch:
            if monotonic() > until:
                raise redis.TimeoutError("Expected all answers in time, got some.")
            call.answer = _answer(connection)
        self._fresh_until = monotonic() + _FRESH

    def _hang_up(self) -> None:
        """Close the connection, for the rest of its answers belong to nobody; the next command opens it anew."""
        if self._connection is not None:
            self._connection.disconnect()  # type: ignore[no-untyped-call]


def _out_of_step(connection: Connection) -> bool:
    """Whether there is anything to read although nothing was asked, such as the end of a server."""
    try:
        return bool(connection.can_read(timeout=0))
    except redis.ConnectionError:
        return True


def _answer(connection: Connection) -> Any:
    """The next answer; an error of the server is one, and no reason to leave the others unread."""
    try:
        return connection.read_response(disable_decoding=True)
    except redis.ResponseError as error:
        return error
