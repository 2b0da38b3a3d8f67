"""What kind of machine this is, so that figures are compared only with figures of the same kind."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def machine() -> str:
    """Number and model of the processors, and the Python; names no host."""
    model = "unknown processor"
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), model)
    except OSError:
        pass
    return f"{os.cpu_count()} × {model}, Python {platform.python_version()}"
