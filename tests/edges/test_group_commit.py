"""Calls that travel together: each gets its own answer, in any crowd, and none waits for ever."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from redis.connection import AbstractConnection

from tests.fixtures_valkey import ValkeyServer
from verify_app.store.group_commit import GroupCommit, GroupedRedis
from verify_app.store.history import connect

pytest_plugins = ("tests.fixtures_valkey",)
CALLERS = "callers"  # the threads of a test; a cache's watch of another test may still be calling in this process


def of_callers() -> bool:
    return threading.current_thread().name.startswith(CALLERS)


@pytest.fixture
def client(valkey_server: ValkeyServer) -> Iterator[redis.Redis]:
    with connect(valkey_server.url, 2_000) as made:
        yield made


@pytest.fixture
def together(client: redis.Redis) -> GroupCommit:
    return GroupCommit(client, 2.0)


def test_each_of_many_callers_gets_its_own_answer(together: GroupCommit) -> None:
    with ThreadPoolExecutor(24) as threads:
        answers = list(threads.map(lambda number: together.call("ECHO", f"word {number}"), range(3_000)))
    assert answers == [f"word {number}".encode() for number in range(3_000)]


def test_callers_that_wait_share_a_round_trip(together: GroupCommit, monkeypatch: pytest.MonkeyPatch) -> None:
    sent, send = [], AbstractConnection.send_packed_command

    def slow(self: AbstractConnection, *args: object, **options: object) -> None:
        if of_callers():
            sent.append(len(args))
            time.sleep(0.05)
        send(self, *args, **options)

    together.call("PING")
    monkeypatch.setattr(AbstractConnection, "send_packed_command", slow)
    with ThreadPoolExecutor(16, CALLERS) as threads:
        assert set(threads.map(lambda _: together.call("PING"), range(16))) == {b"PONG"}
    assert len(sent) <= 4, sent


def test_a_refused_call_harms_no_other_of_its_group(together: GroupCommit, client: redis.Redis) -> None:
    client.set("text", "no number")

    def ask(number: int) -> object:
        try:
            return together.call("INCR", "text" if number % 3 == 0 else f"n{number}")
        except redis.ResponseError as error:
            return type(error)

    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(ask, range(300)))
    assert answers == [redis.ResponseError if number % 3 == 0 else 1 for number in range(300)]


def test_a_frozen_server_costs_each_caller_its_timeout_and_no_more(valkey_server: ValkeyServer) -> None:
    with connect(valkey_server.url, 200) as client:
        together = GroupCommit(client, 0.2)
        together.call("PING")
        os.kill(valkey_server.pid, 19)
        try:
            with ThreadPoolExecutor(8) as threads:
                failed = [threads.submit(together.call, "PING") for _ in range(8)]
                for call in failed:
                    with pytest.raises((redis.TimeoutError, redis.ConnectionError)):
                        call.result(10)
        finally:
            os.kill(valkey_server.pid, 18)
        assert together.call("PING") == b"PONG"  # and it is not out of step afterwards
        assert together.call("ECHO", "mine") == b"mine"


def test_a_server_that_came_back_is_asked_without_a_failure(valkey_server: ValkeyServer) -> None:
    with connect(valkey_server.url, 5_000) as client:
        together = GroupCommit(client, 5.0)
        together.call("SET", "a", 1)
        valkey_server.restart()
        assert together.call("ECHO", "again") == b"again"


def test_no_caller_stays_behind_when_the_leading_thread_ends(
    together: GroupCommit, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, send = threading.Event(), AbstractConnection.send_packed_command

    def ended(self: AbstractConnection, *args: object, **options: object) -> None:
        if not of_callers():
            return send(self, *args, **options)
        begun.set()
        time.sleep(0.1)
        monkeypatch.undo()
        raise SystemExit

    together.call("PING")
    monkeypatch.setattr(AbstractConnection, "send_packed_command", ended)
    with ThreadPoolExecutor(8, CALLERS) as threads:
        first = threads.submit(together.call, "PING")
        assert begun.wait(60)
        others = [threads.submit(together.call, "PING") for _ in range(7)]
        with pytest.raises(SystemExit):
            first.result(60)
        assert [call.result(60) for call in others] == [b"PONG"] * 7


def test_a_forked_process_begins_with_a_connection_of_its_own(together: GroupCommit) -> None:
    assert together.call("ECHO", "parent") == b"parent"
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writer, together.call("ECHO", "child"))
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reader, 64) == b"child"
    assert together.call("ECHO", "parent") == b"parent"
    os.close(reader)
    os.close(writer)


def test_only_functions_travel_in_groups(client: redis.Redis) -> None:
    client.function_load("#!lua name=twice\nredis.register_function('twice', function(_, a) return a[1] .. a[1] end)")
    grouped = GroupedRedis(client)
    assert grouped.execute_command("FCALL", "twice", 0, "ab") == b"abab"
    grouped.set("key", "value")
    assert grouped.get("key") == b"value"
