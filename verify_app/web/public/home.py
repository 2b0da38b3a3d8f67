"""The first page: photograph a code, or type it."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from ..http_cache import for_an_hour
from ..language import words
from ..target import the_parts
from .demo import demo_links

blueprint = Blueprint("home", __name__)

_ROBOTS = "User-agent: *\nDisallow: /scan\nDisallow: /c/\nDisallow: /*/21/\nDisallow: /*?\n"


@blueprint.get("/")
def front_page() -> Response:
    """Scan by photo, type or paste a code; with the demonstration registry also links to try."""
    telling, others = demo_links(words()) if the_parts().settings.demo else ([], [])
    html = render_template("public/home.html", demo_links=telling, demo_others=others)
    return for_an_hour(Response(html), request)


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Keep indexes away from single items: their pages are scans."""
    return for_an_hour(Response(_ROBOTS, mimetype="text/plain"), request)
