"""Modules and functions stay short enough to be read in one go."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(
    path
    for folder in ("verify_app", "cache", "loadtests", "benchmarks")
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
)
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_short_and_has_a_name_of_the_trade(path):
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 300
    assert path.stem not in FORBIDDEN_NAMES
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            body_start = node.body[1].lineno if ast.get_docstring(node) and len(node.body) > 1 else node.body[0].lineno
            length = (node.end_lineno or 0) - body_start + 1
            assert length <= 40, f"{node.name} has {length} lines"


def test_the_heart_fits_on_one_screen():
    source = (ROOT / "verify_app/verify.py").read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 60


def test_the_joining_module_stays_small():
    assert len((ROOT / "verify_app/app.py").read_text(encoding="utf-8").splitlines()) <= 100
