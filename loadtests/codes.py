"""The codes that simulated visitors carry: those of the demonstration registry, and made-up ones beside them."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from functools import cache

_GTIN = re.compile(r"^/01/(\d{14})")
_UNISSUED = "952999"  # GS1's demonstration prefix, a number that the demonstration registry leaves free


@cache
def demo_paths() -> tuple[str, ...]:
    """Digital Link paths of the demonstration registry, without query strings (those say "do not count me")."""
    listed = subprocess.run(
        [sys.executable, "-m", "verify_app.cli", "demo", "list", "--json"], capture_output=True, check=True
    )
    others = ("MALFORMED", "RESOLVER")  # these answer 400 or lead on to an enterprise's site
    entries = [entry for entry in json.loads(listed.stdout) if entry["expect"] not in others]
    paths = {entry["path"].partition("?")[0] for entry in entries}
    return tuple(sorted(path for path in paths if _GTIN.match(path)))


@cache
def item_paths() -> tuple[str, ...]:
    """Paths that name one item."""
    return tuple(path for path in demo_paths() if "/21/" in path)


@cache
def gtins() -> tuple[str, ...]:
    """GTINs of the demonstration registry, 14 digits each."""
    return tuple(sorted({match[1] for path in demo_paths() if (match := _GTIN.match(path))}))


def unknown_serial() -> str:
    """Path of a serial that nobody issued, of a product that exists."""
    return f"/01/{random.choice(gtins())}/21/NONE{random.randrange(10**9):09}"


def unknown_product() -> str:
    """Path of a GTIN that nobody registered, with a right check digit (GS1 General Specifications, 7.9)."""
    digits = f"0{_UNISSUED}{random.randrange(10**6):06}"
    total = sum(int(digit) * (3 if index % 2 == 0 else 1) for index, digit in enumerate(digits))
    return f"/01/{digits}{-total % 10}"
