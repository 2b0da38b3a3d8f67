"""The journal: on the disk before the answer, replayed once, bounded, and clear about its state."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from verify_app.store.journal import Journal, JournalState


def replayed(journal: Journal) -> list[bytes]:
    found: list[bytes] = []
    journal.replay(found.append)
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def test_what_was_kept_is_replayed_in_order_and_once(folder: Path) -> None:
    journal = Journal(folder)
    assert [journal.append(b"scan %d" % number) for number in range(3)] == [True] * 3
    assert journal.pending() == 3
    assert replayed(journal) == [b"scan 0", b"scan 1", b"scan 2"]
    assert journal.pending() == 0
    assert replayed(journal) == []
    assert list(folder.iterdir()) == []


def test_empty_journal_makes_no_folder(folder: Path) -> None:
    journal = Journal(folder)
    assert (journal.pending(), replayed(journal)) == (0, [])
    assert not folder.exists()


def test_line_is_synced_before_append_returns(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, synced = Journal(folder), []
    sync = os.fdatasync
    monkeypatch.setattr("os.fdatasync", lambda fd: (synced.append(os.fstat(fd).st_size), sync(fd)))
    journal.append(b"one")
    assert synced == [len(b"00000000 one\n")]


def test_threads_that_wait_together_share_one_sync(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, synced, sync, waiting = Journal(folder), [], os.fdatasync, threading.Event()

    def slow_sync(descriptor: int) -> None:
        synced.append(descriptor)
        if len(synced) == 1:
            waiting.wait(60)
        sync(descriptor)

    monkeypatch.setattr("os.fdatasync", slow_sync)
    kept: list[bool] = []
    threads = [threading.Thread(target=lambda n=n: kept.append(journal.append(b"scan %d" % n))) for n in range(20)]
    threads[0].start()
    while not synced:
        time.sleep(0.001)
    for thread in threads[1:]:
        thread.start()
    while len(journal._queue) < 19:
        time.sleep(0.001)
    waiting.set()
    for thread in threads:
        thread.join()
    assert kept == [True] * 20
    assert len(synced) == 2
    assert sorted(replayed(journal)) == sorted(b"scan %d" % n for n in range(20))


def test_torn_last_line_is_passed_over(folder: Path) -> None:
    journal = Journal(folder)
    journal.append(b"whole")
    file = next(folder.iterdir())
    with file.open("ab") as torn:
        torn.write(b"1234abcd half a li")
    assert replayed(Journal(folder)) == [b"whole"]


def test_damaged_line_costs_only_itself(folder: Path) -> None:
    journal = Journal(folder)
    for word in (b"one", b"two", b"three"):
        journal.append(word)
    file = next(folder.iterdir())
    file.write_bytes(file.read_bytes().replace(b"two", b"2wo"))
    assert replayed(journal) == [b"one", b"three"]


def test_replay_that_fails_keeps_everything_for_the_next_time(folder: Path) -> None:
    journal = Journal(folder)
    for word in (b"one", b"two"):
        journal.append(word)

    def failing(line: bytes) -> None:
        if line == b"two":
            raise ConnectionError("away again")

    with pytest.raises(ConnectionError):
        journal.replay(failing)
    assert journal.pending() == 2
    journal.append(b"three")  # goes to a file of its own
    assert sorted(replayed(Journal(folder))) == [b"one", b"three", b"two"]


def test_file_under_replay_belongs_to_one_worker(folder: Path) -> None:
    journal, other = Journal(folder), Journal(folder)
    journal.append(b"one")
    seen_by_other: list[list[bytes]] = []
    journal.replay(lambda line: seen_by_other.append(replayed(other)))
    assert seen_by_other == [[]]
    assert journal.pending() == 0


def test_writing_goes_on_during_a_replay_and_nothing_is_lost(folder: Path) -> None:
    journal, seen, stop = Journal(folder), [], threading.Event()
    reader = Journal(folder)

    def replay_again_and_again() -> None:
        while not stop.is_set():
            reader.replay(seen.append)

    replayer = threading.Thread(target=replay_again_and_again)
    replayer.start()
    writers = [
        threading.Thread(target=lambda w=w: [journal.append(b"%d-%d" % (w, n)) for n in range(150)]) for w in range(4)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    stop.set()
    replayer.join()
    reader.replay(seen.append)
    assert sorted(seen) == sorted(b"%d-%d" % (w, n) for w in range(4) for n in range(150))


def test_full_journal_says_so_and_takes_scans_again_after_a_replay(folder: Path) -> None:
    journal = Journal(folder, limit=60)
    assert journal.append(b"x" * 30)
    assert not journal.append(b"y" * 30)
    assert journal.state is JournalState.FULL
    assert replayed(journal) == [b"x" * 30]
    journal._looked = (0.0, 0)  # as after one second
    assert journal.append(b"y" * 30)
    assert journal.state is JournalState.READY


@pytest.mark.skipif(not os.access("/dev/full", os.W_OK), reason="needs /dev/full")
def test_full_disk_keeps_nothing_and_leaves_no_half_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(folder)
    journal.append(b"before")
    full, write = os.open("/dev/full", os.O_WRONLY), os.write

    def no_space(descriptor: int, data: bytes) -> int:
        write(descriptor, data[: len(data) // 2])  # the disk takes a part, and no more
        return write(full, data)

    monkeypatch.setattr("os.write", no_space)
    monkeypatch.setattr(Journal, "_has_room", lambda self: False)
    assert not journal.append(b"during")
    assert journal.state is JournalState.FULL
    monkeypatch.undo()
    os.close(full)
    assert journal.append(b"after")
    assert sorted(replayed(journal)) == [b"after", b"before"]


def test_failed_sync_is_not_called_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(folder)

    def broken(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("os.fdatasync", broken)
    assert not journal.append(b"one")
    assert journal.state is JournalState.UNWRITABLE
    monkeypatch.undo()
    assert replayed(journal) == []


def test_child_process_writes_a_file_of_its_own(folder: Path) -> None:
    journal = Journal(folder)
    journal.append(b"parent")
    child = os.fork()
    if child == 0:
        os._exit(0 if journal.append(b"child") else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    journal.append(b"parent again")
    assert len(list(folder.iterdir())) == 2
    assert sorted(replayed(journal)) == [b"child", b"parent", b"parent again"]


WRITER = """
import sys, threading
from pathlib import Path
from verify_app.store.journal import Journal
journal = Journal(Path(sys.argv[1]))
def write(who):
    number = 0
    while True:
        if journal.append(b"%d-%d" % (who, number)):
            sys.stdout.buffer.write(b"%d-%d\\n" % (who, number)); sys.stdout.buffer.flush()
        number += 1
for who in range(4):
    threading.Thread(target=write, args=(who,)).start()
"""


def test_killed_writer_has_kept_every_line_that_it_answered(folder: Path) -> None:
    for _ in range(3):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        first = writer.stdout.readline()
        time.sleep(0.2)
        writer.send_signal(signal.SIGKILL)
        answered = [first, *writer.stdout.read().splitlines(keepends=True)]
        writer.wait()
        writer.stdout.close()
        whole = [line.strip() for line in answered if line.endswith(b"\n")]
        kept = replayed(Journal(folder))
        assert set(whole) <= set(kept)
        assert len(kept) == len(set(kept))
        assert len(kept) <= len(whole) + 4  # written, but killed before the answer
