"""Fitting to the highest state that a code ever reached: an alert stands from then on, whatever comes later.

Which state is the highest depends on the weights, so both are found in turn: the highest states under the weights at
hand, weights for them, and so on. Of falsified codes the highest state by the tenth falsified piece counts, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import msgspec

from ..domain.score import Rules
from ..domain.signals import signals
from ..domain.suspicion import Sign
from ..replay.run import Judged
from .fit import COLUMNS, Example, fit

KEPT = frozenset(  # weights that stay as they are: the made worlds tell too little of them
    {"destroyed", "unshipped", "unshipped_sequential", "flood", "hosted"}
)
_TENTH = 10
_ROUNDS = 6
_FAR = 5.0  # nats below the line: states of genuine codes that no weights could make an alert


class States(msgspec.Struct, frozen=True):
    """The different states of one code, as signals that are not nothing; `early` of them (the first ones) by the tenth
    falsified piece, 0 where there were fewer pieces."""

    fake: bool
    early: int
    states: tuple[dict[str, float], ...]


def states(judged: Iterable[Judged], truth: dict[str, Any], rules: Rules) -> Iterator[States]:
    """States of the codes of one replayed world that teach something."""
    fakes, codes = set(truth["fake_scans"]), truth["codes"]
    found: dict[str, dict[tuple[tuple[str, float], ...], None]] = {}
    pieces: dict[str, int] = {}
    early: dict[str, int] = {}
    for one in judged:
        if not one.scan.code.serial or one.suspicion.sign in (Sign.NOT_IN_DATA, Sign.CODE_INVALID):
            continue
        name = f"{one.scan.code.gtin}|{one.scan.code.serial}"
        told = codes.get(name, {})
        fake = told.get("kind") == "fake"
        pieces[name] = pieces.get(name, 0) + (one.scan.id in fakes)
        if told.get("kind") not in ("fake", "genuine", "diverted") or told.get("scenario") == "patient":
            continue
        amounts = signals(one.history.evidence, one.history.peers, one.nature)
        judges = amounts["credited"] >= 2 or amounts["destroyed"] or amounts["unshipped"] or amounts["used"]
        if judges and (pieces[name] if fake else rules.score(amounts) > rules.red - _FAR):
            found.setdefault(name, {})[tuple((k, v) for k, v in amounts.items() if v and k in _USED)] = None
        if one.scan.id in fakes and pieces[name] == _TENTH:
            early[name] = len(found.get(name, ()))
    for name, seen in found.items():
        yield States(codes[name]["kind"] == "fake", early.get(name, 0), tuple(dict(state) for state in seen))


def fit_highest(found: list[States], start: Rules, version: str, early: float = 1.0) -> Rules:
    """Weights for the highest states, drawn to `start`; thresholds stay those of `start`. A state by the tenth
    falsified piece counts `early` times."""
    rules = start
    for _ in range(_ROUNDS):
        after = fit(list(highest(found, rules, early)), start, version, KEPT)
        if after == rules:
            break
        rules = after
    return rules


def highest(found: Iterable[States], rules: Rules, early: float = 1.0) -> Iterator[Example]:
    """The highest state of each code under rules, and of falsified ones that by the tenth piece, `early` times."""
    for one in found:
        ranked = [_score(rules, state) for state in one.states]
        yield Example(one.fake, 1.0, one.states[ranked.index(max(ranked))])
        if one.early:
            yield Example(True, early, one.states[ranked.index(max(ranked[: one.early]))], last=False)


def between(start: Rules, fitted: Rules, share: float) -> Rules:
    """The rules a share of the way from `start` to `fitted`."""
    old, new = ({(s, a): w for s, a, w in rules.steps} for rules in (start, fitted))
    steps = tuple((*key, _mixed(old.get(key), new.get(key), share)) for key in sorted(old | new))
    sloped, slopes = ({(s, m): w for s, w, m in rules.slopes} for rules in (start, fitted))
    found = ((s, _mixed(sloped.get((s, m)), slopes.get((s, m)), share), m) for s, m in sorted(sloped | slopes))
    bias = _mixed(start.bias, fitted.bias, share)
    return replace(fitted, bias=bias, steps=tuple(s for s in steps if s[2]), slopes=tuple(s for s in found if s[1]))


def _mixed(old: float | None, new: float | None, share: float) -> float:
    return round((1 - share) * (old or 0.0) + share * (new or 0.0), 2)


_USED = frozenset(column.signal for column in COLUMNS)
_NOTHING = dict.fromkeys(_USED, 0.0)


def _score(rules: Rules, state: dict[str, float]) -> float:
    return rules.score({**_NOTHING, **state})
