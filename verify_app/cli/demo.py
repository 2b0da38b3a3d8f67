"""`verify-app demo`: load the demonstration registry, or list what to try."""

from __future__ import annotations

import json

import click


@click.group("demo")
def command() -> None:
    """The demonstration registry: fictional enterprises and goods with cases of every verdict."""


@command.command("load")
@click.option("--if-empty", is_flag=True, help="Leave a registry alone that already holds something else.")
@click.option("--quick", is_flag=True, help="Leave the smaller copies of the pictures to `demo pictures`.")
def load_command(if_empty: bool, quick: bool) -> None:
    """Write the demonstration into the database, the histories and DATA_DIR. Loading twice changes nothing."""
    import time

    from ..demo.load import Target, finish_pictures, load
    from ..parts import build
    from ..settings import Settings, SettingsError
    from ..store.engine import StoreUnavailable, open_engine

    try:
        settings = Settings.from_env()
        parts = build(settings)
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        target = Target(open_engine(settings.database), parts.history, settings.data_dir, parts.secret)
        done = load(target, time.time_ns() // 1_000_000, if_empty=if_empty)
        if done.pictures and not quick:
            finish_pictures(settings.data_dir)
    except (SettingsError, StoreUnavailable) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Demonstration: {done.records} records, {done.pictures} pictures, {done.pasts} histories.", err=True)


@command.command("pictures")
def pictures_command() -> None:
    """Write the smaller copies (AVIF) of the demonstration's pictures, at the lowest priority."""
    import os

    from ..demo.load import finish_pictures
    from ..settings import Settings, SettingsError

    os.nice(19)
    try:
        finish_pictures(Settings.from_env().data_dir)
    except (SettingsError, OSError) as error:
        raise click.ClickException(str(error)) from error


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help='A JSON array of {"path", "expect", "title"}, nothing else.')
def list_command(as_json: bool) -> None:
    """List a path for every verdict; needs neither a server nor a loaded registry."""
    from ..demo import demo_list

    entries = demo_list()
    if as_json:
        click.echo(json.dumps(entries, ensure_ascii=False, indent=1))
        return
    width = max(len(entry["expect"]) for entry in entries)
    for entry in entries:
        click.echo(f"{entry['expect']:<{width}}  {entry['path']}\n{'':<{width}}  {entry['title']}")
