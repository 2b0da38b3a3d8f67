"""The GS1 resolver on the addresses of codes: linksets, typed links and default links (Resolver Standard 1.2.0).

A shopper pays no extra round trip: without a default link of the enterprise our page is answered in place. Where there
is one, the scan is recorded and judged first, and only a code with nothing against it is sent on.
"""

from __future__ import annotations

import time

from flask import Blueprint, Request, Response, abort, current_app, g, jsonify, request

from ..domain import parse as parsing
from ..domain.code import Code
from ..domain.link import Link, link_type
from ..domain.negotiation import LINKSET_TYPE, Wish, wants_linkset
from ..domain.parse import parse
from ..domain.passport import Passport
from ..domain.verdict import Level
from ..exchange.description import description
from ..exchange.linkset import CONTEXT_HEADER, CORS, LINK, Offer, code_headers, embed_link, location
from ..exchange.own_links import PASSPORT, own_links
from ..parts import StoreUnavailable
from ..verify import Answer
from .http_cache import for_an_hour, no_store
from .language import words
from .target import base_url, the_parts

blueprint = Blueprint("resolver", __name__)
_OURS = frozenset({"via", "lang", "training", "format", "symbol"})  # parameters of our own pages
_VARY = ("Accept", "Accept-Language")


@blueprint.get("/.well-known/gs1resolver")
def description_file() -> Response:
    """The resolver description file."""
    response = for_an_hour(jsonify(description(base_url(request), words().text("site.name"))), request)
    response.headers.extend(CORS)
    return response


@blueprint.after_app_request
def let_scripts_read(response: Response) -> Response:
    """Cross-origin headers on every answer at a code's address, refusals and OPTIONS too."""
    if request.endpoint == "public.result.code_page":
        for name, value in CORS.items():
            response.headers.setdefault(name, value)
        if uncompressed := g.get("uncompressed"):
            same = f'<{base_url(request)}{uncompressed}>; rel="owl:sameAs"'
            response.headers[LINK] = ", ".join(filter(None, (response.headers.get(LINK), same)))
    return response


def spelled_out(target: str) -> str:
    """A request target in its uncompressed form, which the answer's Link header then names. Raises `CodeError`."""
    link = parsing.spelled_out(target)
    if link != target:
        g.uncompressed = link
    return link


def is_asked(asked: Request) -> bool:
    """Whether a request for a code's address wants links: a linkset or one type of link. Below /passport it never
    does: that is our page, where links of ours lead."""
    if asked.path.startswith(PASSPORT + "/"):
        return False
    kind = asked.args.get("linkType", "")
    return bool(kind) or wants_linkset("", asked.headers.get("Accept", ""))


def resolve(link: str) -> Response:
    """Answer with a linkset (200), a redirect to the best link of a type (307), several that fit equally (300), or 404
    where nothing is known of the code or it has no such link. No scan is recorded: nobody looked at a page.

    Raises `CodeError` where the address names no code.
    """
    code, passport = _known(parse(link))
    offered = _offered(code, passport)
    if passport is None and not offered:
        abort(404)
    base = base_url(request)
    kind, accept = request.args.get("linkType", ""), request.headers.get("Accept", "")
    own = own_links(code, base, offered, lambda rel: words().text(f"link.{rel}")) if passport else ()
    offer = Offer.of(code, base, offered + own, _now())
    if wants_linkset(kind, accept):
        return _linkset(offer, offer.document())
    wish = Wish(accept, request.headers.get("Accept-Language", ""), request.args.get("context", ""))
    path, links = offer.choices(link_type(kind), wish)
    if not links:
        abort(404)
    if len(links) > 1:
        return _linkset(offer, offer.choice_document(path, links), 300)
    return _redirect(location(links[0], link.partition("?")[2]), offer)


def moved(answer: Answer, link: str) -> Response | None:
    """The redirect to the enterprise's default link for a scan that was recorded and judged; None where our own page
    is the answer: no such link, anything against the code, or a page that the visitor asked of us by name."""
    if link.startswith(PASSPORT + "/") or _OURS & set(request.args) or answer.verdict.level >= Level.CAUTION:
        return None
    try:
        offered = _offered(answer.code, answer.passport)
    except StoreUnavailable:  # the scan is recorded and judged: our page is an answer too
        return None
    offer = Offer.of(answer.code, base_url(request), offered, _now())
    if offer.default is None:
        return None
    return _redirect(location(offer.default, link.partition("?")[2]), offer)


def with_code_headers(response: Response, code: Code) -> Response:
    """Tell of the linkset and of oEmbed, and let scripts of other sites read the answer."""
    base = base_url(request)
    response.headers.extend(code_headers(base, code))
    if entry := embed_link(base, code):
        response.headers[LINK] += f", {entry}"
    return response


def _known(code: Code) -> tuple[Code, Passport | None]:
    """The code that a request names, a short one replaced by what it stands for, and its passport."""
    passport = the_parts().passports.find(code)
    return (passport.code if passport else code), passport


def _offered(code: Code, passport: Passport | None) -> tuple[Link, ...]:
    """The enterprise's links for a code. The passport of a GTIN tells beforehand whether there are any."""
    if code.gtin and not (passport and passport.model.linked):
        return ()
    return the_parts().links.find(code)


def _linkset(offer: Offer, document: object, status: int = 200) -> Response:
    response = Response(current_app.json.dumps(document), status, content_type=LINKSET_TYPE)
    response.headers.extend(code_headers(offer.base, offer.code))
    response.headers[LINK] += f", {CONTEXT_HEADER}"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return no_store(response)


def _redirect(target: str, offer: Offer) -> Response:
    response = Response(status=307)
    response.headers["Location"] = target
    response.headers.extend(code_headers(offer.base, offer.code))
    return no_store(response)


def _now() -> int:
    return time.time_ns() // 1_000_000
