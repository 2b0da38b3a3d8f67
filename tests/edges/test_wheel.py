"""What the image installs: a wheel that holds everything and runs away from the checkout."""

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.timeout(300)


def build(source, target, *kinds):
    """Build distributions with the backend of pyproject.toml, without a network."""
    argv = [sys.executable, "-m", "hatchling", "build", "-d", str(target)]
    for kind in kinds:
        argv += ["-t", kind]
    ran = subprocess.run(argv, cwd=source, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def names(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def dist(tmp_path_factory):
    target = tmp_path_factory.mktemp("dist")
    build(ROOT, target, "sdist", "wheel")
    return target


@pytest.fixture(scope="module")
def wheel(dist):
    (found,) = dist.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A fresh environment with the wheel in it; other packages are those of this environment, not the checkout."""
    home = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    python = home / "bin/python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-deps", "--no-index", str(wheel)],
        check=True,
    )
    (site,) = home.glob("lib/python*/site-packages")
    (site / "others.pth").write_text(sysconfig.get_path("purelib") + "\n")  # its own .pth files are not followed
    return python


def run(python, *words, cwd):
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [str(python), *words], cwd=cwd, env=environ, capture_output=True, text=True, check=False, timeout=120
    )


def tracked(folder):
    listed = subprocess.run(["git", "ls-files", folder], cwd=ROOT, capture_output=True, text=True, check=True)
    return {name for name in listed.stdout.splitlines() if not Path(name).name.startswith(".")}


def test_every_tracked_file_of_the_packages_is_in_the_wheel(wheel):
    expected = tracked("verify_app") | tracked("cache")
    for folder in ("templates", "static", "translations"):
        expected |= {f"verify_app/{name}" for name in tracked(folder)}
    assert expected - names(wheel) == set()
    for ending in (".lua", ".json", ".po", ".html", ".css", "migrations/env.py"):
        assert [name for name in names(wheel) if name.endswith(ending)], f"no {ending} in the wheel"


def test_nothing_else_is_in_the_wheel(wheel):
    assert {name.split("/")[0] for name in names(wheel) if ".dist-info/" not in name} == {"verify_app", "cache"}
    assert not [name for name in names(wheel) if "__pycache__" in name or name.endswith((".sqlite3", ".key"))]


def test_the_wheel_that_is_built_from_the_sdist_is_the_same(dist, wheel, tmp_path):
    (sdist,) = dist.glob("*.tar.gz")
    subprocess.run(["tar", "-xzf", str(sdist), "-C", str(tmp_path)], check=True)
    (source,) = tmp_path.iterdir()
    build(source, tmp_path / "again", "wheel")
    (again,) = (tmp_path / "again").glob("*.whl")
    fetched = {name for name in names(wheel) if "/static/vendor/" in name}  # where npm was at hand; never in git
    assert names(again) == names(wheel) - fetched


def test_the_installed_packages_are_those_of_the_wheel_even_beside_a_foreign_cache_folder(installed, tmp_path):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache/__init__.py").write_text("raise RuntimeError('a foreign cache')")
    ran = run(
        installed, "-P", "-c", "import cache, verify_app; print(cache.__file__, verify_app.__file__)", cwd=tmp_path
    )
    assert ran.returncode == 0, ran.stderr
    for path in ran.stdout.split():
        assert path.startswith(str(installed.parents[1]))


def test_the_installed_command_runs_away_from_the_checkout(installed, tmp_path):
    ran = run(installed.with_name("verify-app"), "--help", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert "serve" in ran.stdout


def test_the_installed_wheel_finds_its_templates_words_and_styles(installed, tmp_path):
    code = "from verify_app import assets, i18n; import sys; "
    code += "print(assets.folder('templates'), assets.folder('static'), assets.folder('translations')); "
    code += "assert i18n.catalogue('vi').text('health.title') == 'Tình trạng dịch vụ'; assert assets.stylesheet()"
    ran = run(installed, "-c", code, cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert str(ROOT) not in ran.stdout
    for path in ran.stdout.split():
        assert Path(path).is_dir()


def test_the_installed_wheel_makes_and_lists_a_demonstration_registry(installed, tmp_path):
    environ = {**os.environ, "DATA_DIR": str(tmp_path / "data")}
    command = str(installed.with_name("verify-app"))
    for words in (["init"], ["demo", "list", "--json"]):
        ran = subprocess.run(
            [command, *words], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False, timeout=120
        )
        assert ran.returncode == 0, ran.stderr
    assert ran.stdout.lstrip().startswith("[")


def copied():
    """What the Dockerfile takes from the build's context."""
    for line in (ROOT / "Dockerfile").read_text().splitlines():
        words = line.split()
        if words[:1] == ["COPY"] and not words[1].startswith("--from="):
            yield from words[1:-1]


def test_the_image_copies_what_exists_and_all_that_the_wheel_needs():
    sources = set(copied())
    assert sources, "Expected COPY lines, got none."
    for source in sources:
        assert (ROOT / source).exists(), source
    assert {"verify_app", "cache", "templates", "static", "translations", "pyproject.toml", "README.md"} <= sources


def test_the_images_build_context_lets_everything_through_that_is_copied():
    allowed = {
        line[1:].rstrip("/") for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")
    }
    sources = set(copied())
    assert allowed <= sources
    assert [source for source in sources if not any(f"{source}/".startswith(f"{name}/") for name in allowed)] == []


def test_the_image_fetches_the_scanners_decoder_by_its_lock_file():
    text = (ROOT / "Dockerfile").read_text()
    stage = text[text.index("AS scanner") : text.index("AS build")]
    assert "npm ci" in stage
    assert "COPY --from=scanner /scanner/vendor static/vendor" in text
    assert "static/vendor" in (ROOT / ".dockerignore").read_text().splitlines(), "the image must not take ours"
    locked = json.loads((ROOT / "static/npm/package-lock.json").read_text())["packages"]
    assert all("integrity" in package and "resolved" not in package for name, package in locked.items() if name)


def test_the_image_builds_its_wheel_from_what_it_copies_alone(tmp_path):
    for source in copied():
        subprocess.run(["cp", "-a", str(ROOT / source), str(tmp_path)], check=True)
    build(tmp_path, tmp_path / "dist", "wheel")
    assert list((tmp_path / "dist").glob("*.whl"))


def test_the_images_health_check_is_python_that_compiles():
    text = (ROOT / "Dockerfile").read_text()
    (line,) = [line for line in text.splitlines() if line.strip().startswith("CMD [") and "livez" in line]
    program = json.loads(line.strip().removeprefix("CMD "))
    assert program[:2] == ["python", "-c"]
    compile(program[2], "healthcheck", "exec")
    assert "USER verify" in text
