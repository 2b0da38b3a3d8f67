"""Demonstration products whose serials are signed with this installation's secret (docs/decisions/0010)."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from ..domain.serial_scheme import SerialKind, SerialScheme, fingerprint
from ..store.engine import writing
from ..store.schemes import find_scheme, write_scheme
from . import source


def write_schemes(engine: sa.Engine, master: bytes) -> None:
    """Let those products be checked with the secret that is in force; one that changed disowns no issued serial, for
    the demonstration has issued none of them. Raises `StoreUnavailable`."""
    with writing(engine) as connection:
        for product in source.products().values():
            if not product.get("signed"):
                continue
            held = find_scheme(connection, product["gtin"]) or SerialScheme(SerialKind.SIGNED)
            if held.fingerprint != fingerprint(master):
                write_scheme(connection, product["gtin"], replace(held, fingerprint=fingerprint(master)))
