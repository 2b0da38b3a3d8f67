"""What is left of a photo that is kept: its picture, and nothing else."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from verify_app.images.errors import ImageError
from verify_app.images.keeping import SIDE, keep, redraw

SECRETS = (b"Canon", b"GPS", b"Exif", b"secret note", b"http://ns.adobe.com", b"ICC_PROFILE")


def photo(size=(2000, 1000), kind="JPEG", **options) -> bytes:
    picture = Image.new("RGB", size, "#808080")
    picture.paste((255, 0, 0), (0, 0, size[0] // 4, size[1] // 4))  # the upper left corner is red
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def with_exif(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Canon"
    exif[0x0112] = orientation
    exif[0x8825] = {1: "N", 2: (21.0, 1.0, 0.0), 3: "E", 4: (105.0, 51.0, 0.0)}
    return photo(exif=exif, comment=b"secret note", icc_profile=b"x" * 200)


def test_a_process_of_its_own_keeps_the_picture_upright_and_nothing_else():
    given = with_exif(6)  # held with the right side down
    assert b"Canon" in given
    assert b"secret note" in given
    kept = keep(given)
    assert (kept.width, kept.height) == (SIDE // 2, SIDE)
    assert not [word for word in SECRETS if word in kept.data]
    with Image.open(BytesIO(kept.data)) as image:
        assert (image.format, image.size, dict(image.getexif()), image.info.keys() & {"exif", "comment", "icc_profile"}
                ) == ("JPEG", (kept.width, kept.height), {}, set())  # fmt: skip
        red, green, _ = image.getpixel((image.width - 40, 40))
    assert red > 200
    assert green < 60


def test_what_is_transparent_becomes_white():
    out = BytesIO()
    Image.new("RGBA", (40, 30), (0, 0, 0, 0)).save(out, "PNG")
    kept = redraw(out.getvalue())
    assert (kept.width, kept.height) == (40, 30), "never made larger"
    with Image.open(BytesIO(kept.data)) as image:
        assert image.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("data", "problem"),
    [(b"", "empty"), (b"%PDF-1.7", "wrong_type"), (b"hello", "not_an_image"), (photo()[:3000], "damaged")],
)
def test_what_is_no_photo_is_refused_by_the_process_too(data, problem):
    with pytest.raises(ImageError) as caught:
        keep(data)
    assert caught.value.problem == problem
