"""`make` and the scripts behind it: what is missing is installed, and nothing is done when nothing is missing."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("bash", "env")


def run(*words, path=None):
    environ = {**os.environ, **({"PATH": str(path)} if path else {})}
    return subprocess.run(
        [str(word) for word in words], cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=60
    )


def program(folder, name, body):
    """Put a stand-in for a program into a folder."""
    file = folder / name
    file.write_text(f"#!/bin/sh\n{body}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def bare(tmp_path):
    """A system where Python is missing and apt-get writes down what it is asked; who runs it is to be added."""
    for name in TOOLS:
        (tmp_path / name).symlink_to(shutil.which(name))
    program(tmp_path, "python3", "exit 1")
    program(tmp_path, "apt-get", f'echo "$*" >> {tmp_path}/asked')
    return tmp_path


def asked(folder):
    return (folder / "asked").read_text() if (folder / "asked").exists() else ""


def test_make_alone_lists_every_target():
    listed = run("make")
    assert listed.returncode == 0
    targets = {line.split()[1] for line in listed.stdout.splitlines()}
    phony = next(line for line in (ROOT / "Makefile").read_text().splitlines() if line.startswith(".PHONY:"))
    assert targets == set(phony.split()[1:])
    assert {"run", "setup", "test", "lint", "types", "check", "smoke-load"} <= targets


def test_nothing_is_installed_when_nothing_is_missing():
    ran = run(".ci/packages", "run")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_root_installs_what_is_missing_and_only_that(bare):
    program(bare, "id", "echo 0")
    ran = run(".ci/packages", "run", path=bare)
    assert ran.returncode == 0, ran.stderr
    assert "install -y --no-install-recommends python3 python3-venv libzbar0" in asked(bare)
    assert "chromium" not in asked(bare)


def test_the_browser_is_asked_for_by_tests_only(bare):
    program(bare, "id", "echo 0")
    assert run(".ci/packages", "test", path=bare).returncode == 0
    assert " chromium" in asked(bare)


def test_a_user_with_sudo_installs_through_it(bare):
    program(bare, "id", "echo 1000")
    program(bare, "sudo", f'echo sudo >> {bare}/asked; exec "$@"')
    assert run(".ci/packages", "run", path=bare).returncode == 0
    assert asked(bare).startswith("sudo\n")
    assert "libzbar0" in asked(bare)


def test_a_user_without_sudo_is_told_what_to_ask_for(bare):
    program(bare, "id", "echo 1000")
    ran = run(".ci/packages", "run", path=bare)
    assert ran.returncode == 1
    assert "apt-get install python3 python3-venv libzbar0" in ran.stderr
    assert asked(bare) == ""


def test_another_system_is_told_the_names(bare):
    (bare / "apt-get").unlink()
    ran = run(".ci/packages", "run", path=bare)
    assert ran.returncode == 1
    assert "libzbar0" in ran.stderr


def test_a_failed_installation_is_a_failure(bare):
    program(bare, "id", "echo 0")
    program(bare, "apt-get", "exit 100")
    assert run(".ci/packages", "run", path=bare).returncode != 0


def test_every_run_time_package_is_pinned_the_same_for_running_and_for_tests():
    def pins(name):
        lines = (ROOT / name).read_text().splitlines()
        return dict(line.split(" ")[0].split("==") for line in lines if line[:1].isalnum() and "==" in line)

    development = pins("requirements-dev.lock")
    for name in ("requirements.lock", "requirements-build.lock"):
        assert pins(name).items() <= development.items()
