"""A product's picture from an enterprise's photo: upright, bare of all metadata, in the sizes and formats of our pages.

`python -m verify_app.images.product_photo` is the process that does it, with the limits of `keeping`: a photo on its
input, the files on its output.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import msgspec

from .errors import ImageError
from .keeping import answer_apart, in_own_process, on_white

WIDEST = (640, 320)  # pixels of the longest side
LEAST = 320  # pixels that the shorter side must have: twice and a half of what a phone shows
_LONGEST = 3  # times the shorter side: a longer picture could not be seen in a square
_FORMATS: dict[str, dict[str, int]] = {
    "webp": {"quality": 82, "method": 4},
    "avif": {"quality": 55, "speed": 8, "max_threads": 1},
}


@dataclass(frozen=True, slots=True)
class Rendition:
    """One file of a picture; `ending` of its name, width and height in pixels."""

    ending: str
    width: int
    height: int
    data: bytes


def renditions(data: bytes) -> tuple[Rendition, ...]:
    """The files of a photo, the largest first, WebP before AVIF. Raises what `keeping.keep` raises, and `ImageError`
    "too_small" and "too_long"."""
    told = in_own_process("verify_app.images.product_photo", data)
    return msgspec.msgpack.decode(told, type=tuple[Rendition, ...])


def render(data: bytes) -> bytes:
    """The same in this process, as one message. Raises `ImageError`."""
    from PIL import Image, ImageOps

    from .limits import DAMAGE, open_image

    image = open_image(data)
    _check_shape(image.size)
    made: list[Rendition] = []
    try:
        image.draft("RGB", (2 * WIDEST[0], 2 * WIDEST[0]))
        upright = ImageOps.exif_transpose(image.convert("RGBA") if image.mode == "P" else image)
        upright.thumbnail((WIDEST[0], WIDEST[0]), Image.Resampling.LANCZOS)
        upright = on_white(upright)
        for ending, options in _FORMATS.items():
            for longest in WIDEST:
                small = upright.copy()
                small.thumbnail((longest, longest), Image.Resampling.LANCZOS)
                out = BytesIO()
                small.save(out, ending.upper(), **options)
                made.append(Rendition(ending, *small.size, out.getvalue()))
    except (Image.DecompressionBombError, MemoryError, *DAMAGE) as error:
        raise ImageError("damaged", "a whole picture", "a damaged or truncated one") from error
    return msgspec.msgpack.encode(made)


def _check_shape(size: tuple[int, int]) -> None:
    short, long = sorted(size)
    if short < LEAST:
        raise ImageError("too_small", f"at least {LEAST} pixels on the shorter side", f"{size[0]} x {size[1]}")
    if long > _LONGEST * short:
        raise ImageError("too_long", f"at most {_LONGEST} times as long as wide", f"{size[0]} x {size[1]}")


if __name__ == "__main__":
    raise SystemExit(answer_apart(render))
