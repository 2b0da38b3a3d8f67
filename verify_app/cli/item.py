"""`verify-app item`: take back what a shop booked by mistake, in the name of the place that booked it."""

from __future__ import annotations

import time

import click

from ..domain.permissions import Permission, may
from ..settings import Settings


@click.group(name="item")
def command() -> None:
    """Single items of the registry."""


@command.command()
@click.argument("code")
@click.option("--as", "email", required=True, help="Address of the account of who takes it back.")
@click.option("--reason", required=True, help="Why; it stands in the audit log.")
def undo(code: str, email: str, reason: str) -> None:
    """Take back the last act upon the item of CODE (a sale, a use, a destruction booked by mistake): it is in the state
    before, at once on public pages. Within ten days, as for the shop itself."""
    from ..domain.audit import Kind
    from ..domain.code import CodeError
    from ..domain.item_life import LifeError
    from ..inspection.office import note_of
    from ..parts import StoreUnavailable, build

    parts = build(Settings.from_env())
    found = parts.accounts.find("email", email)
    allowed = found and (may(found[0].role, Permission.WORK_CASES) or may(found[0].role, Permission.OPERATE))
    if found is None or not allowed or found[0].disabled:
        raise click.ClickException(f"Expected the address of an officer or operator, got {email!r}.")
    note = note_of(found[0], Kind.ACT, "item.undo", code, reason)
    try:
        moved = parts.desk.life.take_back(code, note, time.time_ns() // 1_000_000)
    except (CodeError, LifeError, StoreUnavailable) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"01/{moved.gtin}/21/{moved.serial}: {moved.step.after.value}")
