"""`python -m loadtests.run SHAPE`: a load test from beginning to end; the exit status says whether it passed.

Without `--host` it starts an instance of its own on the loopback address, with a registry of as many items as asked
for, and stops it; then every answered scan must be in the ledger, once. A run ends with its shape, at the latest
some minutes after it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from loadtests import shape, summary, threshold
from loadtests.instance import Instance, free_port
from loadtests.ledgers import Ledger, registry
from loadtests.tally import Result
from verify_app.i18n import catalogue

_PATIENCE = 300  # seconds beyond the shape's own length, after which the visitors are ended
_LOCUSTFILE = Path(__file__).with_name("locustfile.py")


def arguments() -> argparse.ArgumentParser:
    """What may be asked for."""
    asked = argparse.ArgumentParser(prog="python -m loadtests.run", description=__doc__.partition("\n")[0])
    asked.add_argument("shape", help=f"{', '.join(shape.names())}, or a file like those in loadtests/shapes")
    asked.add_argument("--host", default="", help="address of a running service; without it one is started")
    asked.add_argument("--codes", default="", help="file of Digital Link paths that this service knows")
    asked.add_argument("--database", default="", help="its SQLAlchemy URL, for counting lost scans")
    asked.add_argument("--items", type=int, default=0, help="items in the registry of the instance (0: the demo's)")
    asked.add_argument("--processes", type=int, default=1, help="processes of visitors")
    asked.add_argument("--thresholds", default="", help="name or path of other thresholds")
    asked.add_argument("--stretch", default="1,1", help='factors on length and rate, such as "0.1,2"')
    asked.add_argument("--out", default="loadtest-report", help="folder for the reports")
    asked.add_argument("--scans", type=float, default=0, help="scans that the campaign expects, for the summary")
    asked.add_argument("--hours", type=float, default=0, help="within so many hours")
    asked.add_argument("--peak-factor", type=float, default=3.0, help="peak over the mean")
    return asked


def run(options: argparse.Namespace) -> list[threshold.Fault]:
    """Run it and write the reports; returns what is wrong, nothing when it passed."""
    wanted = shape.read(options.shape).stretched(*map(float, options.stretch.split(",")))
    limits = threshold.read(options.thresholds or wanted.thresholds)
    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="verify-load-") as folder:
        result = _result(options, wanted, Path(folder))
    faults = limits.faults(result)
    summary.write(out, result, faults, options)
    return faults


def _result(options: argparse.Namespace, wanted: shape.Shape, folder: Path) -> Result:
    began = time.time()
    report = folder / "counted.json"
    with _service(options, folder) as (host, ledger, codes):
        before = ledger.settled() if ledger else None
        _visit(options, wanted, host, {"LOADTEST_REPORT": str(report), "LOADTEST_CODES": codes})
    counted = json.loads(report.read_text()) if report.exists() else None
    told = counted["told"] if counted else {"scans": 0, "turned_away": 0, "seconds": []}
    result = Result(wanted.name, told, began, counted["steps"] if counted else [])
    if ledger and before is not None:  # our own instance has stopped by now: what it kept back would be missing
        result.in_ledger = ledger.settled() - before
    return result


@contextmanager
def _service(options: argparse.Namespace, folder: Path) -> Iterator[tuple[str, Ledger | None, str]]:
    """Address of the service, its ledger if it can be read, and the file of the codes that it knows."""
    if options.host:
        yield options.host, Ledger(options.database) if options.database else None, options.codes
        return
    data, codes = folder / "data", ""
    if options.items:
        codes = str(folder / "codes")
        registry(data, options.items, Path(codes))
    instance = Instance(data, **({"DEMO": "false"} if options.items else {}))
    ledger = Ledger(f"sqlite:///{data / 'registry.sqlite3'}", instance)
    try:
        with instance:
            yield instance.url, ledger, codes
    except BaseException:
        print(instance.log.read_text(errors="replace")[-4000:], file=sys.stderr)  # noqa: T201
        raise


def _visit(options: argparse.Namespace, wanted: shape.Shape, host: str, environ: dict[str, str]) -> None:
    argv = [sys.executable, "-m", "locust", "-f", str(_LOCUSTFILE), "--headless", "--only-summary", "--host", host]
    # every visitor may finish what it began: a scan that was recorded but whose answer was cut off would look doubled
    argv += ["--stop-timeout", "60", "--exit-code-on-error", "0", "--loglevel", "WARNING"]
    argv += ["--html", str(Path(options.out) / "report.html")]
    if options.processes > 1:
        port = str(free_port())
        argv += ["--processes", str(options.processes), "--master-bind-host", "127.0.0.1"]
        argv += ["--master-bind-port", port, "--master-port", port]
    environ |= {shape.CHOSEN: options.shape, shape.STRETCH: options.stretch, "LOADTEST_THRESHOLDS": options.thresholds}
    root = str(Path(__file__).resolve().parents[1])
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", ""))))
    done = subprocess.run(
        argv, env={**os.environ, "PYTHONPATH": path, **environ}, timeout=wanted.seconds + _PATIENCE, check=False
    )
    if done.returncode:
        raise RuntimeError(f"Expected locust to end in order, got exit status {done.returncode}.")


def main(argv: list[str] | None = None) -> int:
    """Exit status 0 when it passed, 1 with one line for each fault."""
    options = arguments().parse_args(argv)
    faults = run(options)
    print((Path(options.out) / "result.json").read_text())  # noqa: T201 - the result, for whoever runs it
    for fault in faults:
        print(f"{options.shape}: {fault.say(catalogue('en'))}", file=sys.stderr)  # noqa: T201
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
