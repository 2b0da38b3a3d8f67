"""`verify-app jobs`: the process for imports, captures and other heavy work of enterprises."""

from __future__ import annotations

import logging
import signal
import threading
import time
from typing import TYPE_CHECKING

import click

from .policy import calibrator_of

if TYPE_CHECKING:
    from ..enterprise.desk import Desk
    from ..settings import Settings


@click.command()
@click.option("--once", is_flag=True, help="Do everything that waits, then end.")
def command(once: bool) -> None:
    """Work on what enterprises sent: imports and EPCIS documents; calibrate the score at night. Several may run at
    once.

    SIGTERM or Ctrl-C ends it at once: the present step is taken back and done again later; a killed one loses
    nothing either."""
    from ..detection.calibration import Aim
    from ..serving.jobs import jobs_of, run, run_once
    from ..settings import Settings, SettingsError
    from ..store.engine import StoreUnavailable

    try:
        settings = Settings.from_env()
        logging.basicConfig(level=settings.log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
        jobs = jobs_of(_desk(settings))
        if once:
            click.echo(f"{run_once(jobs)} pieces of work done.")
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _end)
        calibrator, aim = calibrator_of(settings), Aim(a_day=settings.alerts_per_day)
        nightly = {"calibration": lambda: calibrator.nightly(time.time_ns() // 1_000_000, aim)}
        run({**jobs, **nightly}, threading.Event())
    except (SettingsError, StoreUnavailable) as error:
        raise click.ClickException(str(error)) from error


def _desk(settings: Settings) -> Desk:
    """The desk alone: this process needs no decoders and no histories, and starts twice as fast without them."""
    from cache import open_cache

    from ..enterprise.desk import Desk
    from ..enterprise.letters import MailServer
    from ..resolve import purge_item, purge_published
    from ..secret import load_secret
    from ..serving.engines import EmbeddedValkey
    from ..store.engine import open_engine

    cache = open_cache(settings.redis_url or EmbeddedValkey(settings.data_dir).url)
    return Desk(
        open_engine(settings.database),
        settings.data_dir,
        purge=lambda gtin, lot: purge_published(cache, gtin, lot),
        purge_item=lambda gtin, serial: purge_item(cache, gtin, serial),
        mail=MailServer(settings.smtp_url, settings.mail_from),
        secret=load_secret(settings),
    )


def _end(_number: int, _frame: object) -> None:
    raise SystemExit(0)
