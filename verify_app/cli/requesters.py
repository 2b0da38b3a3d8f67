"""`verify-app requesters`: trading partners that may ask for verification messages."""

from __future__ import annotations

import secrets

import click

from ..settings import Settings


@click.command(name="requesters")
@click.argument("gln")
@click.option("--name", default="", help="Name of the partner.")
@click.option("--per-minute", type=click.IntRange(1, 100_000), default=600, show_default=True)
@click.option("--new-key", is_flag=True, help="Make a key that the partner must send; it is shown this once.")
@click.option("--blocked", is_flag=True, help="Refuse this partner.")
def command(gln: str, name: str, per_minute: int, new_key: bool, blocked: bool) -> None:
    """Let the partner with GLN ask (or not), at most so many times a minute; a key made before holds on."""
    from ..domain.check_digit import expected_check_digit
    from ..domain.requester import Requester, digest_of
    from ..store.engine import StoreUnavailable, open_engine, reading
    from ..store.requesters import find_requester, write_requester

    if not (len(gln) == 13 and gln.isascii() and gln.isdigit() and gln[-1] == str(expected_check_digit(gln[:-1]))):
        raise click.ClickException(f"Expected a GLN of 13 digits with its check digit, got {gln!r}.")
    key = secrets.token_urlsafe(32) if new_key else ""
    engine = open_engine(Settings.from_env().database)
    try:
        with reading(engine) as connection:
            held = find_requester(connection, gln)
        digest = digest_of(key) if key else held.key_digest if held else ""
        write_requester(engine, Requester(gln, name or (held.name if held else ""), digest, per_minute, not blocked))
    except StoreUnavailable as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{gln} may {'not ask' if blocked else f'ask {per_minute} times a minute'}")
    if key:
        click.echo(f"Key, shown this once: {key}")
