"""Practice with the demonstration's codes: a link with `?training=1` is answered and leaves no trace.

Only codes that no trade item carries may be practised with. Otherwise a copied label whose link says "training" would
never be counted, and each of its copies would be "checked for the first time".
"""

from __future__ import annotations

from dataclasses import replace

from flask import Request

from ..demo.cases import cases
from ..domain.code import Code
from ..domain.parse import parse
from ..domain.scan import Visit, VisitKind
from ..settings import Settings
from ..verify import Answer, verify
from .target import the_parts

PARAMETER = "training"
_DEMONSTRATION = "952"  # GS1 General Specifications, clause 1.4.2: GS1 Prefix for demonstrations and examples


def is_asked(request: Request) -> bool:
    """Whether the link says that this is practice; `may_practise` decides whether it is."""
    return request.args.get(PARAMETER) == "1"


def may_practise(code: Code, settings: Settings) -> bool:
    """Whether a code is one of the demonstration registry, and that registry is in use here."""
    return settings.demo and (code.gtin[1:4] == _DEMONSTRATION or code.path in {case.path for case in cases()})


def practise(text: str, visit: Visit) -> Answer | None:
    """Answer a link of the demonstration as a look, outside of history, ledger and metrics; None where it is to be
    answered as any other scan. Raises `CodeError` when the text is no code."""
    parts = the_parts()
    if not may_practise(parse(text), parts.settings):
        return None
    return verify(text, replace(visit, kind=VisitKind.LOOK), parts)
