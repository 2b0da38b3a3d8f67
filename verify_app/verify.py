"""START HERE: one scan, from the text on a label to a verdict.

Page, API, batch and photo upload all call `verify`; nobody can forget to record, and each renders in its own way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .domain.code import Code
from .domain.history import History
from .domain.judge import judge
from .domain.parse import parse
from .domain.passport import Passport
from .domain.scan import Visit
from .domain.verdict import Verdict

if TYPE_CHECKING:
    from .parts import Parts


@dataclass(frozen=True, slots=True)
class Answer:
    """All that a page or an API may show of one scan."""

    code: Code
    passport: Passport | None
    history: History | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Met:
    """A scan that is parsed and resolved, and not yet recorded."""

    code: Code
    passport: Passport | None  # None: nobody registered this code here
    visit: Visit


def verify(text: str, visit: Visit, parts: Parts) -> Answer:
    """Answer one scan. Raises `CodeError` when the text is no code at all.

    `observe` records this scan and returns those before it in one atomic step, so two phones at once cannot both be
    the first.
    """
    code = parse(text)
    met = Met(code, parts.passports.find(code), visit)
    return _answer(met, parts.history.observe(*_observed(met)), parts)


def verify_together(scans: Sequence[Met], parts: Parts) -> list[Answer]:
    """Answer scans that came at the same moment, in their order; all are recorded in one round trip, each by itself."""
    histories = parts.history.observe_all([_observed(met) for met in scans])
    return [_answer(met, history, parts) for met, history in zip(scans, histories, strict=True)]


def _observed(met: Met) -> tuple[Code, Visit]:
    """What `observe` is told of a scan."""
    return met.passport.observed if met.passport else met.code, met.visit


def _answer(met: Met, history: History | None, parts: Parts) -> Answer:
    """Judge one scan; `history` None: not available now."""
    code = met.passport.code if met.passport else met.code  # a short code stands for the code that it names
    return Answer(code, met.passport, history, judge(code, met.passport, history, met.visit, parts.policy))
