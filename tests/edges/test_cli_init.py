"""`verify-app init` makes what the service needs, once."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from verify_app.cli.init import command
from verify_app.store.migrate import check

pytest_plugins = ("tests.fixtures_postgres",)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("DATABASE_URL", "SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "deep" / "var 100%"))
    return tmp_path / "deep" / "var 100%"


def test_folder_key_and_database_are_made_once(folder: Path) -> None:
    assert CliRunner().invoke(command).exit_code == 0
    key = (folder / "secret.key").read_bytes()
    assert len(key) >= 32
    assert (folder / "secret.key").stat().st_mode & 0o077 == 0
    check(f"sqlite:///{folder / 'registry.sqlite3'}")

    assert CliRunner().invoke(command).exit_code == 0
    assert (folder / "secret.key").read_bytes() == key


def test_database_of_the_settings_is_migrated(folder: Path, database_url: str, monkeypatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    assert CliRunner().invoke(command).exit_code == 0
    check(database_url)
    assert not (folder / "registry.sqlite3").exists()


def test_database_that_is_away_is_said_and_is_a_failure(folder: Path, monkeypatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql+psycopg://nobody:secret-word@/none?host={folder}")
    result = CliRunner().invoke(command)
    assert result.exit_code == 1
    assert "Expected an answer of the database" in result.stderr
    assert "secret-word" not in result.stderr


def test_wrong_settings_are_said_and_are_a_failure(folder: Path, monkeypatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://somewhere")
    result = CliRunner().invoke(command)
    assert result.exit_code == 1
    assert "DATABASE_URL" in result.stderr
