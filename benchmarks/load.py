"""Load on one server: wrk where it is installed, else a smaller generator of our own. Both speak keep-alive.

Request k asks for code k modulo the number of codes; each time all codes have been asked for, the next phone begins.
So no phone asks twice for the same code, and every request is a scan that counts.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

PHONES = 900  # different user agents for each run; a person's phone is one of rather few models
_runs = count()


@dataclass(frozen=True, slots=True)
class Asked:
    """What to ask for: paths, one after the other, the headers besides Host and User-Agent, and how many phones ask. A
    phone that asks for one code twice only reloads it: no more than codes times phones can be asked as new scans."""

    paths: Sequence[str]
    headers: dict[str, str] = field(default_factory=dict)
    phones: int = PHONES


@dataclass(frozen=True, slots=True)
class Run:
    """What came of one run. Times in milliseconds; `answered` are the answers with status 200 or 304, `refused` those
    of the `failed` that were answered with another status."""

    answered: int
    failed: int
    refused: int
    seconds: float
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answered / self.seconds if self.seconds else 0.0


def load(port: int, asked: Asked, seconds: float, *, connections: int = 32, rate: float = 0.0) -> Run:
    """Ask a server for some seconds over so many connections. `rate` 0: as fast as it answers, else about so many
    requests a second."""
    job = {
        "port": port,
        "seconds": seconds,
        "connections": connections,
        "run": next(_runs),
        "phones": asked.phones,
        "headers": {"Host": f"127.0.0.1:{port}", **asked.headers},
        "pause_ms": 1000 * connections / rate if rate else 0.0,
    }
    with tempfile.TemporaryDirectory(prefix="verify-load-") as folder:
        paths = Path(folder) / "paths"
        paths.write_text("\n".join(asked.paths))
        told = _wrk(job, paths) if shutil.which("wrk") else _own(job, paths)
    return Run(**told)


def generator() -> str:
    """Which generator is used."""
    return "wrk" if shutil.which("wrk") else "the bundled generator"


def _wrk(job: dict[str, object], paths: Path) -> dict[str, float]:
    headers = "".join(f"{name}: {value}\\r\\n" for name, value in job["headers"].items())  # type: ignore[attr-defined]
    facts = {"PATHS": str(paths), "RUN": job["run"], "PHONES": job["phones"], "PAUSE": job["pause_ms"]}
    script = paths.with_name("load.lua")
    source = Path(__file__).with_name("load.lua").read_text()
    head = "".join(f"{name} = {json.dumps(value)}\n" for name, value in facts.items()) + f'HEADERS = "{headers}"\n'
    script.write_text(head + source)
    argv = ["wrk", "-t2", f"-c{job['connections']}", f"-d{max(1, round(job['seconds']))}s", "-s", str(script)]
    argv += ["--timeout", "20s", f"http://127.0.0.1:{job['port']}"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    line = next((line for line in done.stdout.splitlines() if line.startswith("{")), "")
    if not line:
        raise RuntimeError(f"Expected a result of wrk, got: {done.stdout}{done.stderr}")
    told: dict[str, float] = json.loads(line)
    return told


def _own(job: dict[str, object], paths: Path) -> dict[str, float]:
    argv = [sys.executable, "-m", "benchmarks.generator", json.dumps({**job, "paths": str(paths)})]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    told: dict[str, float] = json.loads(done.stdout)
    return told
