"""`verify-app policy`: show, sign, activate, shadow and take back the parameters of the score."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import click

from ..detection.policy_files import ROLES, PolicyError, PolicyFolder, Signed
from ..domain.score import Rules, RulesError
from ..settings import Settings

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_ROLE = click.Choice(ROLES)


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
