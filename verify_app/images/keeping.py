"""Photos that are kept as evidence: read and written anew in a process of their own, so that nothing of the file but
its picture remains (no EXIF, no place, no maker's notes, no second picture behind the first).

`python -m verify_app.images.keeping` is that process: a photo on its input, a JPEG on its output. It may need no more
memory and time than one photo is worth, and holds no secret.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from .errors import DecodeBusy, DecodeTimeout, ImageError

if TYPE_CHECKING:
    from PIL import Image

SIDE = 2000
"""Longest side in pixels: small print on a label stays readable."""
_QUALITY = 82
_DEADLINE_S = 20.0
_MEMORY_MB = 1024
_AT_ONCE = 2  # for each web process
_turn = BoundedSemaphore(_AT_ONCE)
_REFUSED = 3  # exit status


@dataclass(frozen=True, slots=True)
class Kept:
    """A photo as it is kept: a JPEG without metadata, upright; its width and height in pixels."""

    data: bytes
    width: int
    height: int


def keep(data: bytes) -> Kept:
    """The photo as it may be kept. Raises `ImageError` for what is no photo, `DecodeBusy` while others are in work, and
    `DecodeTimeout`."""
    told = in_own_process("verify_app.images.keeping", data)
    width, height = (int.from_bytes(told[at : at + 4], "big") for at in (0, 4))
    return Kept(told[8:], width, height)


def in_own_process(module: str, data: bytes) -> bytes:
    """What a module makes of a photo when it runs as a process (`answer_apart`). Raises as `keep` does."""
    if not _turn.acquire(timeout=5):
        raise DecodeBusy(5)
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", module],
            input=data, capture_output=True, timeout=_DEADLINE_S, check=False, env={},
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise DecodeTimeout(_DEADLINE_S) from error
    finally:
        _turn.release()
    if done.returncode == _REFUSED:
        raise ImageError(*done.stdout.decode().split("\n", 2))
    if done.returncode or len(done.stdout) < 8:
        raise ImageError("crashed", "a photo", "a file that ended its reader")
    return done.stdout


def redraw(data: bytes) -> Kept:
    """The same in this process. Raises `ImageError`."""
    from PIL import Image, ImageOps

    from .limits import DAMAGE, open_image

    image = open_image(data)
    try:
        image.draft("RGB", (SIDE, SIDE))
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
        bare = on_white(upright)
        out = BytesIO()
        bare.save(out, "JPEG", quality=_QUALITY, optimize=True)
    except MemoryError as error:
        raise ImageError("damaged", "a picture that fits in memory", "a larger one") from error
    except (Image.DecompressionBombError, *DAMAGE) as error:
        raise ImageError("damaged", "a whole picture", "a damaged or truncated one") from error
    return Kept(out.getvalue(), *bare.size)


def on_white(image: Image.Image) -> Image.Image:
    """The pixels alone, in a new picture that knows nothing of the file; what is transparent becomes white."""
    from PIL import Image

    bare = Image.new("RGB", image.size, "white")
    with_alpha = image.convert("RGBA")
    bare.paste(with_alpha, (0, 0), with_alpha)
    return bare


def answer_apart(work: Callable[[bytes], bytes]) -> int:
    """Read a photo from the input and write what `work` makes of it to the output, within limits."""
    from .child import confine, step_back

    step_back()
    from PIL import Image  # noqa: F401 - loaded before the memory is limited

    confine(_MEMORY_MB)
    try:
        made = work(sys.stdin.buffer.read())
    except ImageError as error:
        sys.stdout.write(f"{error.problem}\n{error.expected}\n{error.got}")
        return _REFUSED
    sys.stdout.buffer.write(made)
    return 0


def _told(data: bytes) -> bytes:
    kept = redraw(data)
    return kept.width.to_bytes(4, "big") + kept.height.to_bytes(4, "big") + kept.data


if __name__ == "__main__":
    raise SystemExit(answer_apart(_told))
