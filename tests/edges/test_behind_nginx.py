"""A real nginx, with the file that the handbook offers, in front of two hosts of the service on one PostgreSQL and one
Valkey: what is kept, what is never kept, what is closed, and who the visitor is."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.goods import Goods
from loadtests.instance import Instance, free_port
from tests.fixtures_postgres import PostgresServer
from tests.fixtures_valkey import ValkeyServer
from verify_app.domain.parse import parse
from verify_app.store import ledger
from verify_app.store.engine import open_engine, reading
from verify_app.store.migrate import migrate
from verify_app.store.registry import write_registry

pytest_plugins = ("tests.fixtures_postgres", "tests.fixtures_valkey")

pytestmark = pytest.mark.timeout(400)  # two hosts start first

CONFIGURATION = Path(__file__).resolve().parents[2] / "deploy" / "nginx.conf"
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
GOODS = Goods(40, per_model=20)
PHONE = "Mozilla/5.0 (Linux; Android 14; Phone) Mobile"


@dataclass
class House:
    """nginx on a port, the two hosts behind it, and the ledger that both fill."""

    port: int
    hosts: list[Instance]
    database: str

    def get(self, path: str, source: str = "127.0.0.1", **headers: str) -> http.client.HTTPResponse:
        """Answer of nginx to a client at a loopback address."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60, source_address=(source, 0))
        line.request("GET", path, headers={"User-Agent": PHONE, **{k.replace("_", "-"): v for k, v in headers.items()}})
        answer = line.getresponse()
        answer.body = answer.read()  # type: ignore[attr-defined]
        line.close()
        return answer

    def scans(self) -> int:
        """Scans in the ledger."""
        engine = open_engine(self.database)
        try:
            with reading(engine) as connection:
                return ledger.count(connection)
        finally:
            engine.dispose()

    def rows(self, path: str) -> tuple[ledger.LedgerRow, ...]:
        """The ledger's rows of an item."""
        engine = open_engine(self.database)
        try:
            with reading(engine) as connection:
                return ledger.scans_of(connection, parse("https://id.example" + path).identity)
        finally:
            engine.dispose()

    def reaches(self, count: int) -> bool:
        """Whether the ledger comes to hold so many scans, and not more."""
        until(lambda: self.scans() >= count)
        return self.scans() == count


def until(question: Callable[[], bool]) -> None:
    """Wait until it is so."""
    end = time.monotonic() + 60
    while not question():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.fixture(scope="module")
def house(postgres_server: PostgresServer) -> Iterator[House]:
    if not Path(NGINX).exists():
        pytest.skip("nginx is not installed (apt-get install nginx-light): its configuration was not tried")
    folder = Path(tempfile.mkdtemp(prefix="nx-", dir="/tmp"))
    valkey = ValkeyServer(folder)
    database = postgres_server.database()
    migrate(database)
    engine = open_engine(database)
    write_registry(engine, GOODS.registry())
    engine.dispose()
    same = {"DATABASE_URL": database, "SECRET_KEY": "a key that both hosts share, long enough", "DEMO": "false"}
    same |= {"REDIS_URL": valkey.url, "TRUSTED_PROXIES": "1", "WEB_WORKERS": "1", "WEB_THREADS": "4"}
    hosts = [Instance(folder / name, **same) for name in ("one", "two")]
    process = None
    try:
        valkey.start()
        with ThreadPoolExecutor() as both:
            list(both.map(Instance.start, hosts))
        port = free_port()
        process = begin(folder, port, hosts)
        yield House(port, hosts, database)
    finally:
        if process:
            process.terminate()
            process.wait(60)
        for host in hosts:
            host.stop()
        valkey.kill9()
        shutil.rmtree(folder, ignore_errors=True)


def begin(folder: Path, port: int, hosts: list[Instance]) -> subprocess.Popen[bytes]:
    """nginx with the file as it is, but for the port, the folder of its cache, and the hosts behind it."""
    text = CONFIGURATION.read_text()
    behind = "".join(f"server 127.0.0.1:{host.port};" for host in hosts)
    for given, here in (
        ("server 127.0.0.1:8000;", behind),
        ("listen 80;", f"listen 127.0.0.1:{port};"),
        ("/var/cache/nginx/verify-app", str(folder / "cache")),
    ):
        assert text.count(given) == 1
        text = text.replace(given, here)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = f"pid {folder}/pid; error_log {folder}/error.log; events {{}} http {{ {temporary} {text} }}"
    (folder / "nginx.conf").write_text(("user root; " if os.geteuid() == 0 else "") + whole)
    command = [NGINX, "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log"), "-g", "daemon off;"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    until(lambda: _listens(port, process))
    return process


def _listens(port: int, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "Expected a running nginx, got its end."
    try:
        http.client.HTTPConnection("127.0.0.1", port, timeout=60).connect()
    except OSError:
        return False
    return True


def test_an_item_is_never_kept_and_each_scan_of_two_hosts_is_in_one_history_and_one_ledger(house: House) -> None:
    before = house.scans()
    answers = [house.get(GOODS.path(1), User_Agent=f"{PHONE} {number}") for number in range(8)]
    assert {answer.status for answer in answers} == {200}
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}
    assert house.reaches(before + 8)
    # whichever host answered, it knew the scans of the other one
    assert sorted(row.prior_scans for row in house.rows(GOODS.path(1))) == list(range(8))


def test_a_product_page_is_asked_for_each_time_and_costs_no_body_while_it_holds(house: House) -> None:
    before = house.scans()
    first = house.get(GOODS.class_path(0))
    assert first.status == 200
    assert "no-store" not in first.headers["Cache-Control"]
    tag = first.headers["ETag"]
    again = house.get(GOODS.class_path(0), If_None_Match=tag)
    assert (again.status, again.body) == (304, b"")
    assert house.reaches(before + 1)  # the second look of the same phone is a reload; it was asked all the same


def test_files_and_pages_for_all_are_kept_by_nginx_in_each_form_and_language(house: House) -> None:
    page = house.get("/").body.decode()
    name = re.search(r'"(/static/[^"]+\.js[^"]*)"', page)[1]  # type: ignore[index]
    for _ in range(2):
        kept = house.get(name, Accept_Encoding="gzip, deflate, br")
    assert kept.headers["X-Cache"] == "HIT"
    assert "immutable" in kept.headers["Cache-Control"]
    assert kept.headers["Content-Encoding"] == "br"
    plain = house.get(name)
    assert plain.headers["Content-Encoding"] is None
    for lang in ("vi", "en", "vi", "en"):
        answer = house.get("/help", Accept_Language=lang)
        assert f'<html lang="{lang}"'.encode() in answer.body
    assert answer.headers["X-Cache"] in ("HIT", "MISS", "REVALIDATED")


def test_measures_and_state_are_closed_at_the_proxy_and_open_behind_it(house: House) -> None:
    for path in ("/metrics", "/health"):
        assert house.get(path).status == 403
        assert house.hosts[0].get(path)[0] == 200
    assert house.get("/readyz").status == 200


def test_the_visitor_is_whom_nginx_saw_whatever_the_client_says(house: House) -> None:
    before, item = house.scans(), GOODS.path(30)
    house.get(item, source="127.0.0.2")
    house.get(item, source="127.0.0.3")
    house.get(item, source="127.0.0.3", X_Forwarded_For="14.160.0.1")  # a reload of the one before, in disguise
    house.get(item, source="127.0.0.4")
    assert house.reaches(before + 3)


def test_when_one_host_ends_the_other_one_answers(house: House) -> None:
    house.hosts[1].stop()
    answers = [house.get(GOODS.path(5), User_Agent=f"{PHONE} alone {number}") for number in range(6)]
    assert {answer.status for answer in answers} == {200}
    assert house.get("/readyz").status == 200
