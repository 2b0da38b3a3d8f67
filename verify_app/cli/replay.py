"""`verify-app replay`: past scans through observe and judge, with a virtual clock."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from ..detection.policy_files import PolicyError, PolicyFolder, built_in
from ..domain.address_table import read_csv
from ..domain.score import Rules
from ..settings import Settings
from .replay_ledger import FORMATS, replay_ledger, told, write

if TYPE_CHECKING:
    from ..replay.run import Judged

_SHOWN = 20  # messages on bad lines
_IN = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(name="replay")
@click.argument("scans", type=_IN, required=False)
@click.option("--registry", type=_IN, help="JSON lines: gtin, lot, shipment, unit.")
@click.option("--geoip", type=_IN, help="CSV: cidr, lat, lon, radius_km, kind, country.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Verdicts, or the changes.")
@click.option("--policy", type=_IN, help="Parameters to try instead of the active ones, by a trusted signer.")
@click.option("--unsigned", is_flag=True, help="Try parameters that nobody, or nobody trusted, has signed.")
@click.option("--ledger", is_flag=True, help="Replay this installation's ledger: which codes would change?")
@click.option("--month", help="Month of the ledger, such as 2026-10.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
def command(**given: Any) -> None:
    """Feed SCANS in order to the service's own observe and judge code and write one verdict a line.

    Uses a history engine of its own, made for the replay and thrown away; with REDIS_URL that one, which must be
    empty. With --ledger (and --month, and the parameters to try) it replays what this installation recorded, always on
    an engine of its own, and tells which codes would be of another level.
    """
    settings = Settings.from_env()
    try:
        rules = rules_to_try(settings, given["policy"], given["unsigned"])
        if given["ledger"]:
            _of_ledger(settings, rules, given)
            return
        needed = ("scans", "registry", "geoip", "output")
        if missing := [name for name in needed if given[name] is None]:
            raise click.UsageError(f"Expected {', '.join(needed)} of a trace (or --ledger), got no {missing[0]}.")
        with engine(settings.redis_url) as url:
            bad = run(url, Files(given["registry"], given["geoip"], given["scans"], given["output"]), rules)
    except (PolicyError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    for message in bad[:_SHOWN]:
        click.echo(message, err=True)
    if bad:
        raise click.ClickException(f"Expected a scan in every line, got {len(bad)} that are none; judged all others.")


def _of_ledger(settings: Settings, rules: Rules, given: dict[str, Any]) -> None:
    """Which codes would change. Without a file to try, the shadow rules are tried."""
    from ..store.engine import StoreUnavailable

    if not given["month"]:
        raise click.UsageError("Expected --month, such as 2026-10, got none.")
    folder = PolicyFolder(settings.data_dir)
    tried = rules if given["policy"] else folder.rules("shadow")
    if tried is None:
        raise click.UsageError("Expected --policy or shadow rules to try, got neither.")
    active = folder.rules() or built_in()
    try:
        outcome = replay_ledger(settings, given["month"], (active, tried))
    except StoreUnavailable as error:
        raise click.ClickException(str(error)) from error
    write(told(outcome, given["form"], (active.version, tried.version)), given["output"])


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
