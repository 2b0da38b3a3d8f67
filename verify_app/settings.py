"""Settings: read once from the environment, strict, frozen, explained. `docs/operations.md` lists each."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any


class SettingsError(ValueError):
    """One or more variables are wrong; the message names every one of them."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. Each field is the environment variable of the same name in upper case."""

    data_dir: Path = Path("var")
    """Folder for everything written at run time; two instances need two folders."""
    port: int = 8000
    """TCP port of the web server."""
    bind: str = "127.0.0.1"
    """Address that the web server listens on; 0.0.0.0 in a container."""
    database_url: str = ""
    """SQLAlchemy URL ("postgresql+psycopg://…"); empty: SQLite in DATA_DIR."""
    redis_url: str = ""
    """Redis or Valkey URL, of a cluster "redis+cluster://host:port,host:port"; empty: the embedded server in DATA_DIR,
    started by `verify-app serve`."""
    public_url: str = ""
    """Public base of this service ("https://verify.example.vn"), written into labels and links; empty: as asked."""
    secret_key: str = ""
    """Key of the visitors' tags and tokens, at least 32 characters; empty: made once in DATA_DIR/secret.key."""
    web_workers: int = 2
    """gunicorn worker processes."""
    web_threads: int = 16
    """Threads of each worker process."""
    decode_processes: int = 1
    """Photo decoding processes for each worker process."""
    decode_queue: int = 8
    """Photos that may wait in each worker process; the next one is told to come again."""
    trusted_proxies: int = 0
    """How many reverse proxies in front add to X-Forwarded-For; the addresses before them are not believed."""
    history_timeout_ms: int = 250
    """How long a scan waits for the history before it answers HISTORY_UNAVAILABLE."""
    reload_minutes: int = 30
    """A second look by the same visitor within this time is not a new scan."""
    stream_shards: int = 16
    """Streams (and hash slots) that scans are spread over; never change it on a running installation."""
    alerts_per_day: int = 20
    """New cases of copied codes that inspectors can open a day; the nightly calibration aims at no more."""
    guesses_per_minute: int = 120
    """Codes that do not exist which one address may go on asking for after 1,200 at once, in each worker process; who
    asks for more is held off with 429. 0: nobody is."""
    handover_days: int = 10
    """Days in which a case is to be handled by whom it was handed over to, where the form names no other deadline."""
    responder_gln: str = "9529999999993"
    """GLN of the operator, named in verification messages; the default is a demonstration number."""
    oidc_issuer: str = ""
    """Issuer of an OpenID Connect provider that officers may sign in with; empty: none."""
    oidc_client_id: str = ""
    """Our client id at that provider."""
    oidc_client_secret: str = ""
    """Our client secret at that provider."""
    smtp_url: str = ""
    """Mail server for letters to enterprises ("smtp://user:password@host:587", "smtps://…"); empty: none is written."""
    mail_from: str = ""
    """Address that those letters come from; wanted where SMTP_URL is set."""
    demo: bool = True
    """Load the demonstration registry when the registry is empty, and show the demonstration pages."""
    styleguide: bool = False
    """Show /styleguide: every component and every state of a verdict, for people who work on the pages."""
    address_table: Path | None = None
    """Where addresses are: a CSV file (cidr, lat, lon, radius_km, kind, country) or a MaxMind `.mmdb`; empty: only the
    country of an address is known."""
    log_level: str = "info"
    """debug, info, warning or error."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read and check all variables. Raises `SettingsError` that reports *all* bad ones at once."""
        environ = os.environ if environ is None else environ
        values: dict[str, Any] = {}
        problems: list[str] = []
        for spec in fields(cls):
            raw = environ.get(spec.name.upper())
            if raw is None or raw == "":
                continue
            try:
                values[spec.name] = _READERS.get(spec.name, _BY_TYPE[type(spec.default)])(raw)
            except ValueError as error:
                problems.append(f"{spec.name.upper()}: {error}")
        if values.get("smtp_url") and "@" not in values.get("mail_from", ""):
            problems.append("MAIL_FROM: Expected an e-mail address beside SMTP_URL, got none.")
        if problems:
            raise SettingsError("; ".join(problems))
        return cls(**values)

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'registry.sqlite3').resolve()}"


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(raw: str) -> int:
        if not (raw.isascii() and raw.isdigit() and low <= int(raw) <= high):
            raise ValueError(f"Expected a whole number from {low} to {high}, got {raw!r}.")
        return int(raw)

    return read


def _switch(raw: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if raw.lower() not in words:
        raise ValueError(f"Expected true or false, got {raw!r}.")
    return words[raw.lower()]


def _secret(raw: str) -> str:
    if len(raw) < 32:
        raise ValueError(f"Expected at least 32 characters, got {len(raw)}.")
    return raw


def _url(*schemes: str) -> Callable[[str], str]:
    def read(raw: str) -> str:
        if not raw.startswith(tuple(f"{scheme}://" for scheme in schemes)):
            shown = raw.rsplit("@", maxsplit=1)[-1]  # never a password
            raise ValueError(f"Expected a URL that starts with {' or '.join(schemes)}, got {shown!r}.")
        return raw.rstrip("/") if "http" in schemes else raw

    return read


def _gln(raw: str) -> str:
    digits = [int(digit) for digit in raw if digit.isascii() and digit.isdigit()]
    total = sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    if len(raw) != 13 or len(digits) != 13 or total % 10:
        raise ValueError(f"Expected a GLN of 13 digits with its check digit, got {raw!r}.")
    return raw


def _one_of(*words: str) -> Callable[[str], str]:
    def read(raw: str) -> str:
        if raw.lower() not in words:
            raise ValueError(f"Expected one of {', '.join(words)}, got {raw!r}.")
        return raw.lower()

    return read


_BY_TYPE: dict[type, Callable[[str], Any]] = {bool: _switch, int: _whole(0, 1_000_000), str: str, type(Path()): Path}
_READERS: dict[str, Callable[[str], Any]] = {
    "data_dir": Path,
    "address_table": Path,
    "port": _whole(1, 65535),
    "database_url": _url("sqlite", "postgresql+psycopg", "postgresql"),
    "redis_url": _url("redis", "rediss", "unix", "redis+cluster", "rediss+cluster"),
    "public_url": _url("https", "http"),
    "secret_key": _secret,
    "web_workers": _whole(1, 64),
    "web_threads": _whole(1, 256),
    "decode_processes": _whole(1, 16),
    "decode_queue": _whole(1, 256),
    "trusted_proxies": _whole(0, 8),
    "history_timeout_ms": _whole(20, 10_000),
    "reload_minutes": _whole(1, 1440),
    "stream_shards": _whole(1, 256),
    "alerts_per_day": _whole(1, 100_000),
    "handover_days": _whole(1, 90),
    "responder_gln": _gln,
    "oidc_issuer": _url("https", "http"),
    "smtp_url": _url("smtp", "smtps"),
    "log_level": _one_of("debug", "info", "warning", "error"),
}
