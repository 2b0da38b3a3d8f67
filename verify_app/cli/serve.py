"""`verify-app serve`: the whole service in one command."""

from __future__ import annotations

import sys

import click

from ..settings import Settings, SettingsError


@click.command("serve")
def command() -> None:
    """Run the service: engines, migrations, background worker and web server.

    Settings come from the environment (PORT, DATA_DIR, DATABASE_URL, REDIS_URL …). Ctrl-C stops it in order.
    """
    from ..serving.data_dir import DataDirError
    from ..serving.supervisor import ServeError, Supervisor

    try:
        settings = Settings.from_env()
        sys.exit(Supervisor(settings, _say).run(_greet))
    except (SettingsError, DataDirError, ServeError) as error:
        click.echo(f"verify-app serve: {error}", err=True)
        sys.exit(1)


def _say(line: str) -> None:
    click.echo(f"verify-app serve: {line}", err=True)


def _greet(settings: Settings) -> None:
    """Tell where the service is and, with the demonstration registry, three things to try."""
    base = settings.public_url or f"http://{_host(settings.bind)}:{settings.port}"
    lines = ["", f"The service is ready:  {base}/"]
    if settings.demo:
        lines.append("Three links to try:")
        lines += [f"  {base}{entry['path']}\n      {entry['title']}  ({entry['expect']})" for entry in _three()]
    click.echo("\n".join([*lines, "Ctrl-C stops it.", ""]))  # at once: whoever waits for the first line reads all


def _host(bind: str) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bind, bind)  # noqa: S104 - read, not bound
    return f"[{host}]" if ":" in host else host


def _three() -> list[dict[str, str]]:
    """One demonstration item that is right, one that raises an alarm, one that is recalled."""
    from ..demo.cases import demo_list

    entries = demo_list()
    picked = [next((e for e in entries if e["expect"] == want), None) for want in ("VALID", "REPEATED", "RECALLED")]
    return [entry for entry in picked if entry is not None]
