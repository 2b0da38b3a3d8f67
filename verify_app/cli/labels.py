"""`verify-app labels`: labels to print for one product, one file each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from ..domain.code import Code, CodeError
from ..domain.parse import parse
from ..enterprise.label_text import text_for_people
from ..images.symbols import draw, modules
from ..settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

_PAGE = 500  # items of one query
_ALL = 1_000_000


@dataclass(frozen=True, slots=True)
class Label:
    """A code and the text for people below its symbol."""

    code: Code
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for on the command line."""

    code: Code
    serials: tuple[str, ...]
    count: int | None


@dataclass(frozen=True, slots=True)
class Look:
    """How each label is drawn."""

    kind: str
    file_type: str
    scale: int
    base_url: str


@click.command(name="labels")
@click.argument("gtin")
@click.option("--lot", default="", help="Batch or lot number, AI (10).")
@click.option("--serial", "serials", multiple=True, help="Serial number, AI (21); repeat it for several labels.")
@click.option("--count", type=click.IntRange(1), help="At most this many items of the registry; all by default.")
@click.option("--kind", type=click.Choice(["qr", "datamatrix"]), default="qr", show_default=True)
@click.option("--format", "file_type", type=click.Choice(["svg", "png"]), default="svg", show_default=True)
@click.option("--scale", type=click.IntRange(1, 40), default=8, show_default=True, help="Pixels a module.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("labels"), show_default=True)
@click.option("--base-url", default="", help="Base of the links in QR codes; PUBLIC_URL by default.")
def command(gtin: str, lot: str, serials: tuple[str, ...], count: int | None, **look: Any) -> None:
    """Write labels for the product GTIN: for each --serial, else for each of its items in the registry (of --lot);
    for its lots, or for the product itself, where it has no items."""
    settings = Settings.from_env()
    out: Path = look.pop("out")
    how = Look(**look | {"base_url": look["base_url"] or settings.public_url or f"http://127.0.0.1:{settings.port}"})
    try:
        wanted = Wanted(_code(gtin, lot), serials, count)
        written = _write(_labels(wanted, settings), how, out)
    except CodeError as error:
        raise click.ClickException(str(error)) from error
    if not written:
        raise click.ClickException(f"Expected a product of the registry, got {gtin!r}; name codes with --serial.")
    click.echo(f"{written} label{'s' if written > 1 else ''} in {out}")


def given(code: Code, serials: tuple[str, ...]) -> Iterator[Label]:
    """Labels for serial numbers that need not be in the registry yet."""
    for serial in serials:
        yield Label(each := _code(code.gtin, code.lot, serial), text_for_people(each))


def registered(wanted: Wanted, settings: Settings) -> Iterator[Label]:
    """Labels for a product's items in the registry; for its lots or itself where it has none."""
    from ..store.engine import StoreUnavailable, open_engine, reading

    try:
        with reading(open_engine(settings.database)) as connection:
            yield from _items(connection, wanted.code)
    except StoreUnavailable as error:
        raise click.ClickException(f"{error} Make the registry with `verify-app init`, or use --serial.") from error


def _items(connection: Connection, wanted: Code) -> Iterator[Label]:
    from ..store.listing import list_items, list_lots, list_models, short_of

    gtin, lot = wanted.gtin, wanted.lot
    lots = {part.lot: part for part in list_lots(connection, gtin, limit=_ALL) if lot in ("", part.lot)}
    after = ""
    while page := list_items(connection, gtin, lot or None, limit=_PAGE, after=after):
        for item in page:
            after = item.serial
            code = _code(gtin, item.lot, item.serial)
            yield Label(code, text_for_people(code, lots.get(item.lot), short_of(connection, gtin, item.serial)))
    if after:
        return
    for part in lots.values():
        yield Label(code := _code(gtin, part.lot), text_for_people(code, part))
    if not lots and not lot and any(model.gtin == gtin for model in list_models(connection, limit=_ALL)):
        yield Label(wanted, text_for_people(wanted))


def _labels(wanted: Wanted, settings: Settings) -> Iterator[Label]:
    if wanted.serials:
        return given(wanted.code, wanted.serials)
    return islice(registered(wanted, settings), wanted.count)


def _code(gtin: str, lot: str = "", serial: str = "") -> Code:
    parts = [parse(gtin).path, *(("10", lot) if lot else ()), *(("21", serial) if serial else ())]
    return parse("https://id.gs1.org" + "/".join([parts[0], *(quote(part, safe="") for part in parts[1:])]))


def _write(labels: Iterator[Label], how: Look, out: Path) -> int:
    written = 0
    for label in labels:
        out.mkdir(parents=True, exist_ok=True)
        name = "_".join(quote(part, safe="") for part in (label.code.value, label.code.lot, label.code.serial) if part)
        picture = draw(modules(label.code, how.base_url, how.kind), how.file_type, how.scale, label.lines)
        (out / f"{name}.{how.file_type}").write_bytes(picture)
        written += 1
    return written
