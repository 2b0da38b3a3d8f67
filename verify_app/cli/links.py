"""`verify-app links`: hosts and links of enterprises for the resolver, until a page does it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine


@click.group(name="links")
def command() -> None:
    """Hosts that an enterprise may link to, and its links at the addresses of codes."""


@command.command()
@click.argument("enterprise")
@click.argument("hosts", nargs=-1, required=True)
def hosts(enterprise: str, hosts: tuple[str, ...]) -> None:
    """Allow ENTERPRISE to link to HOSTS, in place of those before."""
    from ..store.links import write_hosts

    _write(lambda engine: write_hosts(engine, enterprise, hosts))
    click.echo(f"{enterprise} may link to {', '.join(sorted(set(hosts)))}")


@command.command(name="set")
@click.argument("enterprise")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def set_links(enterprise: str, file: Path) -> None:
    """Write the links of FILE for ENTERPRISE, in place of those at the same addresses.

    FILE is JSON: {"/01/09521234543213": [{"rel": "pip", "href": "https://…", "title": "…", "hreflang": ["vi"],
    "media_type": "text/html", "context": [], "default": true}]}. An address with no links is removed.
    """
    from cache import open_cache

    from ..resolve_links import purge_links
    from ..serving.engines import EmbeddedValkey
    from ..store.links import write_links

    anchors = _read(file, enterprise)
    codes = _write(lambda engine: [write_links(engine, anchored) for anchored in anchors])
    settings = Settings.from_env()
    cache = open_cache(settings.redis_url or EmbeddedValkey(settings.data_dir).url)
    heard = min(map(bool, [purge_links(cache, code) for code in codes]), default=True)
    total = sum(len(anchored.links) for anchored in anchors)
    click.echo(f"{total} links at {len(anchors)} addresses" + ("" if heard else "; shown within ten minutes"))


@command.command()
@click.argument("code")
def show(code: str) -> None:
    """The links that CODE (in any spelling) finds, at all its levels, as JSON."""
    from dataclasses import asdict

    from ..domain.parse import parse
    from ..store.engine import open_engine, reading
    from ..store.links import find_deeper_links, find_links

    asked = parse(code)
    with reading(open_engine(Settings.from_env().database)) as connection:
        found = (*find_links(connection, asked).links, *find_deeper_links(connection, asked))
    click.echo(json.dumps([asdict(link) for link in found], ensure_ascii=False, indent=1))


def _read(file: Path, enterprise: str) -> list[Any]:
    from ..domain.link import Link
    from ..store.links import Anchored

    try:
        held = json.loads(file.read_text(encoding="utf-8"))
        read = {path: [{name: _frozen(value) for name, value in one.items()} for one in held[path]] for path in held}
        return [Anchored(path, enterprise, tuple(Link("", **one) for one in links)) for path, links in read.items()]
    except (ValueError, TypeError, AttributeError) as error:
        raise click.ClickException(f"Expected addresses with lists of links as JSON in {file}, got: {error}") from error


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _write(act: Any) -> Any:
    from ..store.engine import StoreUnavailable, open_engine
    from ..store.links import LinkError

    engine: Engine = open_engine(Settings.from_env().database)
    try:
        return act(engine)
    except (LinkError, StoreUnavailable) as error:
        raise click.ClickException(str(error)) from error
