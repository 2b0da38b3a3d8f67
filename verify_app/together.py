"""Scans that came at the same moment: resolved one by one, recorded in one round trip, judged one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .domain.code import Code
from .domain.passport import Passport
from .domain.scan import Visit
from .verify import Answer, judged, observed

if TYPE_CHECKING:
    from .parts import Parts


@dataclass(frozen=True, slots=True)
class Met:
    """A scan that is parsed and resolved, and not yet recorded."""

    code: Code
    passport: Passport | None  # None: nobody registered this code here
    visit: Visit


def verify_together(scans: Sequence[Met], parts: Parts) -> list[Answer]:
    """Answer scans in their order, each by itself, as `verify` would."""
    codes = [observed(met.code, met.passport) for met in scans]
    visits = [parts.watch.seen(code, met.passport, met.visit) for code, met in zip(codes, scans, strict=True)]
    histories = parts.history.observe_all(list(zip(codes, visits, strict=True)))
    return [
        judged(met.code, met.passport, history, visit, parts)
        for met, visit, history in zip(scans, visits, histories, strict=True)
    ]
