"""Giving a code: by camera, photo, typed or pasted. One code goes on to its own page; a photo is read and listed."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, jsonify, redirect, render_template, request
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as AnyResponse

from ...assets import static_url_if_there
from ...domain.code import FOREIGN, Code, CodeError
from ...domain.parse import parse
from ...domain.scan import Entry, Visit
from ...images.decoded import Decoded, Symbol, in_reading_order
from .. import receipt
from ..api_v1 import answer_json
from ..errors import wants_json
from ..headers import let_wasm_run
from ..http_cache import no_store, revalidate
from ..language import chosen, words
from ..scanning import read_photo, scan_code
from ..target import base_url, the_parts
from ..visit import new_id, visit_of
from .result import result_context, result_html

blueprint = Blueprint("scan", __name__)
_LINES = re.compile(r"[\r\n]+")  # not str.splitlines(): GS, the separator of element strings, is no end of a line
MOST_CODES = 20  # of one request; each is a scan with its own record


@dataclass(frozen=True, slots=True)
class Found:
    """One code of a photo or list: what was read, and what became of it. `error` where it is no code of ours."""

    text: str
    context: dict[str, Any]
    symbol: Symbol | None = None
    error: CodeError | None = None


@blueprint.route("/scan", methods=["GET", "POST"])
def scan_page() -> AnyResponse:
    """Take a photo (form field `photo`) or a code (`code`, several times for several codes) and answer it."""
    photo = _photo() if request.method == "POST" else b""
    if photo:
        return _photo_page(photo)
    texts = [line for value in request.values.getlist("code") for line in _LINES.split(value) if line.strip()]
    if not texts:
        if request.method == "POST":
            raise BadRequest("Expected a photo or a code, got neither.")
        return _camera_page()
    if len(texts) > 1:
        return _list_page(texts[:MOST_CODES])
    return _one(texts[0].strip())


def path_of(code: Code, **query: str) -> str:
    """Address of a code's page with the attributes that were on the carrier, and the language if one was chosen."""
    params = {**dict(code.attributes), **query, "lang": chosen()}
    kept = {name: value for name, value in params.items() if value}
    return code.path + (f"?{urlencode(kept, quote_via=quote)}" if kept else "")


def _one(text: str) -> AnyResponse:
    """A single code, typed or read by the live camera (`from=camera`). Its own page records the scan, once."""
    code = parse(text)
    by_camera = request.values.get("from") == "camera"
    if wants_json() or code.key == FOREIGN:
        visit = visit_of(request, the_parts(), Entry.PHOTO if by_camera else Entry.TYPED)
        answer = scan_code(text, visit)
        if wants_json():
            return no_store(jsonify(answer_json(answer, words().lang, base_url(request))))
        return no_store(Response(result_html(answer, visit)))
    response = redirect(path_of(code, via="camera" if by_camera else "typed"), 303)
    response.headers["Cache-Control"] = "no-store"
    return response


def _camera_page() -> Response:
    """The live scanner with both forms below it. Without JavaScript the forms stand alone."""
    decoder = static_url_if_there("vendor/zxing_reader.js"), static_url_if_there("vendor/zxing_reader.wasm")
    html = render_template("public/camera.html", decoder=decoder if all(decoder) else ())
    return let_wasm_run(revalidate(Response(html), request))


def _photo() -> bytes:
    """The photo of the form: the first file that is not empty."""
    return next((data for file in request.files.getlist("photo") if (data := file.read())), b"")


def _photo_page(data: bytes) -> Response:
    decoded = read_photo(data)
    visit = visit_of(request, the_parts(), Entry.PHOTO)
    found = [_check(symbol.payload, visit, number, symbol) for number, symbol in enumerate(_distinct(decoded), 1)]
    if wants_json():
        return no_store(jsonify(_as_json(decoded, found)))
    preview = "data:image/jpeg;base64," + b64encode(decoded.preview).decode()
    return _page("public/photo.html", found, decoded=decoded, preview=preview)


def _list_page(texts: list[str]) -> Response:
    visit = visit_of(request, the_parts(), Entry.TYPED)
    found = [_check(text.strip(), visit, number) for number, text in enumerate(texts, 1)]
    if wants_json():
        return no_store(jsonify({"codes": [_found_json(item) for item in found]}))
    return _page("public/list.html", found)


def _check(text: str, visit: Visit, number: int, symbol: Symbol | None = None) -> Found:
    """Verify one of several codes; each is a scan with an identity of its own."""
    try:
        answer = scan_code(text, replace(visit, id=new_id(visit.when)))
    except CodeError as error:
        return Found(text, {"card": receipt.refusal(error, the_parts().policy, words(), number)}, symbol, error)
    return Found(text, {**result_context(answer, visit, number), "path": _link(answer.code)}, symbol)


def _link(code: Code) -> str:
    return "" if code.key == FOREIGN else path_of(code)


def _distinct(decoded: Decoded) -> list[Symbol]:
    """The symbols in reading order, each text once: a pack may carry the same code on two sides."""
    seen: dict[str, Symbol] = {}
    for symbol in in_reading_order(decoded.symbols):
        seen.setdefault(symbol.payload, symbol)
    return list(seen.values())[:MOST_CODES]


def _page(template: str, found: list[Found], **context: Any) -> Response:
    """A list page. Its language links lead to the same codes by address, since a photo cannot be asked for again."""
    good = [item for item in found if not item.error]
    here = "/scan?" + urlencode([("code", item.text) for item in found]) if found else "/"
    if len(found) == 1 and good and good[0].context["path"]:
        here = good[0].context["code"].path
    return no_store(Response(render_template(template, found=found, here=here, **context)))


def _found_json(item: Found) -> dict[str, Any]:
    if item.error:
        return {"text": item.text, "verdict": item.error.kind, "problem": item.error.problem,
                "detail": str(item.error)}  # fmt: skip
    answer = answer_json(item.context["answer"], words().lang, base_url(request))
    return {"text": item.text, "path": item.context["path"], **answer}


def _as_json(decoded: Decoded, found: list[Found]) -> dict[str, Any]:
    symbols = [
        {
            **_found_json(item),
            "text": item.symbol.text,
            "format": item.symbol.format,
            "symbology_identifier": item.symbol.symbology_identifier,
            "position": item.symbol.position,
            "confirmed": item.symbol.confirmed,
        }
        for item in found
        if item.symbol
    ]
    return {"width": decoded.width, "height": decoded.height, "ms": decoded.ms, "symbols": symbols}
