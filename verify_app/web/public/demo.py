"""Pages that exist only beside the demonstration registry."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Blueprint, Response, abort, jsonify, request

from ...demo.cases import Case, cases
from ...domain.judge import LEVELS, judge
from ...domain.scan import VisitKind
from ...domain.verdict import Reason, Verdict
from ...i18n import Catalogue
from ...verify import Answer
from .. import receipt
from ..api_v1 import answer_json
from ..errors import wants_json
from ..http_cache import no_store
from ..language import words
from ..target import base_url, the_parts
from ..visit import visit_of
from .result import result_html

blueprint = Blueprint("demo", __name__)
_TELLING = (Reason.VALID, Reason.CLASS_ONLY, Reason.RECALLED, Reason.REPEATED)


@dataclass(frozen=True, slots=True)
class DemoLink:
    """A code to try: where it is, which verdict comes, and what it shows."""

    path: str
    card: receipt.Card
    title: str


def demo_links(words: Catalogue) -> tuple[list[DemoLink], list[DemoLink]]:
    """Codes of the demonstration registry: one for each of a few telling verdicts, then all the others."""
    first = {case.expect: case for case in reversed(cases())}
    chosen = [first[reason] for reason in _TELLING if reason in first]
    return _links(chosen, words), _links([case for case in cases() if case not in chosen], words)


def case_links(words: Catalogue) -> list[DemoLink]:
    """All codes of the demonstration registry, in the order in which they are shown."""
    return _links(list(cases()), words)


def _links(shown: list[Case], words: Catalogue) -> list[DemoLink]:
    return [
        DemoLink(
            case.path,
            receipt.card_of(Verdict((case.expect,), LEVELS[case.expect]), words),
            case.title.text(words.lang),
        )
        for case in shown
    ]


@blueprint.get("/demo/history-unavailable")
def history_unavailable() -> Response:
    """How an item's page reads while the history cannot be asked: the real product, judged without a history. It is
    a look, not a scan: nothing is recorded."""
    parts = the_parts()
    code = next(case.code for case in cases() if case.expect is Reason.VALID and case.code)
    passport = parts.passports.find(code) if parts.settings.demo else None
    if passport is None:  # the demonstration registry is not loaded
        abort(404)
    visit = replace(visit_of(request, parts), kind=VisitKind.LOOK)
    answer = Answer(passport.code, passport, None, judge(passport.code, passport, None, visit, parts.policy))
    if wants_json():
        return no_store(jsonify(answer_json(answer, words().lang, base_url(request))))
    return no_store(Response(result_html(answer, visit)))
