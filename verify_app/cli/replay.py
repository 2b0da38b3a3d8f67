"""`verify-app replay`: past scans through observe and judge, with a virtual clock."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from ..detection.policy_files import PolicyError, PolicyFolder, Signed, built_in
from ..domain.address_table import read_csv
from ..domain.score import Rules
from ..settings import Settings

_IN = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(name="replay")
@click.argument("scans", type=_IN)
@click.option("--registry", type=_IN, required=True, help="JSON lines: gtin, lot, shipment, unit.")
@click.option("--geoip", type=_IN, required=True, help="CSV: cidr, lat, lon, radius_km, kind, country.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--policy", type=_IN, help="Signed parameters to try instead of the active ones.")
def command(scans: Path, registry: Path, geoip: Path, output: Path, policy: Path | None) -> None:
    """Feed SCANS in order to the service's own observe and judge code and write one verdict a line.

    Uses a history engine of its own, made for the replay and thrown away; with REDIS_URL that one, which must be
    empty. The operator's use: last month's scans under new parameters, before they are activated.
    """
    settings = Settings.from_env()
    try:
        rules = _rules(settings, policy)
        with engine(settings.redis_url) as url:
            run(url, Files(registry, geoip, scans, output), rules)
    except (PolicyError, ValueError) as error:
        raise click.ClickException(str(error)) from error


@dataclass(frozen=True, slots=True)
class Files:
    """What a replay reads and writes."""

    registry: Path
    geoip: Path
    scans: Path
    output: Path


def run(url: str, files: Files, rules: Rules) -> None:
    """Replay one trace into a file of verdicts. Raises `ValueError` for a bad line and a history that is not empty."""
    from ..replay.engine import Observer
    from ..replay.run import Replay, lines
    from ..replay.trace import open_lines, read_registry, read_scans
    from ..replay.visits import Visits
    from ..store.history import Script, connect

    client = connect(url, timeout_ms=60_000)
    if client.dbsize():
        raise ValueError("Expected an empty history engine for the replay, got one with keys; unset REDIS_URL.")
    with files.geoip.open(encoding="utf-8", newline="") as table:
        visits = Visits(read_csv(table), b"replay")
    observer = Observer(client, Script(client, shards=16, reload_ms=1_800_000))
    replay = Replay(observer, read_registry(files.registry), visits, rules)
    encode = json.JSONEncoder(separators=(",", ":")).encode
    with open_lines(files.output, "wb") as file:
        for judged in replay.judge(read_scans(files.scans)):
            for line in lines(judged):
                file.write(encode(line).encode() + b"\n")


@contextmanager
def engine(redis_url: str) -> Iterator[str]:
    """URL of a history engine for one replay; its own one ends with the block and leaves nothing."""
    from ..serving.engines import EmbeddedValkey

    if redis_url:
        yield redis_url
        return
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="verify-app-replay-", ignore_cleanup_errors=True)))
        valkey = EmbeddedValkey(folder)
        valkey.start()
        stack.callback(valkey.stop)
        valkey.wait_ready()
        yield valkey.url


def _rules(settings: Settings, policy: Path | None) -> Rules:
    if policy is not None:
        return Signed.from_text(policy.read_text(encoding="utf-8")).rules()
    return PolicyFolder(settings.data_dir).rules() or built_in()
