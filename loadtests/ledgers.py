"""The two ends of a load test in the database: a registry to scan, and the ledger to count."""

from __future__ import annotations

import json
import time
from pathlib import Path

from benchmarks.goods import Goods
from loadtests.instance import Instance
from verify_app.store import ledger
from verify_app.store.engine import open_engine, reading
from verify_app.store.migrate import migrate
from verify_app.store.registry import write_registry

_SECONDS = 90
_STILL = 3.0


class Ledger:
    """The ledger of a service; `instance` is the service, where it is our own."""

    def __init__(self, url: str, instance: Instance | None = None) -> None:
        self._url, self._instance = url, instance

    def settled(self) -> int:
        """How many scans it holds, once nothing is on its way to it. Raises `TimeoutError`."""
        if self._instance is None:
            return self._still()
        if self._instance.process is not None:
            deadline = time.monotonic() + _SECONDS
            while json.loads(self._instance.get("/health")[1])["parts"]["stream"]["value"] != 0:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"Expected an empty stream within {_SECONDS} s, got one that waits.")
                time.sleep(0.3)
        return self._count()  # an instance that stopped in order has emptied its stream

    def _still(self) -> int:
        """The count of a ledger that somebody else fills, once it stands still."""
        deadline, count, since = time.monotonic() + _SECONDS, self._count(), time.monotonic()
        while time.monotonic() - since < _STILL:
            if time.monotonic() > deadline:
                raise TimeoutError(f"Expected a ledger that stands still within {_SECONDS} s, got one that grows.")
            time.sleep(0.5)
            if (now := self._count()) != count:
                count, since = now, time.monotonic()
        return count

    def _count(self) -> int:
        engine = open_engine(self._url)
        try:
            with reading(engine) as connection:
                return ledger.count(connection)
        finally:
            engine.dispose()


def registry(data: Path, items: int, codes: Path) -> None:
    """Write a registry of so many items into a new DATA_DIR, and the list of their codes."""
    goods = Goods(items)
    url = f"sqlite:///{data / 'registry.sqlite3'}"
    migrate(url)
    engine = open_engine(url)
    try:
        write_registry(engine, goods.registry())
    finally:
        engine.dispose()
    paths = [goods.path(number) for number in range(items)] + [goods.class_path(n) for n in range(goods.models)]
    codes.write_text("\n".join(paths))
