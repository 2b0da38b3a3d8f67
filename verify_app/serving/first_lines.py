"""The first lines of an answer, which gunicorn would add: the same for all answers of one second."""

from __future__ import annotations

import time

from gunicorn import util
from gunicorn.http.wsgi import SERVER


class FirstLines:
    """Of one thread."""

    def __init__(self) -> None:
        self._second = 0
        self._told: dict[tuple[str, bool], bytes] = {}

    def of(self, status: str, *, stays: bool) -> bytes:
        """Status, server, date and whether the connection stays, each line ended."""
        second = int(time.time())
        if second != self._second:
            self._second, self._told = second, {}
        told = self._told.get((status, stays))
        if told is None:
            connection = "keep-alive" if stays else "close"
            lines = f"HTTP/1.1 {status}\r\nServer: {SERVER}\r\nDate: {util.http_date()}\r\nConnection: {connection}\r\n"
            told = self._told[status, stays] = lines.encode("latin-1")
        return told
