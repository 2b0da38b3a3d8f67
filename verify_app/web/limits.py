"""How much a request may bring: bodies are measured before anything reads them."""

from __future__ import annotations

from flask import Flask, request

PHOTO_BYTES = 12 * 1024 * 1024 + 64 * 1024  # the 12 MB that images/limits.py takes, and the form around them
SMALL_BYTES = 256 * 1024
FORM_MEMORY_BYTES = 512 * 1024  # fields that are no file
FORM_PARTS = 20
_PHOTO_PATHS = ("/scan", "/report", "/enterprise/moves")
_TABLE_BYTES = 1024 * 1024 * 1024  # an enterprise's file; it goes to the disk while it is read
_TABLE_PATHS = ("/enterprise/imports",)
_PAPER_ENDINGS = ("/certificates", "/pictures")  # an enterprise's certificate, scanned; a photo of its product
_EVIDENCE_PATH = "/desk/field/photos/"


def install(app: Flask) -> None:
    """Set the limits: photos only where photos are asked for. A larger body is answered with 413."""
    app.config["MAX_CONTENT_LENGTH"] = SMALL_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = FORM_MEMORY_BYTES
    app.config["MAX_FORM_PARTS"] = FORM_PARTS

    def widen() -> None:
        form = request.mimetype == "multipart/form-data"
        paper = request.path.startswith("/enterprise/products/") and request.path.endswith(_PAPER_ENDINGS)
        if (form and (request.path in _PHOTO_PATHS or paper)) or request.path.startswith(_EVIDENCE_PATH):
            request.max_content_length = PHOTO_BYTES
        elif form and request.path in _TABLE_PATHS:
            request.max_content_length = _TABLE_BYTES

    app.before_request(widen)
