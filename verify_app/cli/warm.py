"""`verify-app warm`: load a campaign's products before its visitors come."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, TextIO

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..domain.code import Code
    from ..parts import Passports


@click.command()
@click.argument("codes", type=click.File("r", encoding="utf-8"), default="-")
def command(codes: TextIO) -> None:
    """Load the products and lots of CODES (a file with one code a line, in any spelling; - for standard input) into
    the cache that all processes share, so that not one of a campaign's first visitors waits for the database.

    Nothing is recorded. What is loaded is kept for ten minutes: warm shortly before the campaign begins. A line that
    is no code, or that the registry does not know, is reported, and makes the exit status 1.
    """
    from ..parts import StoreUnavailable, build
    from ..settings import Settings, SettingsError

    try:
        parts = build(Settings.from_env())
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    wanted, bad = _read(codes)
    try:
        with click.progressbar(wanted, label="Warming", file=sys.stderr) as bar:
            unknown = list(_load(bar, parts.passports))
    except StoreUnavailable as error:
        raise click.ClickException(str(error)) from error
    for line in (*bad, *(f"{code.canonical}: not in the registry." for code in unknown)):
        click.echo(line, err=True)
    click.echo(f"{len(wanted) - len(unknown)} products and lots are warm.")
    if bad or unknown:
        raise SystemExit(1)


def _read(lines: TextIO) -> tuple[list[Code], list[str]]:
    """The product and lot of each line, each once, and what is wrong with the other lines."""
    from ..domain.code import CodeError
    from ..domain.parse import parse

    wanted: dict[Code, None] = {}
    bad = []
    for line in filter(None, map(str.strip, lines)):
        try:
            code = parse(line)
        except CodeError as error:
            bad.append(f"{line[:80]}: {error}")
            continue
        # items lie in each process's own memory: what a process can load for the others is their product and lot
        wanted[replace(code, qualifiers=tuple(pair for pair in code.qualifiers if pair[0] == "10"))] = None
    return list(wanted), bad


def _load(codes: Iterator[Code] | list[Code], passports: Passports) -> Iterator[Code]:
    """Load each code; gives those that nobody registered."""
    for code in codes:
        # the product first: a lot that comes along with its product is kept in one process's memory only
        passport = passports.find(replace(code, qualifiers=())) and passports.find(code)
        if passport is None or (code.lot and passport.lot is None):
            yield code
