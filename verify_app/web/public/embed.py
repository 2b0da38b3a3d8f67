"""What an enterprise shows of a code on its own site: a badge, a card in a frame, the script that places it, oEmbed.

All of it speaks of a product or lot, the same to everybody, so it may be kept for five minutes; nothing is recorded,
for nobody held the goods. A serial number in an address is left out. No cookie, no script within the frame.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html import escape
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, jsonify, render_template, request

from ...assets import folder, static_files
from ...domain.code import Code, CodeError
from ...domain.judge import judge
from ...domain.parse import parse
from ...domain.passport import Passport
from ...domain.scan import VisitKind
from .. import receipt
from ..language import words
from ..product_pictures import picture_set
from ..target import base_url, raw_target, the_parts
from ..visit import visit_of

blueprint = Blueprint("embed", __name__)
_SECONDS = 300
_HEIGHT, _WIDTH = 152, 400
_LETTER = 6.7  # pixels of a letter of 12 px, on the wide side: a badge may have room, but cuts nothing off
_TONES = {"ok": "#0b6b3a", "info": "#1b5a8a", "caution": "#8a4b00", "alert": "#a51d17"}


@blueprint.get("/embed/badge/<path:target>")
def badge(target: str) -> Response:  # noqa: ARG001 - the decoded path is not to be trusted, see target.py
    """A badge as SVG, at the code's own path with ".svg" behind it."""
    path = raw_target(request).partition("?")[0].removeprefix("/embed/badge")
    if not path.endswith(".svg"):
        abort(404)
    code, passport = _known(path.removesuffix(".svg"))
    card = _card(code, passport)
    left = _short(passport.model.name.text(words().lang) if passport else receipt.printed_gtin(code.gtin), 34)
    right = _short(card.title, 40)
    widths = (round(len(left) * _LETTER) + 18, round(len(right) * _LETTER) + 18)
    html = render_template("public/badge.svg", left=left, right=right, widths=widths, colour=_TONES[card.tone])
    return _shared(Response(html, mimetype="image/svg+xml"), "default-src 'none'")


@blueprint.get("/embed/card/<path:target>")
def card(target: str) -> Response:  # noqa: ARG001 - see above
    """The card that stands in a frame of the enterprise's page."""
    code, passport = _known(raw_target(request).partition("?")[0].removeprefix("/embed/card"))
    style = (folder("static") / "css" / "embed.css").read_text("utf-8").strip()
    html = render_template(
        "public/embed.html",
        code=code,
        passport=passport,
        card=_card(code, passport),
        picture=picture_set(passport),
        printed=receipt.printed_gtin(code.gtin),
        address=base_url(request) + code.path,
        style=style,
    )
    mark = b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{mark}'; img-src 'self'; base-uri 'none'; form-action 'none'"
    return _shared(Response(html), f"{policy}; frame-ancestors *")


@blueprint.get("/embed/widget.js")
def widget() -> Response:
    """The script that puts the card where it stands: a frame that may run nothing and keep nothing."""
    return _shared(Response(static_files()["js/embed.js"].body, mimetype="text/javascript"), "default-src 'none'")


@blueprint.get("/oembed")
def oembed() -> Response:
    """oEmbed 1.0 of a code's address, as JSON."""
    if request.args.get("format", "json") != "json":
        abort(501)
    asked = urlsplit(request.args.get("url", "")[:2000])
    if asked.netloc != urlsplit(base_url(request)).netloc:
        abort(404)
    try:
        code, passport = _known(asked.path)
    except CodeError:
        abort(404)
    if passport is None:
        abort(404)
    width, height = _within("maxwidth", _WIDTH), _within("maxheight", _HEIGHT)
    title = passport.model.name.text(words().lang)
    address = f"{base_url(request)}/embed/card{code.path}?lang={words().lang}"
    frame = (
        f'<iframe src="{escape(address)}" width="{width}" height="{height}" title="{escape(title)}" loading="lazy" '
        'sandbox="allow-popups allow-popups-to-escape-sandbox" referrerpolicy="no-referrer" style="border:0"></iframe>'
    )
    answer = jsonify(
        version="1.0",
        type="rich",
        title=title,
        provider_name=words().text("site.name"),
        provider_url=base_url(request),
        cache_age=_SECONDS,
        html=frame,
        width=width,
        height=height,
    )
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return _shared(answer, "default-src 'none'")


def _known(path: str) -> tuple[Code, Passport | None]:
    """The product or lot that a path names, and what is known of it. Raises `CodeError`, `StoreUnavailable`."""
    code = parse(path)
    if code.key != "01":
        abort(404)
    code = replace(code, qualifiers=tuple(pair for pair in code.qualifiers if pair[0] == "10"), attributes=())
    return code, the_parts().passports.find(code)


def _card(code: Code, passport: Passport | None) -> receipt.Card:
    """The verdict on a product or lot by what the registry holds of it."""
    parts = the_parts()
    visit = replace(visit_of(request, parts), kind=VisitKind.LOOK)
    return receipt.card_of(judge(code, passport, None, visit, parts.policy), words())


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _within(name: str, most: int) -> int:
    """A size that the asking site allows, at most ours."""
    given = request.args.get(name, "")
    return min(most, int(given)) if given.isascii() and given.isdigit() and 0 < len(given) < 6 else most


def _shared(response: Response, policy: str) -> Response:
    """Other sites may show this; anybody may keep it for five minutes."""
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Content-Security-Policy"] = policy
    response.headers["Cache-Control"] = f"public, max-age={_SECONDS}"
    response.vary.add("Accept-Language")
    response.add_etag(weak=True)
    return response.make_conditional(request)  # type: ignore[return-value]
