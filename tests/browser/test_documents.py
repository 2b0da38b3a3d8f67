"""Commands in the documents are run as they stand there, against a running service."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import BIN
from verify_app.domain.parse import parse
from verify_app.images.symbols import symbol

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PAGES = [  # operations.md speaks of machines that a test has not
    "docs/api.md",
    "docs/enterprise/README.md",
    "docs/enterprise/data-in.md",
    "docs/enterprise/publishing.md",
]


def blocks():
    for page in PAGES:
        for number, match in enumerate(BLOCK.finditer((ROOT / page).read_text(encoding="utf-8")), 1):
            yield pytest.param(match.group(1), id=f"{page}-{number}")


@pytest.mark.parametrize("commands", list(blocks()))
def test_the_commands_of_a_page_work(commands, service, service_data, tmp_path):
    (tmp_path / "label.png").write_bytes(symbol(parse("/01/09521234543213"), "https://tra-cuu.example", "qr", "png"))
    run = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands.replace("127.0.0.1:8000", urlsplit(service).netloc)],
        cwd=tmp_path,
        env=os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}", "DATA_DIR": str(service_data)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    written = list((tmp_path / "labels").glob("*")) if "--out labels" in commands else []
    assert run.stdout.strip() or written
    assert "Traceback" not in run.stderr
    if "/api/v1/verify" in commands or "application/json" in commands:
        assert '"verdict"' in run.stdout
    if "verify-app parse" in commands:
        assert '"ok": true' in run.stdout


def test_the_python_example_works(service, service_data, tmp_path):
    ((example,),) = [
        re.findall(r"^```python\n(.*?)^```$", (ROOT / PAGES[0]).read_text("utf-8"), re.DOTALL | re.MULTILINE)
    ]
    (tmp_path / "items.csv").write_text("gtin,serial,lot\n09521234543213,PY-0001,MN-A01\n")
    env = os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}", "DATA_DIR": str(service_data)}
    make = ["verify-app", "key", "make", "--enterprise", "ca-phe-may-ngan", "--name", "Python"]
    scopes = [part for scope in ("read", "import", "move") for part in ("--scope", scope)]
    env["KEY"] = subprocess.run([*make, *scopes], env=env, capture_output=True, text=True, check=True).stdout.strip()
    run = subprocess.run(
        [BIN / "python", "-c", example.replace("127.0.0.1:8000", urlsplit(service).netloc)],
        cwd=tmp_path, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert "0 refused" in run.stdout
    assert "active -> sold" in run.stdout


def test_the_two_commands_of_the_readme_are_targets_of_make():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = [line.strip() for match in BLOCK.finditer(readme) for line in match.group(1).splitlines()]
    assert named == ["make run", "make test"]
    help_text = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "make run" in help_text
    assert "make test" in help_text


def test_every_link_between_the_documents_leads_somewhere():
    broken = []
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)|<img src=\"([^\"]+)\"", page.read_text(encoding="utf-8")):
            link = target[0] or target[1]
            if "://" not in link and not (page.parent / link).exists():
                broken.append((page.name, link))
    assert broken == []
