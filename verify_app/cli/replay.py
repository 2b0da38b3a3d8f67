"""`verify-app replay`: past scans through observe and judge, with a virtual clock."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from ..detection.policy_files import PolicyError, PolicyFolder, built_in
from ..domain.address_table import read_csv
from ..domain.score import Rules
from ..settings import Settings

if TYPE_CHECKING:
    from ..replay.run import Judged

_SHOWN = 20  # messages on bad lines
_IN = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(name="replay")
@click.argument("scans", type=_IN)
@click.option("--registry", type=_IN, required=True, help="JSON lines: gtin, lot, shipment, unit.")
@click.option("--geoip", type=_IN, required=True, help="CSV: cidr, lat, lon, radius_km, kind, country.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--policy", type=_IN, help="Parameters to try instead of the active ones, by a trusted signer.")
@click.option("--unsigned", is_flag=True, help="Try parameters that nobody, or nobody trusted, has signed.")
def command(scans: Path, registry: Path, geoip: Path, output: Path, policy: Path | None, unsigned: bool) -> None:  # noqa: PLR0913, PLR0917 - one for each option
    """Feed SCANS in order to the service's own observe and judge code and write one verdict a line.

    Uses a history engine of its own, made for the replay and thrown away; with REDIS_URL that one, which must be
    empty. The operator's use: last month's scans under new parameters, before they are activated.
    """
    settings = Settings.from_env()
    try:
        rules = rules_to_try(settings, policy, unsigned)
        with engine(settings.redis_url) as url:
            bad = run(url, Files(registry, geoip, scans, output), rules)
    except (PolicyError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    for message in bad[:_SHOWN]:
        click.echo(message, err=True)
    if bad:
        raise click.ClickException(f"Expected a scan in every line, got {len(bad)} that are none; judged all others.")


@dataclass(frozen=True, slots=True)
class Files:
    """What a replay reads and writes."""

    registry: Path
    geoip: Path
    scans: Path
    output: Path


def run(url: str, files: Files, rules: Rules, *, lots: bool = False) -> list[str]:
    """Replay one trace into a file of verdicts (`lots`: with lines of lots that are tried out slowly, for the
    evaluation); returns what is wrong with lines of the scans that are none.
    Raises `ValueError` for a bad line of the tables and for a history that is not empty."""
    from ..replay.run import lines
    from ..replay.trace import open_lines

    bad: list[str] = []
    encode = json.JSONEncoder(separators=(",", ":")).encode
    judged = judging(url, files, rules, bad)
    with open_lines(files.output, "wb") as file:
        for one in judged:
            for line in lines(one, lots):
                file.write(encode(line).encode() + b"\n")
    return bad


def judging(url: str, files: Files, rules: Rules, bad: list[str] | None = None) -> Iterator[Judged]:
    """Every scan of a trace with its verdict. Lines that are no scans are told in `bad`, or raise `ValueError`."""
    from ..replay.engine import Observer
    from ..replay.run import Replay
    from ..replay.trace import read_registry, read_scans
    from ..replay.visits import Visits
    from ..store.history import Script, connect

    client = connect(url, timeout_ms=60_000)
    if client.dbsize():
        raise ValueError("Expected an empty history engine for the replay, got one with keys; unset REDIS_URL.")
    with files.geoip.open(encoding="utf-8", newline="") as table:
        visits = Visits(read_csv(table), b"replay")
    observer = Observer(client, Script(client, shards=16, reload_ms=1_800_000))
    return Replay(observer, read_registry(files.registry), visits, rules).judge(read_scans(files.scans, bad))


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


def rules_to_try(settings: Settings, policy: Path | None, unsigned: bool) -> Rules:
    """The rules of a file, or the active ones. Raises `PolicyError` for a file that is none or whose signer is not
    trusted (unless `unsigned`)."""
    folder = PolicyFolder(settings.data_dir)
    if policy is None:
        return folder.rules() or built_in()
    try:
        return folder.tried(policy.read_text(encoding="utf-8"), unsigned=unsigned)
    except UnicodeDecodeError as error:
        raise PolicyError(f"Expected a parameter file, got {error}.") from error
