"""Photos as evidence: upright, in colour, without any metadata of the phone."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageOps

from .errors import ImageError
from .limits import DAMAGE, open_image

LONGEST = 2000  # pixels: small print stays readable


def evidence_photo(data: bytes) -> bytes:
    """A JPEG of a photo whose place, time and camera (EXIF) are gone. Raises `ImageError`."""
    try:
        upright = ImageOps.exif_transpose(open_image(data))
        upright.thumbnail((LONGEST, LONGEST))
        flat = Image.new("RGB", upright.size, "white")
        flat.paste(upright.convert("RGBA"), mask=upright.convert("RGBA").getchannel("A"))
        out = BytesIO()
        flat.save(out, "JPEG", quality=85)
    except DAMAGE as error:
        raise ImageError("damaged", "a picture", "a damaged file") from error
    return out.getvalue()
