"""`verify-app worker`: the background worker."""

from __future__ import annotations

import logging
import signal
import threading

import click


@click.command()
@click.option("--once", is_flag=True, help="Do everything that waits, then end.")
@click.option("--rebuild", is_flag=True, help="First declare all histories lost, so that they are rebuilt.")
def command(once: bool, rebuild: bool) -> None:
    """Move recorded scans into the ledger; mirror recalls; replay journals; rebuild lost histories.

    Several may run at once. SIGTERM or Ctrl-C ends it in order."""
    import redis

    from ..detection.policy_files import LivePolicy
    from ..secret import load_secret
    from ..serving.engines import EmbeddedValkey
    from ..serving.worker import Worker
    from ..settings import Settings, SettingsError
    from ..store.engine import StoreUnavailable, open_engine
    from ..store.history import Script, connect
    from ..store.rebuild import forget

    try:
        settings = Settings.from_env()
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    logging.basicConfig(level=settings.log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
    embedded = EmbeddedValkey(settings.data_dir)
    url = settings.redis_url or embedded.url
    client = connect(url, 5_000)
    worker = Worker(
        Script(client, shards=settings.stream_shards, reload_ms=settings.reload_minutes * 60_000),
        open_engine(settings.database),
        settings.data_dir,
        sync=embedded.sync if url == embedded.url else None,
    )
    worker.judge_by(LivePolicy(settings.data_dir, load_secret(settings)))
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        if rebuild:
            forget(client, settings.stream_shards)
        if once:
            click.echo(f"{worker.run_once()} scans moved to the ledger.")
        else:
            worker.run(stop)
    except (redis.RedisError, StoreUnavailable) as error:
        raise click.ClickException(str(error)) from error
