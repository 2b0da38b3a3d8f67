"""With Redis away, sick or emptied, a scan costs one short timeout, goes to the journal, and is never called first."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from tests.fixtures_history import NOON, RELOAD, SHARDS, item, stream_entries, visit
from tests.fixtures_valkey import ValkeyServer
from verify_app.domain.history import History
from verify_app.domain.scan import VisitKind
from verify_app.store.circuit import Circuit
from verify_app.store.event import decode, encode, row_of
from verify_app.store.history import Mode, Script, ValkeyHistory, connect, outcomes
from verify_app.store.journal import Journal, JournalState
from verify_app.store.rebuild import rebuild

pytest_plugins = ("tests.fixtures_valkey", "tests.fixtures_history")


@pytest.fixture
def brief(script: Script, journal: Journal, valkey_server: ValkeyServer) -> Iterator[ValkeyHistory]:
    """A history that waits a second and rests for 200 ms."""
    with connect(valkey_server.url, 1_000) as client:
        yield ValkeyHistory(client, journal, shards=SHARDS, reload_ms=RELOAD, rest_ms=200)


@pytest.fixture
def stalled(valkey_server: ValkeyServer, script: Script) -> Iterator[Callable[[], None]]:
    """The server stands still: it accepts connections and answers none, as after a disk that hangs."""
    os.kill(valkey_server.pid, signal.SIGSTOP)
    yield lambda: os.kill(valkey_server.pid, signal.SIGCONT)
    os.kill(valkey_server.pid, signal.SIGCONT)


def eventually(question: Callable[[], bool]) -> bool:
    end = time.monotonic() + 60
    while not (answer := question()) and time.monotonic() < end:
        time.sleep(0.02)
    return answer


def test_dead_server_gives_no_history_and_fills_the_journal(
    brief: ValkeyHistory, journal: Journal, valkey_server: ValkeyServer
) -> None:
    brief.observe(item(), visit("lan", NOON))
    valkey_server.kill9()
    scans = [visit(f"phone {number}", NOON + number) for number in range(5)]
    assert [brief.observe(item(), scan) for scan in scans] == [None] * 5
    assert not brief.available
    assert journal.pending() == 5

    kept = []
    journal.replay(lambda line: kept.append(decode(line)))
    assert kept == [row_of(item(), scan) for scan in scans]


def test_looks_are_not_kept_in_the_journal(brief: ValkeyHistory, journal: Journal, valkey_server: ValkeyServer) -> None:
    valkey_server.kill9()
    assert brief.observe(item(), visit("bot", NOON, kind=VisitKind.PREVIEW)) is None
    assert brief.observe(item(), visit("head", NOON, kind=VisitKind.LOOK)) is None
    assert journal.pending() == 0


def test_stalled_server_costs_one_timeout_and_not_one_per_scan(
    brief: ValkeyHistory, journal: Journal, stalled: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = []
    send = Script.send
    monkeypatch.setattr(Script, "send", lambda self, arguments: sent.append(arguments) or send(self, arguments))
    monkeypatch.setattr("verify_app.store.circuit.monotonic", lambda: 1000.0)  # the rest never ends
    for number in range(20):
        assert brief.observe(item(), visit(f"phone {number}", NOON + number)) is None
    assert len(sent) == 1
    assert journal.pending() == 20


def test_scan_that_timed_out_but_was_done_later_counts_once(
    brief: ValkeyHistory, journal: Journal, script: Script, stalled: Callable[[], None]
) -> None:
    assert brief.observe(item(), visit("lan", NOON)) is None  # sent; the server will do it when it wakes up
    stalled()
    assert eventually(lambda: len(stream_entries(script.client)) == 1)
    journal.replay(lambda line: script.call(Mode.REPLAY, decode(line)) and None)
    found = History(scans=1, others=1, days=1, first=NOON, last=NOON, recorded=True)
    assert eventually(lambda: brief.observe(item(), visit("look", NOON + 1, kind=VisitKind.LOOK)) is not None)
    assert brief.observe(item(), visit("minh", NOON + 1)) == found
    assert len({fields[b"e"] for fields in stream_entries(script.client)}) == 2


def test_history_is_back_by_itself_after_a_restart(brief: ValkeyHistory, valkey_server: ValkeyServer) -> None:
    brief.observe(item(), visit("lan", NOON))
    valkey_server.kill9()
    assert brief.observe(item(), visit("minh", NOON + 1)) is None
    valkey_server.restart()
    answers: list[History | None] = []
    assert eventually(lambda: bool(answers.append(brief.observe(item(), visit("hoa", NOON + 2))) or answers[-1]))
    assert answers[-1] is not None
    assert answers[-1].first == NOON
    assert brief.available


def test_nobody_is_called_first_while_a_journal_waits(
    brief: ValkeyHistory, journal: Journal, script: Script, valkey_server: ValkeyServer
) -> None:
    brief.observe(item("known"), visit("hoa", NOON))
    other_process = Journal(journal._folder)
    other_process.append(encode(row_of(item("S1"), visit("lan", NOON))))
    assert eventually(journal.waiting)  # this process sees the other's file a moment later
    assert brief.observe(item("S1"), visit("minh", NOON + 1)) is None
    assert brief.observe(item("known"), visit("minh", NOON + 1)) is not None
    journal.replay(lambda line: script.call(Mode.REPLAY, decode(line)) and None)
    assert eventually(lambda: not journal.waiting())
    found = brief.observe(item("S1"), visit("an", NOON + 2))
    assert found is not None
    assert (found.scans, found.first) == (2, NOON)


def test_function_lost_by_the_server_is_loaded_again(history: ValkeyHistory, client: redis.Redis) -> None:
    history.observe(item(), visit("lan", NOON))
    client.execute_command("FUNCTION", "FLUSH")
    found = history.observe(item(), visit("minh", NOON + 1))
    assert found is not None
    assert found.scans == 1


def test_server_without_memory_answers_scans_from_the_journal(
    history: ValkeyHistory, journal: Journal, client: redis.Redis
) -> None:
    history.observe(item(), visit("lan", NOON))
    client.config_set("maxmemory", 1)
    try:
        assert history.observe(item(), visit("minh", NOON + 1)) is None
    finally:
        client.config_set("maxmemory", 0)
    assert journal.pending() == 1
    assert history.observe(item(), visit("hoa", NOON + 2)).scans == 1


def test_full_stream_sends_scans_to_the_journal(
    history: ValkeyHistory, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verify_app.store.history.STREAM_LIMIT", 2)
    answers = [history.observe(item(), visit(f"phone {number}", NOON + number)) for number in range(3)]
    assert [answer is not None for answer in answers] == [True, True, False]
    assert journal.pending() == 1


def test_scan_that_nothing_could_keep_is_counted_as_lost(
    script: Script, tmp_path: Path, valkey_server: ValkeyServer
) -> None:
    (tmp_path / "file").write_text("no folder can be made here")
    journal = Journal(tmp_path / "file" / "journal")
    history = ValkeyHistory(connect(valkey_server.url, 100), journal, shards=SHARDS, reload_ms=RELOAD)
    valkey_server.kill9()
    before = outcomes.labels("lost")._value.get()
    assert history.observe(item(), visit("lan", NOON)) is None
    assert journal.state is JournalState.UNWRITABLE
    assert outcomes.labels("lost")._value.get() == before + 1


def test_client_that_would_send_twice_is_refused(valkey_server: ValkeyServer, journal: Journal) -> None:
    with pytest.raises(ValueError, match="sends nothing twice"):
        ValkeyHistory(redis.Redis(unix_socket_path=str(valkey_server.socket)), journal, shards=4, reload_ms=RELOAD)


def test_connection_of_the_history_sends_nothing_twice(valkey_server: ValkeyServer) -> None:
    with connect(valkey_server.url, 250) as client:
        connection = client.connection_pool.make_connection()
        assert connection.retry.get_retries() == 0
        assert (connection.socket_timeout, connection.socket_connect_timeout) == (0.25, 0.25)


def test_threads_share_one_history_while_the_server_comes_and_goes(
    brief: ValkeyHistory, journal: Journal, script: Script, valkey_server: ValkeyServer
) -> None:
    answered: list[bool] = []

    def scan(who: int) -> None:
        for number in range(60):
            found = brief.observe(item(f"S{who}-{number}"), visit(f"phone {who}", NOON + number))
            answered.append(found is not None)
            time.sleep(0.005)

    threads = [threading.Thread(target=scan, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.1)
    valkey_server.restart()
    for thread in threads:
        thread.join()
    recorded = {fields[b"e"] for fields in stream_entries(script.client)}
    journal.replay(recorded.add)
    assert len(answered) == len(recorded) == 240


def test_probe_that_is_interrupted_does_not_keep_the_circuit_open_for_ever(
    brief: ValkeyHistory, valkey_server: ValkeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    valkey_server.kill9()
    brief.observe(item(), visit("lan", NOON, kind=VisitKind.LOOK))
    valkey_server.restart()

    def interrupted(_self: Script, _arguments: object) -> bytes:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(Script, "send", interrupted)
        with pytest.raises(SystemExit):
            eventually(lambda: brief.observe(item(), visit("minh", NOON, kind=VisitKind.LOOK)) is not None)
    assert eventually(lambda: brief.observe(item(), visit("hoa", NOON, kind=VisitKind.LOOK)) is not None)


def test_circuit_lets_one_probe_through_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("verify_app.store.circuit.monotonic", lambda: now[0])
    circuit = Circuit(rest_ms=1000)
    assert circuit.enter()
    circuit.failed()
    assert not circuit.enter()
    now[0] += 1.0
    assert circuit.enter()
    assert not circuit.enter()
    circuit.failed()
    assert not circuit.enter()
    now[0] += 1.0
    assert circuit.enter()
    circuit.succeeded()
    assert circuit.closed
    assert circuit.enter()
    assert circuit.enter()


def test_rebuild_needs_the_server(script: Script, valkey_server: ValkeyServer) -> None:
    valkey_server.kill9()
    with pytest.raises(redis.ConnectionError):
        rebuild(script, lambda: [], grace_s=0)
