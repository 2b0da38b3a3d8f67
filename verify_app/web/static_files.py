"""Static files from memory, compressed at the start, kept by browsers for good."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from ..assets import static_files
from .compression import accepted
from .headers import let_wasm_run
from .http_cache import IMMUTABLE

static_pages = Blueprint("static_files", __name__)
_RUNS_WASM = "js/camera-worker.js"


@static_pages.get("/static/<path:name>")
def static_file(name: str) -> Response:
    """One static file. With the fingerprint of its content in the URL it never changes; without, for an hour."""
    asset = static_files().get(name)
    if asset is None:
        abort(404)
    encoding = accepted(request)
    body = dict(asset.encodings).get(encoding)
    response = Response(asset.body if body is None else body, mimetype=asset.mime)
    if body is not None:
        response.headers["Content-Encoding"] = encoding
    if asset.encodings:
        response.vary.add("Accept-Encoding")
    current = request.args.get("v") == asset.fingerprint
    response.headers["Cache-Control"] = IMMUTABLE if current else "public, max-age=3600"
    if name == _RUNS_WASM:
        let_wasm_run(response)
    response.set_etag(asset.fingerprint + (f"-{encoding}" if body is not None else ""))
    return response.make_conditional(request)  # type: ignore[return-value]
