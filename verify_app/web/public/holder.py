"""The ways out for an honest holder: the slip of the device that checked an item first, and the number hidden on it.

What is shown here changes this one answer. It enters no history, so nobody else's verdict moves by it; officers see in
the item's case that it was shown. Wrong and right cost the same: status, statements and comparison are equal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Blueprint, Response, abort, jsonify, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from ...domain.holder import may_excuse, read_slip, slip
from ...domain.judge import judge
from ...domain.scan import Proof, Visit, VisitKind
from ...domain.verdict import Verdict
from ...inspection.holders import Kind
from ...verify import Answer, verify
from ..api_v1 import answer_json
from ..errors import wants_json
from ..http_cache import no_store
from ..language import link, words
from ..target import base_url, the_parts
from ..visit import sender, visit_of
from .result import result_html

blueprint = Blueprint("holder", __name__)
_HOUR = 3_600
_SHOWN = 60  # a minute and sender: each page of a copied code that the first device opens shows its slip
_TRIED, _TRIED_CODE = 20, 20  # an hour: a number of six digits holds out for years


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a proof: `said` names the words, `day` stands in them; `slip` for the browser to keep."""

    said: str
    proof: Proof | None = None
    day: str = ""
    slip: str = ""
    wait: int = 0

    @property
    def tone(self) -> str:
        """How the notice looks."""
        return "ok" if self.proof else "info"


@blueprint.get("/holder")
def nothing_shown() -> AnyResponse:
    """Whoever opens the address by itself has nothing to show."""
    return redirect(link("/"), 303)


@blueprint.post("/holder")
def show_proof() -> AnyResponse:
    """The item's page for whoever proves to hold it: `code`, with `slip` or a typed `number`."""
    parts = the_parts()
    visit = replace(visit_of(request, parts), kind=VisitKind.LOOK)
    public = verify(request.form.get("code", "")[:2_000], visit, parts)
    if not public.code.serial:
        abort(404)  # nothing that one could hold
    told = _told(public, visit)
    answer = replace(public, verdict=_verdict(public, visit, told.proof), slip=told.slip)
    if wants_json():
        response = jsonify(answer_json(answer, words().lang, base_url(request)))
    else:
        response = Response(result_html(answer, visit, said=_notice(public, answer, told)))
    response.headers["X-Robots-Tag"] = "noindex"
    if told.wait:
        response.status_code = 429
        response.headers["Retry-After"] = str(told.wait)
    return no_store(response)


def _told(public: Answer, visit: Visit) -> Told:
    parts, who = the_parts(), sender(request, the_parts())
    if wait := parts.rates.seconds_to_wait(f"holder:{who}", _SHOWN):
        return Told("many", wait=wait)
    if public.history is None:
        return Told("away")
    typed = request.form.get("number", "")
    return _tried(public, visit, typed[:200]) if typed else _slip(public, visit)


def _tried(public: Answer, visit: Visit, typed: str) -> Told:
    """A typed number, counted by who types and by the item: neither can be tried out."""
    parts, code = the_parts(), public.code
    limits = ((f"number:{sender(request, parts)}", _TRIED), (f"number-of:{code.identity}", _TRIED_CODE))
    for name, most in limits:
        if wait := parts.rates.seconds_to_wait(name, most, _HOUR):
            return Told("many", wait=wait)
    if public.passport is None or public.passport.item is None:
        return Told("wrong")
    tried = parts.holders.try_number(code.gtin, code.serial, typed, visit.when)
    if tried.kind is Kind.SEAL:
        return Told("seal", Proof.SEAL, slip=slip(parts.secret, code.identity, Proof.SEAL, visit.when))
    if tried.kind is Kind.SEAL_LATE:
        return Told("late", day=words().date(tried.since))
    return Told("wrong")


def _slip(public: Answer, visit: Visit) -> Told:
    """A slip that this browser kept. That of the first check is void if an earlier check has come to light since."""
    parts, code = the_parts(), public.code
    found = read_slip(parts.secret, code.identity, request.form.get("slip", "")[:60])
    if found is None or public.history is None:
        return Told("void")
    proof, when = found
    if proof is Proof.SEAL:
        return Told("seal", proof)
    if when > public.history.first:
        return Told("void")
    parts.holders.note_receipt(code.gtin, code.serial, visit.when)
    return Told("first", proof, day=words().date(when))


def _verdict(public: Answer, visit: Visit, proof: Proof | None) -> Verdict:
    if proof is None:
        return public.verdict
    return judge(public.code, public.passport, public.history, replace(visit, proof=proof), the_parts().policy)


def _notice(public: Answer, own: Answer, told: Told) -> tuple[str, str, str]:
    """Tone, headline and text of what came of it: what was proved, and what that does not change."""
    say = words()
    texts = [say.text(f"holder.{told.said}.text", day=told.day)]
    if told.proof:
        if may_excuse(public.verdict.reasons):
            texts.append(say.text("holder.excused"))
        elif own.verdict.suspicion:
            texts.append(say.text("holder.stands"))
    return told.tone, say.text(f"holder.{told.said}.title", day=told.day), " ".join(texts)
