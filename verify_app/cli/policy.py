"""`verify-app policy`: show, sign, activate, shadow, take back and calibrate the parameters of the score."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from ..detection.policy_files import ROLES, LivePolicy, PolicyError, PolicyFolder, Signed
from ..domain.score import Rules, RulesError
from ..settings import Settings

if TYPE_CHECKING:
    from ..serving.calibrating import Calibrator

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_ROLE = click.Choice(ROLES)
_SHOWN = 50


@click.group(name="policy")
def command() -> None:
    """Weights and thresholds of the score: data, signed, one step reversible."""


@command.command()
@click.option("--role", type=_ROLE, default="active", show_default=True)
def show(role: str) -> None:
    """Print the parameters in force."""
    try:
        rules = _folder().rules(role)
    except PolicyError as error:
        _refuse(error)
    click.echo(rules.to_json() if rules else f"No {role} parameters.", nl=not rules)


@command.command()
@click.argument("parameters", type=_FILE)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True)
def sign(parameters: Path, output: Path) -> None:
    """Check PARAMETERS and sign them with this installation's key."""
    try:
        signed = _folder().sign(parameters.read_text(encoding="utf-8"))
    except (RulesError, UnicodeDecodeError) as error:
        _refuse(error)
    output.write_text(signed.to_text(), encoding="utf-8")
    click.echo(f"Signed by {signed.key}.")


@command.command()
@click.argument("signed", type=_FILE)
def activate(signed: Path) -> None:
    """Judge by SIGNED from now on. Run `verify-app replay` with it first, and see which codes change."""
    _said("active", _put("active", signed))


@command.command()
@click.argument("signed", type=_FILE)
def shadow(signed: Path) -> None:
    """Compare SIGNED with the active parameters without showing its verdicts to anybody."""
    _said("shadow", _put("shadow", signed))


@command.command()
@click.option("--role", type=_ROLE, default="active", show_default=True)
def undo(role: str) -> None:
    """Put back what was in force before."""
    try:
        _said(role, _folder().undo(role))
    except PolicyError as error:
        _refuse(error)


@command.command()
@click.option("--capacity", type=click.IntRange(1), help="New alerts a day that inspectors can open; ALERTS_PER_DAY.")
@click.option("--false-alarms", type=click.FloatRange(0.1, 1000), default=6.0, show_default=True, help="Per 10,000.")
@click.option("--days", type=click.IntRange(1, 366), default=30, show_default=True, help="Scans of so many days.")
def calibrate(capacity: int | None, false_alarms: float, days: int) -> None:
    """Find the line of an alert from the panel of genuine codes and from what inspectors can open a day.

    What comes of it is a signed file in the shadow; it is never activated by itself. `verify-app jobs` does this each
    night.
    """
    import redis

    from ..detection.calibration import Aim
    from ..parts import StoreUnavailable
    from ..serving.calibrating import last_report, said

    settings = Settings.from_env()
    try:
        calibrator_of(settings).run(_now(), Aim(false_alarms, capacity or settings.alerts_per_day, days))
    except (PolicyError, ValueError, StoreUnavailable, redis.RedisError) as error:
        _refuse(error)
    report = last_report(settings.data_dir / "policy")
    click.echo("\n".join(said(report or {})))


@command.command()
def changes() -> None:
    """Tell what the last calibration proposes, and which codes the shadow rules judged otherwise so far."""
    from ..detection.shadow import listed
    from ..serving.calibrating import last_report, said

    folder = Settings.from_env().data_dir / "policy"
    report = last_report(folder)
    click.echo("\n".join(said(report)) if report else "No calibration so far.")
    shadow = _folder().rules("shadow")
    if shadow is None:
        click.echo("No shadow parameters.")
        return
    told = {str(row["code"]): row for row in listed(folder) if row["shadow"][0] == shadow.version}  # type: ignore[index]
    click.echo(f"{len(told)} codes were judged otherwise by {shadow.version} since it is in the shadow.")
    for code, row in list(told.items())[-_SHOWN:]:
        click.echo(f"  {code}  level {row['active'][1]} -> {row['shadow'][1]}")  # type: ignore[index]


@command.command()
@click.argument("codes", type=_FILE, required=False)
@click.option("--why", default="", help="How it is known that these codes are genuine; stands with each.")
@click.option("--by", "actor", default="", help="Who says so.")
@click.option("--remove", is_flag=True, help="Take the codes out instead.")
def panel(codes: Path | None, why: str, actor: str, remove: bool) -> None:
    """Take the CODES of a file (one a line) into the panel of genuine ones; without a file, list the panel."""
    from ..domain.code import CodeError
    from ..domain.parse import parse
    from ..parts import StoreUnavailable
    from ..store.engine import open_engine
    from ..store.panel import PanelCode, add_to_panel, take_from_panel
    from ..store.panel import panel as members

    engine = open_engine(Settings.from_env().database)
    try:
        if codes is None:
            for one in members(engine):
                click.echo("\t".join((f"01/{one.gtin}/21/{one.serial}", one.why, one.actor)))
            return
        if not remove and not (why and actor):
            raise click.UsageError("Expected --why and --by, got not both.")
        found = [parse(line) for line in codes.read_text(encoding="utf-8").split("\n") if line.strip()]
        if bad := next((code for code in found if not (code.gtin and code.serial)), None):
            raise click.ClickException(f"Expected codes of single items, got {bad.identity}.")
        if remove:
            click.echo(f"{take_from_panel(engine, [(code.gtin, code.serial) for code in found])} codes taken out")
            return
        made = [PanelCode(code.gtin, code.serial, why, actor, _now()) for code in found]
        click.echo(f"{add_to_panel(engine, made)} codes taken in")
    except (CodeError, UnicodeDecodeError, StoreUnavailable) as error:
        _refuse(error)


def calibrator_of(settings: Settings) -> Calibrator:
    """The calibrator of an installation, on its live histories."""
    from ..secret import load_secret
    from ..serving.calibrating import Calibrator
    from ..serving.engines import EmbeddedValkey
    from ..store.engine import open_engine
    from ..store.history import Script, connect

    client = connect(settings.redis_url or EmbeddedValkey(settings.data_dir).url, 5_000)
    script = Script(client, shards=settings.stream_shards, reload_ms=settings.reload_minutes * 60_000)
    policies = LivePolicy(settings.data_dir, load_secret(settings))
    return Calibrator(open_engine(settings.database), script, settings.data_dir, policies)


def _now() -> int:
    return time.time_ns() // 1_000_000


def _put(role: str, signed: Path) -> Rules:
    try:
        return _folder().put(role, Signed.from_text(signed.read_text(encoding="utf-8")))
    except (PolicyError, UnicodeDecodeError) as error:
        _refuse(error)


def _said(role: str, rules: Rules | None) -> None:
    click.echo(f"{role}: {rules.version if rules else 'none'}")


def _folder() -> PolicyFolder:
    return PolicyFolder(Settings.from_env().data_dir)


def _refuse(error: Exception) -> NoReturn:
    raise click.ClickException(str(error))
