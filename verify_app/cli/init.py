"""`verify-app init`: folder, key and database, so that the service can start."""

from __future__ import annotations

import sys

import click

from ..settings import Settings, SettingsError


@click.command("init")
def command() -> None:
    """Make DATA_DIR and the secret key, and bring the database to the present schema.

    Does nothing that is done already; safe at every start, and by several machines at once. A database that is away
    is an error (exit status 1), and trying again later is right.
    """
    from ..secret import load_secret
    from ..serving import data_dir
    from ..store.engine import StoreUnavailable
    from ..store.migrate import migrate

    try:
        settings = Settings.from_env()
        folder = data_dir.make(settings.data_dir)
        load_secret(settings)
        migrate(settings.database)
    except (SettingsError, data_dir.DataDirError, StoreUnavailable) as error:
        click.echo(f"verify-app init: {error}", err=True)
        sys.exit(1)
    click.echo(f"verify-app init: {folder} and the database are ready.", err=True)
