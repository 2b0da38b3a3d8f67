"""One scan from the web: `verify` and the reading of photos, counted and timed."""

from __future__ import annotations

import time

from flask import request

from ..domain.scan import HeldOff, Visit
from ..images.decoded import Decoded
from ..images.errors import DecodeBusy, DecodeTimeout, ImageError
from ..parts import Parts
from ..verify import Answer, verify
from .metrics import count_decode, count_scan
from .target import the_parts
from .visit import GIVEN, HELD


def scan_code(text: str, visit: Visit) -> Answer:
    """Verify a code and count the scan, unless another door has done so. Raises what `verify` raises."""
    if HELD in request.environ:
        raise HeldOff
    given: tuple[Answer, Visit] | None = request.environ.get(GIVEN)
    return given[0] if given else scan_with(the_parts(), text, visit)


def scan_with(parts: Parts, text: str, visit: Visit) -> Answer:
    """The same outside of a request of Flask's."""
    began = time.perf_counter()
    answer = verify(text, visit, parts)
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
