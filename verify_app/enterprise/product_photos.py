"""Pictures of a product, of the pack or of its seal: an enterprise's photo becomes part of the product's dossier.

Written as a new version, a picture is reviewed like every other field. Its files lie beside the demonstration's and are
named by their content, so a file never changes under its name and an older version keeps its own.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b
from pathlib import Path

from ..domain.passport import ModelPart, Picture, Review, Shows
from ..domain.text import Text
from ..images.product_photo import renditions
from ..store.drafts import last_model, save_model
from ..store.engine import Connection, Engine, writing
from ..store.whole_file import keep_whole
from .claims import Claimant, ClaimError

_ALT = 200


class ProductPhotos:
    """Pictures of products. Their files lie in `folder`, which is public."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine, self._folder = engine, folder

    def put(self, gtin: str, shows: Shows, photo: tuple[bytes, str], who: Claimant) -> None:
        """Take a photo (its bytes, and words for who cannot see it) as the picture of the pack or seal, in place of the
        one before. Raises `ClaimError`, `ImageError`, `DecodeBusy`, `DecodeTimeout` and `OSError`."""
        data, alt = photo
        with writing(self._engine) as connection:
            self._own(connection, gtin, who)
        files = renditions(data)
        mark = blake2b(files[0].data, digest_size=16).hexdigest()
        self._folder.mkdir(parents=True, exist_ok=True)
        made = []
        for one in files:
            made.append(Picture(f"{mark}-{one.width}.{one.ending}", one.width, one.height, Text.of(alt), shows))
            if not (self._folder / made[-1].name).is_file():
                keep_whole(self._folder / made[-1].name, one.data)
        self._write(gtin, shows, tuple(made), who)

    def drop(self, gtin: str, shows: Shows, who: Claimant) -> None:
        """Show no picture of the pack or seal any more. Raises `ClaimError`."""
        self._write(gtin, shows, (), who)

    def _write(self, gtin: str, shows: Shows, made: tuple[Picture, ...], who: Claimant) -> None:
        with writing(self._engine) as connection:
            part = self._own(connection, gtin, who)
            named = tuple(one if one.alt else replace(one, alt=part.name) for one in made)
            others = tuple(one for one in part.pictures if one.shows is not shows)
            fresh = replace(part, pictures=(*named, *others), review=Review.DRAFT)
            save_model(connection, part, fresh, who.name, who.now)

    @staticmethod
    def _own(connection: Connection, gtin: str, who: Claimant) -> ModelPart:
        part = last_model(connection, gtin)
        if part is None or part.enterprise_id != who.enterprise_id:
            raise ClaimError("gtin", f"Expected a product of {who.enterprise_id}, got {gtin!r}.")
        return part
