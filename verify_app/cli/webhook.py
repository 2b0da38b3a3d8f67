"""`verify-app webhook`: where an enterprise's own server is told of what happens."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..enterprise.webhooks import Webhooks


@click.group("webhook")
def command() -> None:
    """Webhooks of enterprises: signed messages to their servers (Standard Webhooks)."""


@command.command()
@click.option("--enterprise", required=True, help="Id of the enterprise.")
@click.option("--url", required=True, help="https://host/path on the public network, port 443 or 8443.")
@click.option("--kind", "kinds", multiple=True, default=("scan.suspicious",), show_default=True, help="Several times.")
def make(enterprise: str, url: str, kinds: tuple[str, ...]) -> None:
    """Make a webhook and print its secret, with which its messages are signed."""
    from ..enterprise.safe_target import TargetError

    try:
        click.echo(_webhooks().make(enterprise, url, kinds, now=_now()).secret)
    except TargetError as error:
        raise click.ClickException(str(error)) from error


@command.command()
@click.option("--enterprise", required=True, help="Id of the enterprise.")
def log(enterprise: str) -> None:
    """Print the delivery log: id, kind, status, tries, last answer."""
    for one in _webhooks().log(enterprise):
        click.echo(f"{one.id}\t{one.kind}\t{one.status}\t{one.tries}\t{one.answer}")


@command.command()
@click.option("--enterprise", required=True, help="Id of the enterprise.")
@click.argument("delivery_id")
def replay(enterprise: str, delivery_id: str) -> None:
    """Send a message of the log once more."""
    if not _webhooks().replay(enterprise, delivery_id, _now()):
        raise click.ClickException(f"Expected a message of the log, got {delivery_id!r}.")
    click.echo("It will be sent again.")


def _webhooks() -> Webhooks:
    from ..parts import StoreUnavailable, build
    from ..settings import Settings, SettingsError

    try:
        return build(Settings.from_env()).desk.webhooks
    except (SettingsError, StoreUnavailable) as error:
        raise click.ClickException(str(error)) from error


def _now() -> int:
    return time.time_ns() // 1_000_000
