"""gunicorn's log without visitors' addresses."""

from __future__ import annotations

import logging
import re
from typing import Any

from gunicorn.glogging import Logger

_ADDRESS = re.compile(r"\bip=\S+|\b(?:\d{1,3}\.){3}\d{1,3}\b|(?<![\w:])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}")


class _WithoutAddresses(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = without_addresses(record.getMessage()), ()
        return True


def without_addresses(text: str) -> str:
    """The text with every IPv4 and IPv6 address replaced by three dots."""
    return _ADDRESS.sub("…", text)


class DiscreetLog(Logger):  # type: ignore[misc]
    """Writes what gunicorn has to say, except where a request came from."""

    def setup(self, cfg: Any) -> None:
        """Set the log up as gunicorn does, then put the filter before it."""
        super().setup(cfg)
        self.error_log.addFilter(_WithoutAddresses())
