"""Imports go one way, so that a newcomer can read any layer without the ones above it."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "verify_app"
# what joins the layers, or runs them
JOINERS = {"parts", "app", "signed_in", "verify", "cli", "serving", "demo", "replay", "evaluate"}

ALLOWED = {  # layer -> layers of ours that it may import
    "domain": {"domain"},
    "settings": set(),
    "secret": {"settings"},
    "assets": set(),
    "i18n": {"assets"},
    "store": {"domain", "store", "settings"},
    "images": {"domain", "images"},
    "detection": {"domain", "detection"},
    "client": {"client"},
    "policies": set(),
    "lease": {"domain", "cache"},
    "at_hand": {"cache"},
    "resolve": {"domain", "store", "cache", "lease", "at_hand"},
    "resolve_links": {"domain", "store", "cache", "resolve", "at_hand"},
    "inspection": {"domain", "store", "images", "inspection", "parts"},
    "enterprise": {"domain", "store", "images", "enterprise", "parts"},
    "exchange": {"domain", "store", "images", "exchange", "parts"},
    "verify": {"domain", "parts"},
    "together": {"domain", "parts", "verify"},
    "web": {
        "domain",
        "settings",
        "assets",
        "i18n",
        "verify",
        "parts",
        "web",
        "images",
        "inspection",
        "enterprise",
        "exchange",
        "serving",
        "demo",
    },
}
FORBIDDEN_OUTSIDE = {  # foreign package -> layers that may know it
    "flask": {"web", "app", "signed_in"},
    "flask_security": {"web"},
    "werkzeug": {"web", "app"},
    "sqlalchemy": {"store", "parts", "resolve", "resolve_links", "demo", "serving", "cli"},
    "redis": {"store", "serving", "parts", "cache", "cli", "replay"},
    "PIL": {"images", "demo"},
    "zxingcpp": {"images"},
    "pyzbar": {"images"},
}
PURE = {"biip"}  # the one package that domain/ may use


def modules():
    return sorted(APP.rglob("*.py"))


def layer(path: Path) -> str:
    parts = path.relative_to(APP).with_suffix("").parts
    return parts[0]


def imports(path: Path):
    """Absolute dotted names that a module imports, relative ones resolved."""
    package = ["verify_app", *path.relative_to(APP).with_suffix("").parts][:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *(node.module.split(".") if node.module else [])])
            yield from ((f"{module}.{alias.name}" for alias in node.names) if module == "verify_app" else (module,))


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_what_its_layer_may_know(path):
    here = layer(path)
    for name in imports(path):
        top, *rest = name.split(".")
        if top == "verify_app" and rest and here not in JOINERS | {"__init__"}:
            assert rest[0] in ALLOWED[here], f"{here} must not import {name}"
        if top == "cache" and here not in JOINERS:
            assert "cache" in ALLOWED[here], f"{here} must not import cache"
        if top in FORBIDDEN_OUTSIDE and here != "__init__":
            assert here in FORBIDDEN_OUTSIDE[top], f"{here} must not know {top}"


def test_domain_is_pure():
    import sys

    known = set(sys.stdlib_module_names) | PURE | {"verify_app"}
    impure = {"time", "random", "secrets", "socket", "subprocess", "threading", "os"}
    for path in (APP / "domain").rglob("*.py"):
        tops = {name.split(".")[0] for name in imports(path)}
        assert tops <= known, f"{path.name} imports {tops - known}"
        assert not tops & impure, f"{path.name} imports {tops & impure}"
        source = path.read_text(encoding="utf-8")
        assert "datetime.now" not in source, f"{path.name} reads the clock"
        assert "date.today" not in source, f"{path.name} reads the clock"


def test_cache_knows_nothing_of_ours():
    for path in (ROOT / "cache").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert "verify_app" not in source
        assert not {"flask", "sqlalchemy"} & {
            name.split(".")[0]
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in (
                [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            )
        }


def test_sql_is_written_only_in_the_store():
    for path in modules():
        if layer(path) in {"store"}:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"select", "text", "insert"}
            ):
                names = {name.split(".")[0] for name in imports(path)}
                assert "sqlalchemy" not in names, f"{path} writes SQL"
