"""The key of visitors' tags and tokens: from SECRET_KEY, or made once and kept in DATA_DIR."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress

from .settings import Settings

_FILE = "secret.key"


def load_secret(settings: Settings) -> bytes:
    """The 32-byte or longer secret of this installation; made on first use, the same for every process after it."""
    if settings.secret_key:
        return settings.secret_key.encode()
    path = settings.data_dir / _FILE
    if not path.exists():
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{_FILE}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_hex(32).encode())
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)  # fails if another process was first: then its key is the key
        draft.unlink()
    return path.read_bytes().strip()
