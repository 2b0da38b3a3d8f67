"""The demonstration's data files: one TOML file for each enterprise, with the cases and tenants beside them."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from ..domain.text import Text

Table = dict[str, Any]


@cache
def tenants() -> Table:
    """Provinces by id, each with its name."""
    return _read("tenants.toml")


@cache
def cases() -> tuple[Table, ...]:
    """The cases in the order in which they are shown."""
    return tuple(_read("cases.toml")["case"])


@cache
def links() -> Table:
    """Links for clients of the GS1 resolver: `enterprise`, `hosts` and `anchor`s."""
    return _read("links.toml")


@cache
def enterprises() -> tuple[Table, ...]:
    """All enterprise files in the order of their names."""
    names = sorted(entry.name for entry in files(__package__).joinpath("data/enterprises").iterdir())
    return tuple(_read(f"enterprises/{name}") for name in names if name.endswith(".toml"))


@cache
def products() -> dict[str, Table]:
    """Products of all enterprises by key; two with one key are a mistake in the data (`ValueError`)."""
    found: dict[str, Table] = {}
    for enterprise in enterprises():
        for product in enterprise["product"]:
            if product["key"] in found:
                raise ValueError(f"Expected one product of the key {product['key']!r}, got two.")
            found[product["key"]] = product
    return found


def text(raw: Table | None) -> Text:
    """A text of the files, `{ vi = "…", en = "…" }`; nothing for None."""
    return Text.of(raw["vi"], raw["en"]) if raw else Text(())


def _read(name: str) -> Table:
    return tomllib.loads(files(__package__).joinpath("data").joinpath(name).read_text(encoding="utf-8"))
