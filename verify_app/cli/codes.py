"""`verify-app codes`: serials of a product: scheme, batches, withdrawn carriers, and how guessable they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..settings import Settings

if TYPE_CHECKING:
    from ..domain.label_template import LabelTemplate
    from ..enterprise.codes import CodeDesk


_FORMATS = ("svg", "png", "eps", "pdf")


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


@command.command(name="print")
@click.argument("batch")
@click.option("--kind", type=click.Choice(["qr", "datamatrix"]), default="qr", show_default=True)
@click.option("--format", "file_type", type=click.Choice(_FORMATS), default="svg", show_default=True)
@click.option("--template", default="a4-24", show_default=True, help="Sheet of a PDF, or a JSON file of sizes.")
@click.option("--base-url", default="", help="Base of the links in QR codes; PUBLIC_URL by default.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
def print_labels(batch: str, **look: Any) -> None:
    """Write the labels of a BATCH into the folder --out: ZIP files of symbols or PDF sheets, with CSV tables for the
    printer. Interrupted and given again, it writes what is missing. Each thousandth symbol is read back."""
    from ..enterprise.label_job import LabelOrder, Progress

    settings = Settings.from_env()
    base = look["base_url"] or settings.public_url or f"http://127.0.0.1:{settings.port}"
    order = LabelOrder(look["kind"], look["file_type"], base, template=_template(look["template"]))
    with _desk() as desk, click.progressbar(length=desk.batch(batch).wanted, label="labels") as bar:

        def told(now: Progress) -> None:
            bar.update(now.done - bar.pos)

        files = desk.print_labels(batch, order, look["out"], told)
    click.echo(f"{len(files)} files in {look['out']}")


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


def _template(name: str) -> LabelTemplate:
    from ..domain.label_template import TEMPLATES, LabelTemplate

    if name in TEMPLATES:
        return TEMPLATES[name]
    try:
        fields: dict[str, Any] = json.loads(Path(name).read_text(encoding="utf-8"))
        sizes: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in fields.items()}
        made = LabelTemplate(**sizes)
        made.check()
    except (OSError, ValueError, TypeError) as error:
        raise click.ClickException(f"Expected {', '.join(TEMPLATES)} or a JSON file of sizes, got: {error}") from error
    return made


def _run(desk: CodeDesk, batch_id: str) -> None:
    batch = desk.batch(batch_id)
    with click.progressbar(length=batch.wanted, label=batch.gtin) as bar:
        bar.update(batch.issued)
        desk.run(batch_id, lambda now: bar.update(now.issued - bar.pos))


@contextmanager
def _desk() -> Iterator[CodeDesk]:
    from ..domain.label_template import TemplateError
    from ..enterprise.codes import BatchError, CodeDesk, SchemeError
    from ..enterprise.label_job import LabelJobError
    from ..secret import load_secret
    from ..store.engine import StoreUnavailable, open_engine

    settings = Settings.from_env()
    try:
        yield CodeDesk(open_engine(settings.database), load_secret(settings))
    except (BatchError, SchemeError, LabelJobError, TemplateError, StoreUnavailable, OSError) as error:
        raise click.ClickException(str(error)) from error
