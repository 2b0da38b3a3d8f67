"""`verify-app codes`: serials of a product: scheme, batches, withdrawn carriers, and how guessable they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from ..settings import Settings

if TYPE_CHECKING:
    from ..enterprise.codes import CodeDesk


@click.group(name="codes")
def command() -> None:
    """Serial numbers of products: issue them, replace carriers, see how easily they are guessed."""


@command.command()
@click.argument("gtin")
@click.option("--kind", type=click.Choice(["signed", "plain"]), help="Signed serials are refused when invented.")
@click.option("--mixed/--alone", default=None, help="Whether the product has serials of other making too.")
@click.option("--new-key", is_flag=True, help="Make further serials with the next key.")
@click.option("--withdraw-before", type=click.IntRange(0, 31), help="Refuse serials of keys before this number.")
def scheme(gtin: str, kind: str | None, mixed: bool | None, new_key: bool, withdraw_before: int | None) -> None:
    """Show or choose how the serials of GTIN are made."""
    from ..domain.serial_scheme import SerialKind

    with _desk() as desk:
        held = desk.scheme(gtin)
        if kind or mixed is not None:
            chosen = SerialKind(kind) if kind else held.kind if held else SerialKind.SIGNED
            held = desk.set_scheme(gtin, chosen, alone=not mixed if mixed is not None else held is None or held.alone)
        if new_key or withdraw_before is not None:
            held = desk.new_key(gtin, withdraw_before=withdraw_before)
    if held is None:
        click.echo(f"{gtin} has no scheme of serials")
        return
    others = "alone" if held.alone else "beside serials of other making"
    click.echo(f"{gtin}: {held.kind.value} serials, key {held.key}, keys from {held.oldest_key} hold, {others}")


@command.command()
@click.argument("gtin")
@click.option("--lot", default="", help="Batch or lot number, AI (10).")
@click.option("--count", type=click.IntRange(1, 10_000_000), required=True)
@click.option("--author", default="command line", show_default=True)
def issue(gtin: str, lot: str, count: int, author: str) -> None:
    """Issue COUNT serials of GTIN and write them as items. Prints the id of the batch, for `resume` and `labels`."""
    from ..enterprise.codes import Order

    with _desk() as desk:
        batch = desk.order(Order(gtin, lot, count, author))
        click.echo(batch.id)
        _run(desk, batch.id)


@command.command()
@click.argument("batch")
def resume(batch: str) -> None:
    """Go on with a BATCH that was interrupted."""
    with _desk() as desk:
        _run(desk, batch)


@command.command(name="list")
@click.argument("batch")
@click.option("--start", type=click.IntRange(0), default=0, show_default=True)
@click.option("--stop", type=click.IntRange(0), help="The end by default.")
def list_serials(batch: str, start: int, stop: int | None) -> None:
    """The serials of a BATCH, one a line."""
    with _desk() as desk:
        for serial in desk.serials(desk.batch(batch), start, stop):
            click.echo(serial)


@command.command()
@click.argument("gtin")
@click.argument("serial")
@click.option("--reason", required=True)
@click.option("--author", default="command line", show_default=True)
@click.option("--reissue", is_flag=True, help="Issue a new serial of the same lot in its place.")
def withdraw(gtin: str, serial: str, reason: str, author: str, reissue: bool) -> None:
    """Take the carrier SERIAL of GTIN out of use; whoever scans it is warned."""
    with _desk() as desk:
        if reissue:
            click.echo(desk.reissue(gtin, serial, reason, author))
        else:
            desk.withdraw(gtin, serial, reason, author)


@command.command()
@click.argument("gtin")
def report(gtin: str) -> None:
    """Estimate how easily the serials of GTIN are guessed."""
    from ..domain.guessability import WORST

    with _desk() as desk:
        found = desk.report(gtin)
    click.echo(f"{found.count:,} serials, the shortest of {found.shortest} characters")
    click.echo(f"one guess hits with a chance of {found.chance:.2g} (at most {WORST:.0e} is safe)")
    click.echo("safe" if found.safe else f"guessable: {', '.join(found.problems)}")


def _run(desk: CodeDesk, batch_id: str) -> None:
    batch = desk.batch(batch_id)
    with click.progressbar(length=batch.wanted, label=batch.gtin) as bar:
        bar.update(batch.issued)
        desk.run(batch_id, lambda now: bar.update(now.issued - bar.pos))


@contextmanager
def _desk() -> Iterator[CodeDesk]:
    from ..enterprise.codes import BatchError, CodeDesk, SchemeError
    from ..secret import load_secret
    from ..store.engine import StoreUnavailable, open_engine

    settings = Settings.from_env()
    try:
        yield CodeDesk(open_engine(settings.database), load_secret(settings))
    except (BatchError, SchemeError, StoreUnavailable) as error:
        raise click.ClickException(str(error)) from error
