"""One scan from the web: `verify` and the reading of photos, counted and timed."""

from __future__ import annotations

import time

from ..domain.scan import Visit
from ..images.decoded import Decoded
from ..images.errors import DecodeBusy, DecodeTimeout, ImageError
from ..verify import Answer, verify
from .metrics import count_decode, count_scan
from .target import the_parts


def scan_code(text: str, visit: Visit) -> Answer:
    """Verify a code and count the scan. Raises what `verify` raises."""
    began = time.perf_counter()
    answer = verify(text, visit, the_parts())
    count_scan(answer, visit, time.perf_counter() - began)
    return answer


def read_photo(data: bytes) -> Decoded:
    """Read the codes in a photo and count what came of it. Raises `ImageError`, `DecodeBusy` or `DecodeTimeout`."""
    began, outcome = time.perf_counter(), "failed"
    try:
        decoded = the_parts().decoder.decode(data)
        outcome = "found" if decoded.symbols else "nothing"
    except ImageError:
        outcome = "refused"
        raise
    except DecodeTimeout:
        outcome = "late"
        raise
    except DecodeBusy:
        outcome = "busy"
        raise
    finally:
        count_decode(outcome, time.perf_counter() - began)
    return decoded
