"""`verify-app audit`: verify, export and expire the audit log."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click
import msgspec

from ..domain.audit import Entry, flaws
from ..settings import Settings

if TYPE_CHECKING:
    from ..store.engine import Engine


@click.group(name="audit")
def command() -> None:
    """The log of looks at restricted data and of acts: append-only, each entry sealed to the one before."""


@command.command()
@click.option(
    "--head", "known", default="", help='A head noted earlier, as "NUMBER:SEAL": it must still be in the log.'
)
def verify(known: str) -> None:
    """Check the whole chain. Exit status 1 and the places of the flaws if it is not as it was written.

    The chain itself cannot show that its last entries were cut off: note the head that is printed here elsewhere, and
    give it next time.
    """
    from ..store.audit import entries

    number, _, seal = known.partition(":")
    last: Entry | None = None
    found, met = 0, not known

    def watched() -> Iterator[Entry]:
        nonlocal last, met
        for entry in entries(_engine()):
            last = entry
            met = met or (str(entry.number) == number and entry.seal == seal)
            yield entry

    for flaw in flaws(watched(), int(time.time() * 1000)):
        found += 1
        click.echo(f"entry {flaw.number}: {flaw.problem}", err=True)
    if not met:
        found += 1
        click.echo(f"Expected entry {number} with the seal {seal}, got no such entry.", err=True)
    click.echo(f"{last.number if last else 0} entries, {found} flaws, head {last.number}:{last.seal}" if last else
               f"0 entries, {found} flaws")  # fmt: skip
    sys.exit(1 if found else 0)


@command.command()
def export() -> None:
    """Print the whole log, one JSON object a line, with everything that is needed to verify it elsewhere."""
    from ..store.audit import entries

    for entry in entries(_engine()):
        click.echo(msgspec.json.encode(entry).decode())


@command.command()
def expire() -> None:
    """Take away the words of entries whose time is over (looks and doors two years, acts ten); seals stay."""
    from ..store.audit import expire as take_away

    click.echo(f"{take_away(_engine(), int(time.time() * 1000))} entries")


def _engine() -> Engine:
    from ..store.engine import open_engine

    return open_engine(Settings.from_env().database)
