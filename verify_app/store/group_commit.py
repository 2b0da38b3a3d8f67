"""Calls that wait while a round trip is under way travel together in the next one.

One thread leads: it sends what waits, reads the answers, and hands the lead to the first of those that came
meanwhile. A lone caller pays nothing for it; of many, each pays a share of one round trip, which is most of what a
scan's record costs. Nothing is ever sent twice, and no answer goes to another caller.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from threading import Lock
from typing import Any

import redis

from .line import Command, Line

_MOST = 128  # calls of one round trip: a long line must not make its first ones wait for its last


class _Call:
    """One caller's command and, in the end, its answer."""

    __slots__ = ("answer", "batch", "command", "turn")

    def __init__(self, command: Command) -> None:
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

    def execute_all(self, commands: Sequence[Command]) -> list[Any]:
        """Answers to several commands in one round trip; where there is none, the error that says why."""
        return self._together.call_all(commands)


class GroupCommit:
    """Commands to one server, shared by threads. `client` must send nothing twice (no retries).

    Each caller waits at most `timeout` seconds. Processes made by a fork begin with a connection of their own."""

    def __init__(self, client: redis.Redis, timeout: float) -> None:
        self._client, self._timeout = client, timeout
        self._owner = os.getpid()
        self._gate = Lock()  # guards the next two
        self._waiting: list[_Call] = []
        self._led = False
        self._line = Line(client, timeout)  # of the leader, and only of the leader
        self._other_line, self._other_gate = Line(client, timeout), Lock()

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

    def call_all(self, commands: Sequence[Command]) -> list[Any]:
        """Answers to commands of one caller, who has a group of its own already, in one round trip; an error instead
        of an answer stands for what `call` would raise."""
        if self._owner != os.getpid():
            self._forget()
        answers: list[Any] = []
        with self._other_gate:
            try:
                self._other_line.exchange(commands, answers)
            except redis.RedisError as error:
                answers += [error] * (len(commands) - len(answers))
        return answers

    def _forget(self) -> None:
        """Leave to the parent of this process what is the parent's."""
        self._other_line, self._other_gate = Line(self._client, self._timeout), Lock()
        self._owner, self._gate = os.getpid(), Lock()
        self._waiting, self._led, self._line = [], False, Line(self._client, self._timeout)

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
        answers: list[Any] = []
        try:
            self._line.exchange([call.command for call in batch], answers)
        except redis.RedisError as error:
            answers += [error] * (len(batch) - len(answers))
        finally:
            for call, answer in zip(batch, answers, strict=False):
                call.answer = answer
