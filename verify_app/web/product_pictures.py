"""One view of a product in all its sizes and formats, as an HTML `picture` wants it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..domain.passport import ModelPart, Passport, Picture, Shows
from ..domain.text import Text

_BETTER = (("avif", "image/avif"),)  # formats that only some browsers read, the smallest files first
_ENOUGH = 264  # pixels: 88 CSS pixels on a screen with three for each, for browsers that know no srcset


@dataclass(frozen=True, slots=True)
class PictureSet:
    """`src` for every browser, `srcset` with its other sizes ("" where there is one size), `better` (MIME type, srcset)
    for browsers that read the format; `width` and `height` in pixels give the shape before the file has come."""

    src: str
    srcset: str
    better: tuple[tuple[str, str], ...]
    width: int
    height: int
    alt: Text


def picture_set(passport: Passport | None, shows: Shows = Shows.PRODUCT) -> PictureSet | None:
    """A view of the passport's product; None where there is no picture of it in a format that every browser reads."""
    return pictures_of(passport.model, shows) if passport else None


def pictures_of(model: ModelPart, shows: Shows = Shows.PRODUCT) -> PictureSet | None:
    """The same of a product, whether it is published or not."""
    pictures = [picture for picture in model.pictures if picture.shows is shows]
    formats = dict(_BETTER)
    plain = [picture for picture in pictures if _ending(picture) not in formats]
    if not plain:
        return None
    sharp = [picture for picture in plain if min(picture.width, picture.height) >= _ENOUGH]
    chosen = min(sharp, key=lambda picture: picture.width, default=plain[0])
    better = (
        (mime, _srcset(picture for picture in pictures if _ending(picture) == ending)) for ending, mime in _BETTER
    )
    return PictureSet(
        src=_url(chosen),
        srcset=_srcset(plain) if len(plain) > 1 else "",
        better=tuple((mime, srcset) for mime, srcset in better if srcset),
        width=chosen.width,
        height=chosen.height,
        alt=chosen.alt,
    )


def _srcset(pictures: Iterable[Picture]) -> str:
    by_width = {picture.width: _url(picture) for picture in pictures}
    return ", ".join(f"{url} {width}w" for width, url in sorted(by_width.items()))


def _url(picture: Picture) -> str:
    return f"/pictures/{picture.name}"


def _ending(picture: Picture) -> str:
    return picture.name.rpartition(".")[2].lower()
