"""START HERE: one scan, from the text on a label to a verdict.

Page, API, batch and photo upload all call `verify`; nobody can forget to record, and each renders in its own way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .domain.code import Code
from .domain.history import History
from .domain.holder import first_slip
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
    slip: str = ""  # for the device that checked this item first: what it may show later, see domain/holder.py


def verify(text: str, visit: Visit, parts: Parts) -> Answer:
    """Answer one scan. Raises `CodeError` for a text that is no code, `HeldOff` for the next of thousands of guesses.
    `observe` records this scan and returns those before it in one atomic step, so two phones at once cannot both be
    the first. (together.py does the same for scans that came at the same moment.)
    """
    code = parse(text)
    passport = parts.passports.find(code)  # None: nobody registered this code here
    parts.watch.admit(passport, visit)
    visit = parts.watch.seen(observed(code, passport), passport, visit)  # use, market, whether codes are tried out
    history = parts.history.observe(observed(code, passport), visit)  # atomic; None: not available now
    return judged(code, passport, history, visit, parts)


def observed(code: Code, passport: Passport | None) -> Code:
    """The code under which a scan is recorded."""
    return passport.observed if passport else code


def judged(code: Code, passport: Passport | None, history: History | None, visit: Visit, parts: Parts) -> Answer:
    """The answer to a scan that is recorded."""
    named, policy = passport.code if passport else code, parts.policy  # a short code stands for the code that it names
    verdict = judge(named, passport, history, visit, policy)
    parts.shadow.compare(passport, history, policy)
    steady = parts.watch.steady(verdict, observed(code, passport), visit, history)
    slip = first_slip(parts.secret, passport, history, visit) if passport else ""
    return Answer(named, passport, history, steady, slip)
