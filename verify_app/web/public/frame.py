"""Stills of a live camera, read by the server for browsers that can read no code themselves."""

from __future__ import annotations

from threading import BoundedSemaphore

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import UnsupportedMediaType

from ...images.errors import DecodeBusy
from ..http_cache import no_store
from ..scanning import read_photo

blueprint = Blueprint("frame", __name__)
_TYPES = ("image/jpeg", "image/png")
_PAUSE_S = 1  # until a page whose still was turned away sends the next one
_turn = BoundedSemaphore(1)  # stills in work in this process: a photo that somebody waits for is never behind a queue


@blueprint.post("/scan/frame")
def frame() -> Response:
    """The symbols in one small still (at most 256 kB, see limits.py) as JSON. Verifies, records and keeps nothing.

    Raises `DecodeBusy` while another still is read in this process, and what `read_photo` raises."""
    if request.mimetype not in _TYPES:
        raise UnsupportedMediaType("Expected a JPEG or PNG still.")
    still = request.get_data()
    if not _turn.acquire(blocking=False):
        raise DecodeBusy(_PAUSE_S)
    try:
        decoded = read_photo(still)
    finally:
        _turn.release()
    symbols = [{"payload": s.payload, "format": s.format, "position": s.position} for s in decoded.symbols]
    return no_store(jsonify({"width": decoded.width, "height": decoded.height, "symbols": symbols}))
