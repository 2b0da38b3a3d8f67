"""`verify-app jobs`: the process for imports, captures and other heavy work of enterprises."""

from __future__ import annotations

import logging
import signal
import threading

import click


@click.command()
@click.option("--once", is_flag=True, help="Do everything that waits, then end.")
def command(once: bool) -> None:
    """Work on what enterprises sent: imports and EPCIS documents. Several may run at once.

    SIGTERM or Ctrl-C ends it behind the present piece of work; a killed one loses nothing."""
    from ..parts import StoreUnavailable, build
    from ..serving.jobs import jobs_of, run, run_once
    from ..settings import Settings, SettingsError

    try:
        settings = Settings.from_env()
        logging.basicConfig(level=settings.log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
        jobs = jobs_of(build(settings).desk)
        if once:
            click.echo(f"{run_once(jobs)} pieces of work done.")
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        run(jobs, stop)
    except (SettingsError, StoreUnavailable) as error:
        raise click.ClickException(str(error)) from error
