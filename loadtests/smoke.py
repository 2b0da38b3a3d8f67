"""`make smoke-load`: ten seconds of every kind of visitor against an instance of its own.

Passes when no request failed and every answered scan is in the ledger, once: what the visitors counted must equal
what the ledger gained, after the instance has stopped in order.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from loadtests.instance import Instance
from verify_app.store import ledger
from verify_app.store.engine import open_engine, reading

_SECONDS = int(os.environ.get("SMOKE_SECONDS", "10"))
_VISITORS = int(os.environ.get("SMOKE_VISITORS", "10"))


def run(folder: Path) -> list[str]:
    """Run the test in an empty folder; returns what is wrong, nothing when all is well."""
    report = folder / "report.json"
    instance = Instance(folder / "data")
    with instance:
        _settle(instance)  # the demonstration's own earlier scans are on their way to the ledger
        before = _scans(instance)
        status = _visit(instance, report)
    gained = _scans(instance) - before
    counted = json.loads(report.read_text()) if report.exists() else {"answered": 0, "failures": 0}
    print(json.dumps({**counted, "in_ledger": gained}))  # noqa: T201 - the result, for whoever runs it
    return _faults(status, counted, gained)


def _settle(instance: Instance) -> None:
    """Wait until nothing is on its way to the ledger. Raises `TimeoutError`."""
    deadline = time.monotonic() + 60
    while json.loads(instance.get("/health")[1])["parts"]["stream"]["value"] != 0:
        if time.monotonic() > deadline:
            raise TimeoutError("Expected an empty stream within 60 s, got one that waits.")
        time.sleep(0.3)


def _faults(status: int, counted: dict[str, float], gained: int) -> list[str]:
    faults = []
    if status:
        faults.append(f"Expected no failed request, got {counted['failures']} (locust ended with status {status}).")
    if counted["answered"] < _SECONDS:
        faults.append(f"Expected at least one answered scan a second, got {counted['answered']}.")
    if gained != counted["answered"]:
        faults.append(f"Expected {counted['answered']} new scans in the ledger, got {gained}.")
    return faults


def _visit(instance: Instance, report: Path) -> int:
    argv = [sys.executable, "-m", "locust", "-f", str(Path(__file__).with_name("locustfile.py"))]
    argv += ["--headless", "--host", instance.url, "--users", str(_VISITORS), "--spawn-rate", str(_VISITORS)]
    # every visitor may finish what it began: a scan that was recorded but whose answer was cut off would look doubled
    argv += ["--run-time", f"{_SECONDS}s", "--stop-timeout", "20", "--only-summary", "--exit-code-on-error", "1"]
    return subprocess.run(argv, env={**os.environ, "LOADTEST_REPORT": str(report)}, check=False).returncode


def _scans(instance: Instance) -> int:
    engine = open_engine(f"sqlite:///{instance.folder / 'registry.sqlite3'}")
    try:
        with reading(engine) as connection:
            return ledger.count(connection)
    finally:
        engine.dispose()


def main() -> int:
    """Exit status 0 when all is well, 1 with one line for each fault."""
    with tempfile.TemporaryDirectory(prefix="verify-smoke-") as folder:
        faults = run(Path(folder))
        for fault in faults:
            print(f"smoke-load: {fault}", file=sys.stderr)  # noqa: T201 - the result, for whoever runs it
        if faults:
            print((Path(folder) / "data.log").read_text(errors="replace")[-4000:], file=sys.stderr)  # noqa: T201
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
