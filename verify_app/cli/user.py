"""`verify-app user`: open the first account of an installation, and mend access when nobody can sign in."""

from __future__ import annotations

import sys
import time
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

import click

from ..domain.account import Account, AccountError, Role, Scope, checked, standing
from ..settings import Settings

if TYPE_CHECKING:
    from ..parts import Parts

_ROLES = click.Choice([role.value for role in Role if role is not Role.SHOPPER])


@click.group(name="user")
def command() -> None:
    """Accounts of officers, administrators and enterprises."""


@command.command()
@click.argument("email")
@click.option("--name", required=True, help="Name of the person.")
@click.option("--role", type=_ROLES, default=Role.OPERATOR.value, show_default=True)
@click.option("--area", "areas", multiple=True, help='"*", a province, or "province/commune"; may be repeated.')
@click.option("--sector", "sectors", multiple=True, help='"*" or a sector of the registry; may be repeated.')
@click.option("--enterprise", "enterprises", multiple=True, help="Registry id, for accounts of enterprises.")
@click.option("--department", default="", help="Department, as it is to stand in minutes.")
@click.option("--base-url", default="", help="Address of this service for the link; default PUBLIC_URL.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of making a link.")
def create(email: str, *, base_url: str, password_stdin: bool, **given: object) -> None:
    """Open an account for EMAIL and print the link by which its owner sets a password (good for 72 hours, once)."""
    scope = Scope(*(tuple(str(one) for one in given[name]) for name in ("areas", "sectors", "enterprises")))  # type: ignore[attr-defined]
    now = int(time.time() * 1000)
    role, name, department = Role(str(given["role"])), str(given["name"]), str(given["department"])
    try:
        if "@" not in email:
            raise AccountError("email", f"Expected an address, got {email!r}.")
        account = checked(Account(uuid.uuid4().hex, email.lower(), name, role, scope, department, created=now))
    except AccountError as error:
        _refuse(error)
    _open(account, base_url, sys.stdin.readline().rstrip("\n") if password_stdin else "")


@command.command("list")
def list_accounts() -> None:
    """Print all accounts: id, address, role, standing, areas and enterprises."""
    now = int(time.time() * 1000)
    for account in _parts().accounts.all():
        where = ", ".join(account.scope.areas + account.scope.enterprises)
        click.echo("\t".join((account.id, account.email, account.role.value, standing(account, now).value, where)))


@command.command()
@click.argument("email")
@click.option("--base-url", default="", help="Address of this service for the link; default PUBLIC_URL.")
def link(email: str, base_url: str) -> None:
    """Open EMAIL's account again and print a new link to set a password; its second factor is taken away."""
    from ..signed_in import create_signed_in_app
    from ..web.accounts.invitation import link_for
    from ..web.accounts.person import renewed

    parts = _parts()
    account, held = _find(parts, email)
    held = renewed(held, second_factor="", totp_secret="", recovery_codes=())
    parts.accounts.keep(account.id, held)
    now = int(time.time() * 1000)
    parts.accounts.change(replace(account, disabled=False, last_seen=now, failures=0, locked_until=0))
    with create_signed_in_app(parts).app_context():
        click.echo(link_for(account.id, held, base_url or _base(parts.settings)))


@command.command()
@click.argument("email")
def disable(email: str) -> None:
    """Close EMAIL's account and end its sessions. What it did stays stored."""
    from ..web.accounts.person import renewed

    parts = _parts()
    account, held = _find(parts, email)
    parts.accounts.keep(account.id, renewed(held))
    parts.accounts.change(replace(account, disabled=True))
    click.echo(f"{account.email}: closed.")


def _open(account: Account, base: str, password: str) -> None:
    from ..signed_in import create_signed_in_app
    from ..web.accounts.invitation import link_for, problem_with, set_password
    from ..web.accounts.person import Person, new_secrets

    parts = _parts()
    if password and (problem := problem_with(password, password)):
        _refuse(ValueError(f"Expected a password of 14 to 200 characters, got {len(password)} ({problem})."))
    held = new_secrets()
    try:
        parts.accounts.add(account, held)
    except AccountError as error:
        _refuse(error)
    app = create_signed_in_app(parts)
    with app.app_context():
        if password:
            with app.test_request_context():
                set_password(Person(account, held), password)
            click.echo(f"{account.email}: open.")
        else:
            click.echo(link_for(account.id, held, base or _base(parts.settings)))


def _find(parts: Parts, email: str):  # type: ignore[no-untyped-def]
    found = parts.accounts.find("email", email)
    if found is None:
        _refuse(LookupError(f"Expected the address of an account, got {email!r}."))
    return found


def _base(settings: Settings) -> str:
    return settings.public_url or f"http://127.0.0.1:{settings.port}"


def _parts() -> Parts:
    from ..parts import build
    from ..secret import load_secret
    from ..store.migrate import migrate

    settings = Settings.from_env()
    load_secret(settings)
    migrate(settings.database)
    return build(settings)


def _refuse(error: Exception) -> NoReturn:
    raise click.ClickException(str(error))
