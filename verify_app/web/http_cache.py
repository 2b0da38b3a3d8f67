"""What may be kept, by whom, for how long."""

from __future__ import annotations

from flask import Request, Response

_VARY = ("Accept", "Accept-Language")
IMMUTABLE = "public, max-age=31536000, immutable"


def no_store(response: Response) -> Response:
    """An item's page: what it says depends on who scanned before, so no copy may ever stand in for it."""
    response.headers["Cache-Control"] = "no-store"
    response.vary.update(_VARY)
    return response


def revalidate(response: Response, request: Request) -> Response:
    """A class page (model or lot): anyone may keep it, but must ask each time whether it still holds, since a
    recall has to show at once. The asking costs no body (304)."""
    response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    response.vary.update(_VARY)
    response.add_etag(weak=True)  # weak: compression changes the bytes, not the page
    return response.make_conditional(request)  # type: ignore[return-value]


def for_an_hour(response: Response, request: Request) -> Response:
    """A page or symbol that says the same to all and changes only with a release."""
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.vary.update(_VARY)
    response.add_etag(weak=True)
    return response.make_conditional(request)  # type: ignore[return-value]
