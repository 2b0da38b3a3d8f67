"""Child processes of `serve`: restarted when they end, stopped in order, never left behind."""

import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from verify_app.serving import children
from verify_app.serving.children import Child, start

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)",
]


def alive(pid):
    """Whether a process runs; one that has ended and waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(condition, seconds=60.0):
    """Wait for a condition; fails when it does not come true."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "Expected the condition to come true, got none in time."
        time.sleep(0.02)


@pytest.fixture
def said():
    return []


@pytest.fixture
def child():
    made = Child("The sleeper", lambda: start(SLEEPER, os.environ), patience=10.0)
    yield made
    made.stop(lambda line: None)


def test_a_child_that_runs_is_left_alone(child, said):
    child.run()
    before = child.process.pid
    child.watch(said.append)
    assert child.process.pid == before
    assert said == []


def test_a_child_that_was_killed_starts_again_at_once(child, said):
    child.run()
    before = child.process.pid
    os.kill(before, signal.SIGKILL)
    until(lambda: not alive(before))
    child.watch(said.append)
    assert child.process.pid != before
    assert alive(child.process.pid)
    assert said == ["The sleeper ended (signal SIGKILL); it starts again in 0 s."]


def test_a_child_that_keeps_ending_waits_longer_each_time(monkeypatch, said):
    clock = [1000.0]
    monkeypatch.setattr(children.time, "monotonic", lambda: clock[0])
    begun = []

    def begin():
        begun.append(clock[0])
        process = subprocess.Popen([sys.executable, "-c", "raise SystemExit(7)"], process_group=0)
        process.wait()
        return process

    child = Child("The failing one", begin, patience=1.0)
    child.run()
    for _ in range(400):
        clock[0] += 0.25
        child.watch(said.append)
    pauses = [later - earlier for earlier, later in pairwise(begun)]
    assert pauses[0] <= 0.25
    assert pauses == sorted(pauses)
    assert max(pauses) <= 15.25
    assert "status 7" in said[0]


def test_a_child_that_cannot_be_started_again_is_tried_later(monkeypatch, said):
    clock = [1000.0]
    monkeypatch.setattr(children.time, "monotonic", lambda: clock[0])
    faults = [RuntimeError("no room"), None]

    def begin():
        if fault := faults.pop(0):
            raise fault
        return start(SLEEPER, os.environ)

    child = Child("The late one", begin, patience=10.0)
    child.watch(said.append)
    assert said == ["The late one did not start: no room"]
    child.watch(said.append)
    assert child.process is None
    clock[0] += 20
    child.watch(said.append)
    assert alive(child.process.pid)
    child.stop(said.append)


def test_a_child_that_does_not_hear_is_stopped_by_force(said):
    process = subprocess.Popen(STUBBORN, stdout=subprocess.PIPE, process_group=0)
    assert process.stdout.readline() == b"deaf\n"
    child = Child("The deaf one", lambda: process, patience=0.2, process=process)
    child.stop(said.append)
    assert not alive(process.pid)
    assert said == ["The deaf one did not end within 0 s: stopped by force."]
    process.stdout.close()


def test_what_a_child_started_itself_ends_with_it(said):
    nested = "import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); "
    nested += "print(p.pid, flush=True); p.wait()"
    process = subprocess.Popen([sys.executable, "-c", nested], stdout=subprocess.PIPE, process_group=0)
    grandchild = int(process.stdout.readline())
    Child("The parent", lambda: process, patience=5.0, process=process).stop(said.append)
    until(lambda: not alive(grandchild))
    process.stdout.close()


def test_children_do_not_outlive_a_supervisor_that_was_killed():
    parent = "import os, sys, time; from verify_app.serving.children import start; "
    parent += "print(start([sys.executable, '-c', 'import time; time.sleep(600)'], os.environ).pid, flush=True); "
    parent += "time.sleep(600)"
    supervisor = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE)
    orphan = int(supervisor.stdout.readline())
    assert alive(orphan)
    supervisor.kill()
    supervisor.wait()
    until(lambda: not alive(orphan))
    supervisor.stdout.close()
