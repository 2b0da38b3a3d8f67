"""A real PostgreSQL server for tests, from Debian's package, on a private unix socket.

In a test file: `pytest_plugins = ("tests.fixtures_postgres",)`, then ask for `postgres_url` (an empty database of
the test's own), or for `database_url` (empty) or `registry_url` (migrated): then the test runs twice, on SQLite and
on PostgreSQL. Skips where PostgreSQL is absent.
PYTEST_DONT_REWRITE: test files may also import from here, before or after pytest does.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from tests.migrated import lay_schema
from verify_app.store.migrate import migrate

_numbers = count(1)


class PostgresServer:
    """One server in a temporary folder; each test gets a database of its own from it."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self.binaries = binaries
        self.folder = folder
        # the server refuses to run as root: then the account of the package takes it
        self._as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []

    def start(self, options: str = "") -> None:
        """Make the cluster and start it with these options ("-c …"). Without any, durable writes are off, for the data
        lives as long as the tests."""
        if self._as:
            shutil.chown(self.folder, "postgres")
        data = self.folder / "data"
        self._run("initdb", "-D", data, "-U", "tests", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        quick = (
            "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=32MB -c autovacuum=off"
        )
        here = f"-c listen_addresses='' -k {self.folder} {options or quick}"
        self._run("pg_ctl", "-D", data, "-l", self.folder / "log", "-w", "-o", here, "start")

    def stop(self) -> None:
        """End the server at once."""
        self._run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")

    def database(self, template: str = "template0") -> str:
        """SQLAlchemy URL of a new database: an empty one, or a copy of a database that nobody is connected to."""
        name = f"test_{next(_numbers)}"
        with psycopg.connect(host=str(self.folder), user="tests", dbname="postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')  # type: ignore[arg-type]
        return f"postgresql+psycopg://tests@/{name}?host={self.folder}"

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected."""
        name = sa.make_url(url).database
        with psycopg.connect(host=str(self.folder), user="tests", dbname="postgres", autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # type: ignore[arg-type]

    def _run(self, program: str, *arguments: object) -> None:
        command = [*self._as, str(self.binaries / program), *(str(argument) for argument in arguments)]
        with (self.folder / "setup").open("ab") as log:
            done = subprocess.run(command, stdout=log, stderr=log, cwd=self.folder, timeout=60, check=False)
        if done.returncode:
            told = (self.folder / "setup").read_text(errors="replace")
            raise RuntimeError(f"Expected {program} to succeed, got exit code {done.returncode}:\n{told}")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The session's server, for tests that take databases away."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql): its tests were not run")
    # straight below /tmp: a unix socket's path may have 107 bytes, pytest's own folders are longer
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    server = PostgresServer(found[-1].parent, folder)
    try:
        server.start()
        yield server
        server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """An empty PostgreSQL database."""
    url = postgres_server.database()
    yield url
    postgres_server.drop(url)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, once of each supported kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'registry.sqlite3'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(scope="session")
def _migrated(postgres_server: PostgresServer) -> str:
    """Name of a migrated database to copy: migrating takes longer than most tests."""
    empty = postgres_server.database()
    migrate(empty)
    return sa.make_url(empty).database or ""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def registry_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated database without any record, once of each supported kind."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'registry.sqlite3'}"
        lay_schema(url)
        yield url
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    url = server.database(request.getfixturevalue("_migrated"))
    yield url
    server.drop(url)
