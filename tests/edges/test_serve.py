"""`verify-app serve`, as an operator runs it: starts, survives kills, stops in order, keeps its data."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from dataclasses import replace
from functools import cache
from http.client import HTTPConnection
from pathlib import Path

import pytest

from loadtests.instance import Instance
from tests.drawn_pictures import lay_pictures
from verify_app.domain.parse import parse
from verify_app.domain.passport import Review
from verify_app.domain.review import ReviewAct
from verify_app.domain.text import Text
from verify_app.enterprise.reviewing import Actor
from verify_app.parts import build
from verify_app.serving.engines import EmbeddedValkey
from verify_app.settings import Settings
from verify_app.store import ledger
from verify_app.store.drafts import last_model, save_model
from verify_app.store.engine import open_engine, reading, writing

pytest_plugins = ("tests.drawn_pictures", "tests.fixtures_postgres", "tests.fixtures_valkey")
pytestmark = pytest.mark.timeout(300)
NOBODYS = "/01/09521239999992/21/1"  # GS1's demonstration prefix; no registry holds it
PHONE = "Mozilla/5.0 (Linux; Android 14; Phone {}) Mobile"


def processes_of(folder):
    """Process ids by role of all programs that have this DATA_DIR in their environment or arguments."""
    found = {}
    for proc in Path("/proc").glob("[0-9]*"):
        try:
            words = (proc / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            place = (proc / "environ").read_bytes().decode(errors="replace")
            running = (proc / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
            parent = int((proc / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if running and (f"DATA_DIR={folder}\0" in place + "\0" or str(folder) in words):
            found[int(proc.name)] = (role(words), parent)
    return found


def role(words):
    """What a program is, by its arguments."""
    for name in ("valkey-server", "web_server", "worker", "serve"):
        if name in words:
            return name
    return "other"


def pids(folder, name):
    """Process ids of one role, the oldest parents first."""
    found = processes_of(folder)
    of_role = [pid for pid, (what, _) in found.items() if what == name]
    return sorted(of_role, key=lambda pid: (found[pid][1] in of_role, pid))


def until(condition, seconds=60.0):
    """Wait for a condition and return its value; fails when it does not come true."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "Expected the condition to come true, got none in time."
        time.sleep(0.1)
    return value


def scans(database, path=""):
    """How many scans the ledger of a stopped instance holds, or how many of one code."""
    engine = open_engine(database)
    try:
        with reading(engine) as connection:
            return len(ledger.scans_of(connection, parse(path).identity)) if path else ledger.count(connection)
    finally:
        engine.dispose()


@cache
def demo():
    listed = subprocess.run(
        [sys.executable, "-m", "verify_app.cli", "demo", "list", "--json"], capture_output=True, check=True
    )
    return json.loads(listed.stdout)


@pytest.fixture(scope="module")
def instance(tmp_path_factory, drawn):
    running = Instance(lay_pictures(drawn, tmp_path_factory.mktemp("serve") / "data"))
    with running:
        yield running


def test_it_prints_its_address_and_three_links_that_answer(instance):
    text = instance.log.read_text()
    assert f"http://127.0.0.1:{instance.port}/" in text
    links = re.findall(rf"^  {re.escape(instance.url)}(/\S+)$", text, re.MULTILINE)
    assert len(links) == 3
    for path in links:
        assert instance.get(path, Accept="text/html")[0] == 200


def test_every_demonstration_page_answers(instance):
    listed = demo()
    assert len(listed) >= 3
    for entry in listed[:12]:
        status, body = instance.get(entry["path"], Accept="text/html")
        assert status in (200, 400), entry
        assert b"<html" in body


def test_health_is_ok_and_the_measures_are_there(instance):
    until(lambda: json.loads(instance.get("/health")[1])["status"] == "ok")
    until(lambda: instance.get("/readyz")[0] == 200)
    assert b"verify_app_requests_total" in instance.get("/metrics")[1]


def workers_of(instance):
    """Process ids of the web server's workers."""
    master = pids(instance.folder, "web_server")[0]
    return {pid for pid, (_, parent) in processes_of(instance.folder).items() if parent == master}


def who_answers(instance, port, workers):
    """Which worker holds the other end of a connection that we made from `port`."""
    ends = f"0100007F:{instance.port:04X}", f"0100007F:{port:04X}"
    lines = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines())
    socket_of = next(f"socket:[{words[9]}]" for words in lines if (words[1], words[2]) == ends)
    for pid in workers:
        for held in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(FileNotFoundError):
                if str(held.readlink()) == socket_of:
                    return pid
    return None


def told_by_workers(instance, path, workers):
    """The page that each worker gives, by its process id; connections stay open until each of them has got one."""
    told = {}
    with ExitStack() as stack:
        for number in range(64):
            connection = HTTPConnection("127.0.0.1", instance.port, timeout=60)
            stack.callback(connection.close)
            connection.connect()
            port = connection.sock.getsockname()[1]
            connection.request("GET", path, headers={"Accept": "text/html", "User-Agent": PHONE.format(number)})
            page = connection.getresponse().read().decode()
            told[who_answers(instance, port, workers)] = page
            if workers <= told.keys():
                break
    return told


def publish(instance, gtin, name):
    """A product's new name: drafted, submitted, approved and published by a process beside the web server, as the
    portal does it."""
    settings = Settings(data_dir=instance.folder, redis_url=EmbeddedValkey(instance.folder).url, demo=False)
    parts, engine, now = build(settings), open_engine(settings.database), time.time_ns() // 1_000_000
    try:
        with writing(engine) as connection:
            old = last_model(connection, gtin)
            author = Actor("an@example.vn", enterprise_id=old.enterprise_id)
            save_model(connection, old, replace(old, review=Review.DRAFT, name=Text.of(name)), author.name, now)
            key = (gtin, "", last_model(connection, gtin).version)
        reviewer = Actor("binh@example.vn", reviewer=True)
        for act, actor in ((ReviewAct.SUBMIT, author), (ReviewAct.APPROVE, reviewer), (ReviewAct.PUBLISH, author)):
            parts.desk.reviews.act(key, act, actor, now=now)
    finally:
        parts.decoder.close()
        engine.dispose()


def test_a_published_name_is_shown_by_every_worker_long_before_a_page_that_was_kept_expires(instance):
    gtin = next(entry["path"] for entry in demo() if entry["expect"] == "VALID").split("/")[2]
    workers, name = workers_of(instance), "Tên vừa được công bố"
    assert len(workers) == 2
    before = until(lambda: told if (told := told_by_workers(instance, f"/01/{gtin}", workers)).keys() == workers else 0)
    assert not [page for page in before.values() if name in page], "both hold the page of before"
    publish(instance, gtin, name)

    def shown():
        told = told_by_workers(instance, f"/01/{gtin}", workers)
        return told.keys() == workers and all(name in page for page in told.values())

    until(shown)  # two seconds are promised, and an unpurged page would stand for ten minutes (resolve.py)


def test_the_data_folder_and_the_key_are_for_the_owner_only(instance):
    assert stat.S_IMODE(instance.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((instance.folder / "secret.key").stat().st_mode) == 0o600


def test_no_secret_stands_in_an_argument(instance):
    key = (instance.folder / "secret.key").read_text().strip()
    for pid in processes_of(instance.folder):
        assert key not in Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")


@pytest.mark.parametrize("name", ["web_server", "worker", "valkey-server"])
def test_a_killed_program_comes_back(instance, name):
    before = pids(instance.folder, name)[0]
    os.kill(before, signal.SIGKILL)
    until(lambda: [pid for pid in pids(instance.folder, name) if pid != before])
    until(lambda: instance.get("/readyz")[0] == 200)
    path = next(entry["path"] for entry in demo() if entry["expect"] == "VALID")
    assert instance.get(path, Accept="text/html")[0] == 200


def test_a_killed_web_worker_comes_back(instance):
    master, before = pids(instance.folder, "web_server")[0], workers_of(instance)
    killed = min(before)
    os.kill(killed, signal.SIGKILL)
    until(lambda: len(workers_of(instance) - {killed}) == len(before))
    assert pids(instance.folder, "web_server")[0] == master
    assert instance.get("/livez")[0] == 200


def serve(folder, port):
    return subprocess.run(
        [sys.executable, "-m", "verify_app.cli", "serve"],
        env={**os.environ, "DATA_DIR": str(folder), "PORT": str(port)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_taken_port_is_told_and_nothing_is_left_running(tmp_path):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        ran = serve(tmp_path / "data", holder.getsockname()[1])
    assert ran.returncode == 1
    assert "cannot be used: Address already in use" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert processes_of(tmp_path / "data") == {}


def test_a_data_folder_in_use_is_told_with_the_process_that_has_it(instance):
    ran = serve(instance.folder, 1 + instance.port % 60000)
    assert ran.returncode == 1
    assert f"in use by another instance (process {instance.process.pid})" in ran.stderr


def test_a_database_that_cannot_be_reached_is_told(tmp_path):
    unreachable = "postgresql+psycopg://nobody:hunter2@127.0.0.1:1/none"
    ran = subprocess.run(
        [sys.executable, "-m", "verify_app.cli", "serve"],
        env={**os.environ, "DATA_DIR": str(tmp_path / "data"), "PORT": "18999", "DATABASE_URL": unreachable},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 1
    assert "The step `verify-app init` failed" in ran.stderr
    assert "hunter2" not in ran.stderr + ran.stdout
    assert processes_of(tmp_path / "data") == {}


def test_wrong_settings_are_all_told_at_once():
    ran = subprocess.run(
        [sys.executable, "-m", "verify_app.cli", "serve"],
        env={**os.environ, "PORT": "http", "WEB_WORKERS": "-1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert "PORT" in ran.stderr
    assert "WEB_WORKERS" in ran.stderr


def test_a_second_instance_ends_with_all_its_children_however_it_is_ended_and_keeps_its_data(instance, tmp_path):
    other = Instance(tmp_path / "other", DEMO="false")
    other.start()
    assert other.port != instance.port
    key = (other.folder / "secret.key").read_text()
    assert key != (instance.folder / "secret.key").read_text()
    assert {"web_server", "worker", "valkey-server"} <= {what for what, _ in processes_of(other.folder).values()}
    assert recorded(other, 1) is True
    other.stop(signal.SIGKILL)  # the supervisor alone: its children end by themselves
    until(lambda: processes_of(other.folder) == {})

    other.start()
    assert (other.folder / "secret.key").read_text() == key
    assert [recorded(other, 1), recorded(other, 2)] == [False, True], "the first phone's look was a reload"
    assert other.stop(signal.SIGINT) == 0
    assert processes_of(other.folder) == {}
    assert "Traceback" not in other.log.read_text()
    assert scans(f"sqlite:///{other.folder / 'registry.sqlite3'}") == 2
    assert instance.get("/readyz")[0] == 200


def recorded(instance, phone):
    """Whether a look by this phone was recorded as a scan."""
    status, body = instance.get(NOBODYS, Accept="application/json", **{"User-Agent": PHONE.format(phone)})
    assert status == 200
    return json.loads(body)["recorded"]


def test_with_engines_of_its_own_no_embedded_one_is_started_and_a_history_that_goes_away_comes_back(
    tmp_path, drawn, postgres_url, valkey_server
):
    """It is asked to end as a container's host asks."""
    running = Instance(lay_pictures(drawn, tmp_path / "data"), DATABASE_URL=postgres_url, REDIS_URL=valkey_server.url)
    with running:
        assert pids(running.folder, "valkey-server") == []
        path = next(entry["path"] for entry in demo() if entry["expect"] == "VALID")
        assert running.get(path, Accept="text/html")[0] == 200
        until(lambda: json.loads(running.get("/health")[1])["status"] == "ok")

        valkey_server.kill9()
        assert recorded(running, 3) is False
        until(lambda: json.loads(running.get("/health")[1])["status"] == "degraded")
        until(lambda: running.get("/readyz")[0] == 503)
        until(lambda: json.loads(running.get("/health")[1])["parts"]["history"]["since"])
        valkey_server.restart()
        until(lambda: json.loads(running.get("/health")[1])["status"] == "ok")
        assert running.stop(signal.SIGTERM) == 0
    assert processes_of(running.folder) == {}
    assert not (running.folder / "registry.sqlite3").exists()
    assert not (running.folder / "valkey").exists()
    assert scans(postgres_url, NOBODYS) == 1, "the journal was replayed"
