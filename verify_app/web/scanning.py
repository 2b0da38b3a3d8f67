"""One scan from the web: `verify`, counted and timed."""

from __future__ import annotations

import time

from ..domain.scan import Visit
from ..verify import Answer, verify
from .metrics import count_scan
from .target import the_parts


def scan_code(text: str, visit: Visit) -> Answer:
    """Verify a code and count the scan. Raises what `verify` raises."""
    began = time.perf_counter()
    answer = verify(text, visit, the_parts())
    count_scan(answer, visit, time.perf_counter() - began)
    return answer
