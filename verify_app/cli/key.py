"""`verify-app key`: make, list and revoke the keys of enterprises' programs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..enterprise.api_keys import ApiKeys


@click.group("key")
def command() -> None:
    """Keys with which an enterprise's programs come to the API."""


@command.command()
@click.option("--enterprise", required=True, help="Id of the enterprise.")
@click.option("--name", required=True, help="What the key is for.")
@click.option("--scope", "scopes", multiple=True, required=True, help="read, import, capture or move; several times.")
def make(enterprise: str, name: str, scopes: tuple[str, ...]) -> None:
    """Make a key and print its secret: it is told once and never again."""
    from ..enterprise.api_keys import KeyRefusedError

    try:
        made = _keys().make(enterprise, name, scopes, "command line", now=_now())
    except KeyRefusedError as error:
        raise click.ClickException(str(error)) from error
    click.echo(made.secret)


@command.command("list")
@click.option("--enterprise", required=True, help="Id of the enterprise.")
def show(enterprise: str) -> None:
    """Print the keys of an enterprise: id, name, scopes, last use, whether it is revoked."""
    for key in _keys().all(enterprise):
        state = "revoked" if key.revoked_at else "in force"
        click.echo(f"{key.id}\t{key.name}\t{' '.join(key.scopes)}\t{key.last_used_at or 'never used'}\t{state}")


@command.command()
@click.option("--enterprise", required=True, help="Id of the enterprise.")
@click.argument("key_id")
def revoke(enterprise: str, key_id: str) -> None:
    """Take a key back at once."""
    from ..enterprise.api_keys import KeyRefusedError

    try:
        _keys().revoke(enterprise, key_id, _now())
    except KeyRefusedError as error:
        raise click.ClickException(str(error)) from error
    click.echo("Revoked.")


def _keys() -> ApiKeys:
    from ..parts import StoreUnavailable, build
    from ..settings import Settings, SettingsError

    try:
        return build(Settings.from_env()).desk.keys
    except (SettingsError, StoreUnavailable) as error:
        raise click.ClickException(str(error)) from error


def _now() -> int:
    return time.time_ns() // 1_000_000
