"""The codes that simulated visitors carry: those of a file or of the demonstration registry, and made-up ones."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from loadtests import shape
from verify_app.domain.parse import parse
from verify_app.images.symbols import symbol

CODES = "LOADTEST_CODES"  # file with one Digital Link path a line, of items and of products; empty: the demonstration's
_GTIN = re.compile(r"^/01/(\d{14})")
_UNISSUED = "952999"  # GS1's demonstration prefix, a number that the demonstration registry leaves free
_PHOTOS = 20


@dataclass(frozen=True, slots=True)
class Known:
    """Codes that the registry knows: paths of items and GTINs of products."""

    items: tuple[str, ...]
    gtins: tuple[str, ...]


@cache
def known() -> Known:
    """All codes of this run; where everybody scans the same product, those of the product with most items."""
    listed = os.environ.get(CODES, "")
    paths = Path(listed).read_text(encoding="utf-8").split() if listed else _demo_paths()
    found = _known(paths)
    chosen = shape.chosen()
    if chosen and chosen.one_product:
        gtin = max(found.gtins, key=lambda one: sum(path.startswith(f"/01/{one}/") for path in found.items))
        found = _known([path for path in paths if path.startswith(f"/01/{gtin}")])
    return found


def _known(paths: list[str]) -> Known:
    gtins = sorted({match[1] for path in paths if (match := _GTIN.match(path))})
    return Known(tuple(sorted({path for path in paths if "/21/" in path})), tuple(gtins))


def _demo_paths() -> list[str]:
    """Digital Link paths of the demonstration registry, without query strings (those say "do not count me")."""
    listed = subprocess.run(
        [sys.executable, "-m", "verify_app.cli", "demo", "list", "--json"], capture_output=True, check=True
    )
    others = ("MALFORMED", "RESOLVER")  # these answer 400 or lead on to an enterprise's site
    paths = {one["path"].partition("?")[0] for one in json.loads(listed.stdout) if one["expect"] not in others}
    return sorted(path for path in paths if _GTIN.match(path))


def item() -> str:
    """Path of an item that somebody has in hand."""
    return random.choice(known().items)


def items(count: int) -> list[str]:
    """Paths of so many different items: the same one twice from one phone would be a reload."""
    return random.sample(known().items, min(count, len(known().items)))


def product() -> str:
    """Path of a product: its barcode."""
    return f"/01/{random.choice(known().gtins)}"


def link(path: str) -> str:
    """A path as a hand scanner reads it from a label."""
    return "https://id.example" + path


def unknown_serial() -> str:
    """Path of a serial that nobody issued, of a product that exists."""
    return f"{product()}/21/NONE{random.randrange(10**9):09}"


def unknown_product() -> str:
    """Path of a GTIN that nobody registered, with a right check digit (GS1 General Specifications, 7.9)."""
    digits = f"0{_UNISSUED}{random.randrange(10**6):06}"
    total = sum(int(digit) * (3 if index % 2 == 0 else 1) for index, digit in enumerate(digits))
    return f"/01/{digits}{-total % 10}"


@cache
def _photos() -> tuple[bytes, ...]:
    """Pictures of some labels, made once: what is loaded is the decoder of the service, not the visitor."""
    chosen = random.sample(known().items, min(_PHOTOS, len(known().items)))
    return tuple(symbol(parse(link(path)), "https://id.example", "qr", "png") for path in chosen)


def photo() -> bytes:
    """A picture of an item's label."""
    return random.choice(_photos())
