"""Product pictures, served from DATA_DIR/pictures. Their names change with their content."""

from __future__ import annotations

import re

from flask import Blueprint, Response, abort, send_from_directory

from ..http_cache import IMMUTABLE
from ..target import the_parts

blueprint = Blueprint("pictures", __name__)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,120}(?:\.[A-Za-z0-9_-]{1,40})?\.(?:svg|png|jpe?g|webp|avif)")


@blueprint.get("/pictures/<name>")
def picture(name: str) -> Response:
    """One picture. A name with anything but letters, digits, "-", "_" and one picture ending is not looked for."""
    if not _NAME.fullmatch(name):
        abort(404)
    folder = (the_parts().settings.data_dir / "pictures").resolve()
    kept = IMMUTABLE
    if name.endswith(".avif") and not (folder / name).is_file():  # not made yet: the same picture in a larger file
        name, kept = name.removesuffix("avif") + "webp", "no-store"
    response = send_from_directory(folder, name, conditional=True)
    response.headers["Cache-Control"] = kept
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # the card on an enterprise's site shows it
    # An SVG that was uploaded is shown as a picture; opened by itself it may run nothing.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
