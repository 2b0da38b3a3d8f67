"""gunicorn's settings, read by its master. `docs/operations.md` names the variables behind them.

The application is not preloaded: each worker makes its own engine connections, threads and decoding processes
after the fork, so none is ever shared between processes. The price is the memory of the modules, once a worker.
"""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
from pathlib import Path
from typing import Any

from prometheus_client import multiprocess

from verify_app.settings import Settings

_settings = Settings.from_env()
_host = f"[{_settings.bind}]" if ":" in _settings.bind else _settings.bind
_listener = os.environ.get("VERIFY_APP_LISTENER", "")  # a socket that `serve` holds open over our restarts

bind = f"fd://{_listener}" if _listener else f"{_host}:{_settings.port}"
proc_name = "verify-app"
worker_class = "verify_app.serving.lane.LaneWorker"  # gthread, with a lane for scans
workers = _settings.web_workers
threads = _settings.web_threads
preload_app = False
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a heartbeat file, not on a slow disk
control_socket_disable = True  # it would be one per user, so two instances would meet there

timeout = 60  # a worker that does not even beat for so long is replaced; requests have deadlines of their own
graceful_timeout = 15
keepalive = 5  # seconds: a page and the files it links to come over one connection
backlog = 1024
limit_request_line = 8190  # a Digital Link with all its qualifiers, percent-encoded, stays far below
limit_request_fields = 64
limit_request_field_size = 8190
forwarded_allow_ips = "127.0.0.1,::1"  # for X-Forwarded-Proto only; addresses are read by web/visit.py

accesslog = None  # an access log would hold addresses and codes together
errorlog = "-"
loglevel = "warning" if _settings.log_level == "info" else _settings.log_level  # `serve` tells what matters
logger_class = "verify_app.serving.discreet_log.DiscreetLog"

_PR_SET_PDEATHSIG = 1
_COLLECT = 10_000, 20, 20  # young objects before a walk; a scan makes some dozens, nearly all gone without any


def post_fork(_server: Any, worker: Any) -> None:
    """Tie a worker to its master: when the master is killed the kernel ends the worker at once."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != worker.ppid:
        sys.exit(0)


def post_worker_init(_worker: Any) -> None:
    """Take the imported application out of what the collector of cycles walks through, and let it look less often: one
    walk through all of it would stop every scan of this process for a tenth of a second."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT)


def child_exit(_server: Any, worker: Any) -> None:
    """Take a dead worker's live gauges out of the sum; its counters stay in it."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
