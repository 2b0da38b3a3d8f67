"""Pictures of the demonstration products: drawn here, the same everywhere, written once as WebP and AVIF files."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import astuple, dataclass
from hashlib import blake2b
from pathlib import Path
from types import ModuleType

from PIL import Image

from . import goods, motifs_plants, motifs_things, packs, seals
from .canvas import HEIGHT, WIDTH, Canvas, Fill, mix, oval

WIDTHS = (640, 320)  # pixels; pictures are square
# Quality at which both look the same here. AVIF is about a quarter smaller; its encoder at speed 8 takes three times as
# long as the drawing, and ten times that at speed 6 for another seventh.
_FORMATS: dict[str, dict[str, int]] = {"webp": {"quality": 82, "method": 2}, "avif": {"quality": 55, "speed": 8}}
FORMATS = tuple(_FORMATS)
FIRST = FORMATS[:1]  # what every browser reads; until the others are made it is sent in their place
_EDITION = 1  # part of every file name; raise it when a drawing changes, for browsers keep pictures for ever


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that a picture depends on: pack, motif on it, colours of pack, band and background, motif in front."""

    pack: str
    motif: str
    colour: str
    accent: str
    ground: str
    beside: str = ""

    def name(self, width: int = WIDTHS[0], ending: str = FORMATS[0]) -> str:
        """File name of the picture at a width: it names the content, so a file never changes under its name."""
        digest = blake2b(repr((_EDITION, astuple(self))).encode(), digest_size=8).hexdigest()
        return f"{digest}-{width}.{ending}"


def draw(recipe: Recipe) -> Canvas:
    """Draw one picture. Raises `KeyError` for an unknown pack or motif."""
    ground = recipe.ground
    canvas = Canvas(Fill(mix(ground, "#ffffff", 0.62), mix(ground, "#ffffff", 0.3)))
    canvas.shape(oval(320, 226, 216, 216), mix(ground, "#ffffff", 0.72), 0.75)
    canvas.shape([(0, 382), (WIDTH, 382), (WIDTH, HEIGHT), (0, HEIGHT)], mix(ground, "#ffffff", 0.14), 0.55)
    _drawing(recipe.pack, packs, goods, seals)(canvas, packs.Look(recipe.colour, recipe.accent, _motif(recipe.motif)))
    if recipe.beside:
        canvas.shadow(oval(506, 424, 44, 8), 6, 0.35)
        _motif(recipe.beside)(canvas, 504, 384, 46)
    return canvas


def write_pictures(folder: Path, recipes: dict[str, Recipe], forms: tuple[str, ...] = FORMATS) -> dict[str, str]:
    """Write every picture that is not there yet, in all widths and these formats; returns the first file's name by key.

    A file appears under its name only when it is complete, so a stop in between leaves no broken picture."""
    folder.mkdir(parents=True, exist_ok=True)
    for recipe in recipes.values():
        paths = {(width, form): folder / recipe.name(width, form) for form in forms for width in WIDTHS}
        if all(path.exists() for path in paths.values()):
            continue
        canvas = draw(recipe)
        for (width, form), path in paths.items():
            if path.exists():
                continue
            unfinished = path.with_suffix(".part")
            unfinished.write_bytes(_encoded(canvas.image(width), form))
            unfinished.replace(path)
    return {key: recipe.name() for key, recipe in recipes.items()}


def _motif(name: str) -> packs.Motif:
    motif: packs.Motif = _drawing(name, motifs_plants, motifs_things)
    return motif


def _drawing(name: str, *modules: ModuleType) -> Callable[..., None]:
    """The public drawing of a name in one of the modules."""
    for module in modules:
        found: Callable[..., None] | None = vars(module).get(name)
        if found is not None and getattr(found, "__module__", "") == module.__name__ and not name.startswith("_"):
            return found
    raise KeyError(f"Expected a drawing of {' or '.join(module.__name__ for module in modules)}, got {name!r}.")


def _encoded(image: Image.Image, form: str) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form.upper(), **_FORMATS[form])
    return buffer.getvalue()
