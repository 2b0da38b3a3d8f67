"""Every component and every state of a verdict on one page, for people who work on the pages. Off unless STYLEGUIDE."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from flask import Blueprint, Response, abort, render_template

from ...demo.build import build_registry
from ...domain.certificate import Certificate, CertificateKind
from ...domain.code import Code
from ...domain.events import chain
from ...domain.judge import LEVELS
from ...domain.passport import LotPart, ModelPart, Passport, Shows
from ...domain.text import Text
from ...domain.verdict import Detail, Reason, Verdict
from ...i18n import LANGUAGES, catalogue
from .. import receipt
from ..http_cache import no_store
from ..language import words
from ..product_pictures import picture_set
from ..target import the_parts

blueprint = Blueprint("styleguide", __name__)

_NOW = 1_790_000_000_000  # UTC milliseconds of a fixed day, so that screenshots do not change
COLOURS = ("paper", "sheet", "ink", "quiet", "line", "accent", "focus",
           *(f"{kind}{tone}{part}" for tone in ("ok", "info", "caution", "alert")
             for kind, part in (("", ""), ("", "-ground"), ("band-", ""))))  # fmt: skip
SIZES = ("display", "title", "large", "text", "small")
ICONS = ("ok", "info", "caution", "alert", "no", "next", "camera", "scan", "keys", "box", "clock", "search", "share",
         "print", "copy", "flag", "phone", "seal")  # fmt: skip


@dataclass(frozen=True, slots=True)
class State:
    """One state of a verdict: its card in each language, as (language, card)."""

    reason: Reason
    cards: tuple[tuple[str, receipt.Card], ...]


def states() -> list[State]:
    """Every reason as a headline, VALID once for each of its details."""
    verdicts = [
        Verdict((Reason.VALID,), LEVELS[Reason.VALID], detail=detail, first_checked=_NOW)
        for detail in Detail
        if detail is not Detail.CONFIRMED
    ]
    verdicts += [
        Verdict((reason,), LEVELS[reason], detail=Detail.CONFIRMED, confirmed=_NOW)
        for reason in Reason
        if reason is not Reason.VALID
    ]
    return [
        State(
            verdict.name,
            tuple(
                (lang, receipt.card_of(verdict, catalogue(lang), number * len(LANGUAGES) + place))
                for place, lang in enumerate(LANGUAGES)
            ),
        )
        for number, verdict in enumerate(verdicts, start=1)
    ]


@blueprint.get("/styleguide")
def styleguide() -> Response:
    """All components with invented content; 404 unless the setting STYLEGUIDE is on."""
    if not the_parts().settings.styleguide:
        abort(404)
    return no_store(Response(render_template("public/styleguide.html", **_contents())))


def _contents() -> dict[str, Any]:
    today = datetime.fromtimestamp(_NOW / 1000, UTC).date()
    model, lot = _sample(today)
    passport = Passport(Code("01", model.gtin, (("10", lot.lot),)), model, lot)
    gappy = chain(lot.events[:2], model.expected_stages)
    return {
        "colours": COLOURS,
        "sizes": SIZES,
        "icons": ICONS,
        "states": states(),
        "model": model,
        "picture": picture_set(passport),
        "seal": picture_set(passport, Shows.SEAL),
        "stages": gappy,
        "certificates": [(item, item.state(today)) for item in _certificates()],
        "comparisons": receipt.comparisons(passport.code, passport, today, words()),
        "code": receipt.human_readable(passport.code),
        "when": _NOW,
    }


def _sample(today: date) -> tuple[ModelPart, LotPart]:
    """The first product of the demonstration that has a picture of its seal, and its first lot."""
    registry = build_registry(today)
    model = next(model for model in registry.models if any(p.shows is Shows.SEAL for p in model.pictures))
    return model, next(record.part for record in registry.lots if record.gtin == model.gtin)


def _certificates() -> list[Certificate]:
    """One certificate for each state."""
    held = Certificate(
        CertificateKind.OCOP, "OCOP-000", Text.of("OCOP 4 sao (ví dụ)", "OCOP four stars (example)"),
        Text.of("Hội đồng (ví dụ)", "Council (example)"), "", "2025-01-01", "2099-01-01", stars=4,
    )  # fmt: skip
    return [
        held,
        replace(held, valid_until="2026-01-01"),
        replace(held, valid_from="2098-01-01"),
        replace(held, withdrawn=True),
    ]
