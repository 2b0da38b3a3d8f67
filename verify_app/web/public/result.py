"""The result page, at the address that the code itself names."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, current_app, jsonify, render_template, request
from markupsafe import Markup

from ...domain.code import FOREIGN, SHORT, Code, CodeError, Granularity
from ...domain.events import chain
from ...domain.foreign import foreign_system
from ...domain.holder import may_excuse
from ...domain.label import label_of, passport_may_replace_label
from ...domain.local_time import local_date
from ...domain.parse import parse
from ...domain.passport import Passport, Shows
from ...domain.scan import Entry, Visit
from ...domain.traceability_items import public_identifier
from ...domain.verdict import Detail
from ...images.symbols import symbol
from ...verify import Answer
from .. import receipt, resolver, structured, training
from ..api_v1 import answer_json
from ..errors import wants_json
from ..http_cache import for_an_hour, no_store, revalidate
from ..language import words
from ..product_pictures import picture_set
from ..scanning import scan_code
from ..target import base_url, raw_target, the_parts
from ..visit import visit_of
from .fragments import Fragments, key_of

blueprint = Blueprint("result", __name__)
_SCALES = range(1, 41)
_VIA = {"typed": Entry.TYPED, "camera": Entry.PHOTO}  # what /scan writes behind the address that it leads to
_TELL_FIRST = (Detail.SEEN, Detail.MINE, Detail.HELD, Detail.SEALED)
_MIMES = {"svg": "image/svg+xml", "png": "image/png"}


@blueprint.get("/<path:target>")
def code_page(target: str) -> Response:  # noqa: ARG001 - the decoded path is not to be trusted, see target.py
    """Answer a scan of the code that the address names: as a page, as JSON, or as a symbol to print."""
    try:
        link = resolver.spelled_out(raw_target(request))
        if request.args.get("format") in _MIMES:
            return _symbol(parse(link))
        if resolver.is_asked(request):
            return resolver.resolve(link)
        entry = _VIA.get(request.args.get("via", ""), Entry.LINK)
        visit = visit_of(request, the_parts(), entry)
        practice = training.practise(link, visit) if training.is_asked(request) else None
        answer = practice or scan_code(link, visit)
    except CodeError as error:
        if error.kind == "NOT_GS1":  # no address of a code at all, so just a page that we do not have
            abort(404)
        raise
    if not (practice or structured.is_wanted() or wants_json()) and (onward := resolver.moved(answer, link)):
        return onward
    if structured.is_wanted():
        response = structured.as_response(answer, visit.when)
    elif wants_json():
        response = jsonify(answer_json(answer, words().lang, base_url(request)))
    else:
        response = Response(result_html(answer, visit, practice=practice is not None))
    return _cached(response, answer)


def result_html(
    answer: Answer, visit: Visit, *, practice: bool = False, said: tuple[str, str, str] | None = None
) -> str:
    """The result page of an answer, in the language of the request; `practice` says on it that nothing was counted,
    `said` (tone, headline, text) what came of a holder's proof."""
    code, passport = answer.code, answer.passport
    return render_template(
        "public/result.html",
        **result_context(answer, visit),
        visit=visit,
        practice=practice,
        said=said,
        doubted=bool(answer.passport and answer.passport.item) and may_excuse(answer.verdict.reasons),
        switch_to=f"{code.path}?{training.PARAMETER}=1" if practice else "",
        here="/" if code.key == FOREIGN else code.path,
        canonical=base_url(request) + code.path,
        foreign=foreign_system(code.value) if code.key == FOREIGN else None,
        item_page=code.granularity is Granularity.ITEM,
        shared=receipt.shared_path(code, passport),
        seal=picture_set(passport, Shows.SEAL) if answer.verdict.shows_passport else None,
        has_symbol=code.key not in (FOREIGN, SHORT) and passport is not None,
        details=_details(answer, visit),
        structured=structured.for_page(answer, visit.when),
    )


def result_context(answer: Answer, visit: Visit, number: int = 1) -> dict[str, Any]:
    """What a page or a list shows of one answer, apart from the product's own data."""
    say, verdict = words(), answer.verdict
    shown = answer.passport if verdict.shows_passport else None
    return {
        "answer": answer,
        "code": answer.code,
        "passport": answer.passport,
        "picture": picture_set(shown),
        "card": receipt.card_of(verdict, say, number),
        "further": receipt.further(verdict, say),
        "acts": [receipt.act_lines(act, say) for act in verdict.acts],
        "first_checked": receipt.first_checked(verdict, say),
        "first_told": verdict.detail in _TELL_FIRST,  # the sentence below the headline holds the day
        "comparisons": receipt.comparisons(answer.code, shown, local_date(visit.when), say),
        "limits": receipt.proof_limits(answer.code, say),
        "short": receipt.short_as_printed(raw_target(request)),
        "human_readable": receipt.human_readable(answer.code),
    }


def _details(answer: Answer, visit: Visit) -> Markup:
    """Passport, chain, label and certificates; "" where there are none or an authority stopped their display."""
    passport = answer.passport
    if passport is None or not answer.verdict.shows_passport:
        return Markup()
    today = local_date(visit.when)
    kept: Fragments = current_app.extensions.setdefault("fragments", Fragments())
    return kept.get_or_render(
        key_of(passport, words().lang, today.isoformat()), lambda: _render_details(passport, today)
    )


def _render_details(passport: Passport, today: date) -> str:
    model, lot = passport.model, passport.lot
    replaces, lacking = passport_may_replace_label(model, lot)
    return render_template(
        "public/details.html",
        passport=passport,
        picture=picture_set(passport),
        model=model,
        lot=lot,
        operators=[(operator, *public_identifier(operator)) for operator in model.operators],
        stages=chain(lot.events, model.expected_stages) if lot and not model.exempt else (),
        label=label_of(model, lot, today),
        replaces=replaces,
        lacking=lacking,
        certificates=[(item, item.state(today)) for item in passport.certificates],
    )


def _symbol(code: Code) -> Response:
    """The code's symbol to print. Asking for it is not a scan."""
    kind = request.args.get("symbol", "qr")
    picture = request.args["format"]
    scale = request.args.get("scale", "8")
    if kind not in ("qr", "datamatrix") or not (scale.isascii() and scale.isdigit() and int(scale) in _SCALES):
        abort(400)
    response = Response(symbol(code, base_url(request), kind, picture, int(scale)), mimetype=_MIMES[picture])
    response.headers["X-Robots-Tag"] = "noindex"
    return for_an_hour(response, request)


def _cached(response: Response, answer: Answer) -> Response:
    resolver.with_code_headers(response, answer.code)
    if answer.code.granularity is Granularity.ITEM or answer.code.key in (SHORT, FOREIGN) or answer.history is None:
        response.headers["X-Robots-Tag"] = "noindex"
        return no_store(response)
    return revalidate(response, request)
