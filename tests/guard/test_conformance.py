"""The conformance table names only tests that exist."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"`([\w/]+\.py)::(test_\w+)`")


def test_every_test_of_the_table_exists():
    named = ROW.findall((ROOT / "docs/conformance.md").read_text(encoding="utf-8"))
    assert len(named) > 40
    for file, test in named:
        tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
        assert test in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, f"{file}::{test}"


def test_every_check_of_the_suite_is_in_the_table():
    table = (ROOT / "docs/conformance.md").read_text(encoding="utf-8")
    suite = ast.parse((ROOT / "tests/edges/test_resolver_suite.py").read_text(encoding="utf-8"))
    checks = [
        node.name for node in suite.body if isinstance(node, ast.FunctionDef) and re.match(r"test_\d\d_", node.name)
    ]
    assert [name for name in checks if name not in table] == []
