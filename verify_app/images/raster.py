"""From the bytes of an upload to upright grey pictures, with Pillow alone."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from PIL import Image, ImageChops, ImageFilter, ImageOps

from .errors import ImageError
from .limits import DAMAGE, open_image

CAP = 1600
"""Longest side in pixels that the first pass sees: the knee between codes found and time."""
PREVIEW = 800
"""Longest side of the preview in pixels."""

_ORIENTATION = 0x0112  # EXIF tag: how the camera was held
_SWAPS = frozenset({5, 6, 7, 8})  # its values that swap width and height
_STRIP = 256  # rows that are turned to grey at a time, so that a 25 MP picture is never held twice in colour


class Picture:
    """An upright grey picture and smaller versions of it, each made once.

    `width` and `height` are those of the upright picture before it was shrunk.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        image = open_image(data)
        self._turn = _orientation(image)
        width, height = image.size
        self.width, self.height = (height, width) if self._turn in _SWAPS else (width, height)
        self.base = self._upright(image, CAP)
        self._made: dict[int, Image.Image] = {}

    def capped(self, side: int) -> Image.Image:
        """The picture with its longest side at most `side` <= 1600 pixels."""
        if side not in self._made:
            self._made[side] = _shrunk(self.base, side)
        return self._made[side]

    def fine(self, side: int) -> Image.Image:
        """The picture read again from its bytes, its longest side at most `side` > 1600 pixels."""
        return self._upright(open_image(self._data), side)

    def scale(self, image: Image.Image) -> float:
        """Pixels of the upright picture for one pixel of a version of it."""
        return max(self.width, self.height) / max(image.size)

    def preview(self) -> bytes:
        """A grey JPEG without EXIF, its longest side at most 800 pixels."""
        out = BytesIO()
        self.capped(PREVIEW).save(out, "JPEG", quality=75)
        return out.getvalue()

    def _upright(self, image: Image.Image, cap: int) -> Image.Image:
        ratio = min(1.0, cap / max(image.size))
        try:
            # Both sides scaled: draft stops at the first side that would fall below what is asked.
            image.draft("L", (max(1, int(image.width * ratio)), max(1, int(image.height * ratio))))
            image.load()
            grey = _shrunk(_grey(image), cap)
        except MemoryError as error:
            raise ImageError("damaged", "a picture that fits in memory", "a larger one") from error
        except (Image.DecompressionBombError, *DAMAGE) as error:
            raise ImageError("damaged", "a whole picture", "a damaged or truncated one") from error
        return _turned(grey, self._turn)


def soft(image: Image.Image) -> Image.Image:
    """Local contrast: three times the difference to the mean of the neighbourhood."""
    return ImageChops.subtract(image, _neighbourhood(image), scale=1 / 3, offset=128)


def black_and_white(image: Image.Image) -> Image.Image:
    """Black where a pixel is darker than its neighbourhood."""
    difference = ImageChops.subtract(image, _neighbourhood(image), offset=128)
    return difference.point([0 if value < 123 else 255 for value in range(256)])


def gamma(exponent: float) -> Callable[[Image.Image], Image.Image]:
    """A filter that darkens (exponent > 1) or lightens (< 1) the middle tones."""
    table = [round(255 * (value / 255) ** exponent) for value in range(256)]
    return lambda image: image.point(table)


def sharp(image: Image.Image) -> Image.Image:
    """Unsharp masking against slight blur."""
    return image.filter(ImageFilter.UnsharpMask(radius=2, percent=200, threshold=2))


def sharpest(image: Image.Image) -> Image.Image:
    """Unsharp masking with a wide radius against a lens out of focus."""
    return image.filter(ImageFilter.UnsharpMask(radius=12, percent=400, threshold=0))


def enlarged(image: Image.Image, side: int) -> Image.Image:
    """The picture with its longest side at `side` pixels."""
    ratio = side / max(image.size)
    size = max(1, round(image.width * ratio)), max(1, round(image.height * ratio))
    return image.resize(size, Image.Resampling.BICUBIC)


def inverted(image: Image.Image) -> Image.Image:
    """Light for dark."""
    return ImageOps.invert(image)


def _neighbourhood(image: Image.Image) -> Image.Image:
    return image.filter(ImageFilter.BoxBlur(max(1, round(0.06 * min(image.size)))))


def _orientation(image: Image.Image) -> int:
    try:
        value = image.getexif().get(_ORIENTATION, 1)
    except DAMAGE:  # broken EXIF says nothing, and is no reason to refuse a picture
        return 1
    return value if value in range(1, 9) else 1


def _turned(image: Image.Image, orientation: int) -> Image.Image:
    turn = Image.Transpose
    method = {
        2: turn.FLIP_LEFT_RIGHT,
        3: turn.ROTATE_180,
        4: turn.FLIP_TOP_BOTTOM,
        5: turn.TRANSPOSE,
        6: turn.ROTATE_270,
        7: turn.TRANSVERSE,
        8: turn.ROTATE_90,
    }.get(orientation)
    return image if method is None else image.transpose(method)


def _grey(image: Image.Image) -> Image.Image:
    """Mode "L", what is transparent as white: black ink on nothing would else be black on black."""
    see_through = "A" in image.mode or "a" in image.mode or "transparency" in image.info
    if image.mode == "L" and not see_through:
        return image
    grey = Image.new("L", image.size, 255)
    for top in range(0, image.height, _STRIP):
        strip = image.crop((0, top, image.width, min(top + _STRIP, image.height)))
        if see_through:
            strip = strip.convert("RGBA")
            white = Image.new("RGBA", strip.size, "white")
            strip = Image.alpha_composite(white, strip)
        elif strip.mode.startswith("I"):  # 16 bits a pixel
            strip = strip.convert("I").point(lambda value: value / 256)
        grey.paste(strip.convert("L"), (0, top))
    return grey


def _shrunk(image: Image.Image, side: int) -> Image.Image:
    if max(image.size) <= side:
        return image
    ratio = side / max(image.size)
    size = max(1, round(image.width * ratio)), max(1, round(image.height * ratio))
    return image.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
