"""A circuit that rests after a failure, so that a sick engine costs one timeout and not one per scan."""

from __future__ import annotations

import contextlib
import threading
from time import monotonic


class Circuit:
    """Closed while calls succeed. After a failure it rests; then one caller at a time may probe."""

    def __init__(self, rest_ms: int) -> None:
        self._rest = rest_ms / 1000
        self._until = 0.0  # monotonic seconds; 0: closed
        self._probe = threading.Lock()

    @property
    def closed(self) -> bool:
        """Whether the last call that ended had succeeded."""
        return self._until == 0.0

    def enter(self) -> bool:
        """Whether to call now. Whoever gets True calls `succeeded` or `failed` afterwards, once."""
        if self._until == 0.0:
            return True
        return monotonic() >= self._until and self._probe.acquire(blocking=False)

    def succeeded(self) -> None:
        """The engine answered."""
        if self._until:
            self._until = 0.0
            self._release()

    def failed(self) -> None:
        """The engine did not answer in time, or not at all."""
        self._until = monotonic() + self._rest
        self._release()

    def _release(self) -> None:
        with contextlib.suppress(RuntimeError):  # nobody probes, or another caller's failure ended the probe
            self._probe.release()
