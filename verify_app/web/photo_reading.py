"""One photo from the web: decoded, counted and timed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ..images.errors import DecodeBusy, DecodeTimeout, ImageError
from .metrics import count_decode
from .target import the_parts

if TYPE_CHECKING:
    from ..images.decoded import Decoded


def read_photo(data: bytes) -> Decoded:
    """All codes in a photo. Raises `ImageError`, `DecodeBusy` or `DecodeTimeout`, as the pool does."""
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
