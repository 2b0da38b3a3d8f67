"""The last measured capacity of a machine, kept in DATA_DIR so that a campaign is planned from figures."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from verify_app.domain.campaign import Capacity

_NAME = "capacity.json"


def save_capacity(data_dir: Path, capacity: Capacity) -> Path:
    """Keep a measurement, in place of the one before; returns its file. Raises `OSError`."""
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / _NAME
    fresh = path.with_suffix(".new")
    fresh.write_bytes(msgspec.json.format(msgspec.json.encode(capacity)) + b"\n")
    os.replace(fresh, path)  # noqa: PTH105 - the whole file or the one before
    return path


def load_capacity(data_dir: Path) -> Capacity | None:
    """The last measurement; None where nothing was measured. Raises `ValueError` if the file cannot be read."""
    path = data_dir / _NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=Capacity)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, OSError) as error:
        raise ValueError(f"Expected a measurement in {path.name}, got {error}.") from error
