"""Fitting the score's weights to labelled worlds: logistic regression with fixed signs, drawn to the rules at hand.

An example is the state of one code after a scan, as named signals: of each code the last one, of falsified ones also
those after the fifth and the tenth falsified piece, because an early alert is worth more. Codes that the score never
judges (one credited visitor, nothing in the registry against them) teach nothing and are left out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from math import exp, log1p
from typing import Any

import msgspec

from ..domain.score import Rules
from ..domain.signals import EXCUSES, signals
from ..domain.suspicion import Sign
from ..replay.run import Judged

GRID: dict[str, tuple[float, ...]] = {  # signals and the amounts at which a step may stand
    "days": (3, 4, 5, 6, 7, 8, 10, 14),
    "ndays": (3, 4, 5, 6, 8, 10, 14),
    "credited": (3, 6, 10),
    "places": (2, 3, 4, 5),
    "thinnest": (2, 3, 5),
    "lines": (2, 3, 4, 5, 7),
    "regions": (2, 3),
    "second_region": (2, 3),
    "alternate": (1, 2, 3, 5),
    "gap10": (1, 2, 3),
    "gap30": (1, 2),
    "gap30_refillable": (1, 2),
    "fargap": (1, 2),
    "back": (1, 2),
    "fast_sure": (1, 2),
    "fast": (2, 4),
    "used": (1, 2, 3),
    "used_late": (1, 2),
    "used_sealed": (1, 2, 3),
    "used_late_sealed": (1, 2),
    "used_refilled": (1, 2, 3),
    "used_late_refilled": (1, 2),
    "used_days": (2,),
    "destroyed": (1,),
    "unshipped": (1, 2),
    "unshipped_sequential": (1,),
    "outside_first": (1,),
    "outside_more": (2,),
    "astride": (1, 2, 4),
    "late20": (2, 3, 5, 8),
    "late40": (2, 4),
    "outlived": (1, 2, 4),
    "outlived_twice": (1, 2),
    "switch": (2, 3, 5, 8),
    "returned": (1, 2),
    "returned_region": (1, 2),
    "span": (30, 45, 60, 80),
    "against_peers": (2, 2.5, 3, 3.5, 4, 5),
    "ndays_against_peers": (3, 4),
    "places_against_peers": (2.5,),
}
EXCUSE_GRID: dict[str, tuple[float, float]] = {  # … and of the excuses: the most units, the strongest weight of one
    "peer_credited": (3, -9),
    "peer_ndays": (3, -9),
    "peer_places": (2, -9),
    "burst": (1, -5.5),
    "linked": (1, -2.5),
    "followers": (1, -3),
    "campaign": (1, -3),
    "hosted": (3, -0.8),
    "flood": (1, -3),
    "kin": (5, -0.1),
    "vague": (1, -2),
}
EXCUSE_STEPS: dict[str, tuple[float, ...]] = {  # … that weigh little until they explain most of what was seen
    "campaign": (0.25, 0.4, 0.6, 0.75),
    "followers": (0.1, 0.2, 0.4),
    "burst": (0.04, 0.1, 0.2, 0.3),
    "vague": (0.6,),
}
_STRONGEST = -3.0  # of a step of an excuse
_EARLY = (5, 10)
_PULL = 1.0  # of each weight to where it was; more holds it there
_PASSES = 60


class Example(msgspec.Struct, frozen=True):
    """One state: whether the code was falsified, how much the state counts, its signals that are not nothing."""

    fake: bool
    weight: float
    signals: dict[str, float]
    last: bool = True


@dataclass(frozen=True, slots=True)
class Column:
    """One weight to be found: a step of a signal (`least`) or a slope (`most` units); an excuse weighs `floor` to 0."""

    signal: str
    least: float = 0.0
    most: float = 0.0
    floor: float = 0.0

    def of(self, amounts: dict[str, float]) -> float:
        """What the weight is multiplied with."""
        amount = amounts.get(self.signal, 0.0)
        return min(amount, self.most) if self.most else float(amount >= self.least)


COLUMNS = (
    *(Column(signal, least) for signal, steps in GRID.items() for least in steps),
    *(Column(signal, most=most, floor=floor) for signal, (most, floor) in EXCUSE_GRID.items()),
    *(Column(signal, least, floor=_STRONGEST) for signal, steps in EXCUSE_STEPS.items() for least in steps),
)


def examples(judged: Iterable[Judged], truth: dict[str, Any]) -> Iterator[Example]:
    """Examples of one replayed world. `truth` is what `evaluate.world.write` wrote of it."""
    fakes, codes = set(truth["fake_scans"]), truth["codes"]
    last: dict[str, dict[str, float]] = {}
    pieces: Counter[str] = Counter()
    early: dict[str, list[dict[str, float]]] = defaultdict(list)
    for one in judged:
        if not one.scan.code.serial or one.suspicion.sign not in (Sign.OK_FIRST, Sign.OK_SEEN):
            continue
        name = f"{one.scan.code.gtin}|{one.scan.code.serial}"
        amounts = signals(one.history.evidence, one.history.peers, one.nature)
        last[name] = amounts
        if one.scan.id in fakes:
            pieces[name] += 1
            if pieces[name] in _EARLY:
                early[name].append(amounts)
    for name, amounts in last.items():
        kind, scenario = codes.get(name, {}).get("kind"), codes.get(name, {}).get("scenario")
        if kind is None or scenario == "patient" or (kind == "fake" and not pieces[name]):
            continue
        for state, weight in ((amounts, 1.0), *((state, 0.5) for state in early[name] if state is not amounts)):
            if state["credited"] >= 2 or state["destroyed"] or state["unshipped"] or state["used"]:
                yield Example(kind == "fake", weight, {k: v for k, v in state.items() if v}, state is amounts)


def fit(found: list[Example], start: Rules, version: str, kept: Collection[str] = ()) -> Rules:
    """Weights for these examples by coordinate descent; thresholds, and the weights of the signals that are `kept`,
    stay those of `start`."""
    before = _weights(start)
    table = _Table(found, [before.get((c.signal, c.least, c.most), 0.0) for c in COLUMNS], start.bias, kept)
    for _ in range(_PASSES):
        if table.descend() < 1e-3:
            break
    weights = [round(weight, 2) for weight in table.weights]
    steps = tuple((c.signal, c.least, w) for c, w in zip(COLUMNS, weights, strict=True) if not c.most and w)
    slopes = tuple((c.signal, w, c.most) for c, w in zip(COLUMNS, weights, strict=True) if c.most and w)
    return replace(start, version=version, bias=round(table.bias, 2), steps=steps, slopes=slopes)


def threshold(found: list[Example], rules: Rules, codes: int, target: float) -> float:
    """The score that so many of 10,000 genuine codes reach at last; `codes`: how many genuine codes there were."""
    nothing = dict.fromkeys({column.signal for column in COLUMNS}, 0.0)
    genuine = sorted(rules.score({**nothing, **one.signals}) for one in found if one.last and not one.fake)
    above = int(target * codes / 10_000)
    return round(genuine[-1 - min(above, len(genuine) - 1)] + 0.005, 2)


def _weights(rules: Rules) -> dict[tuple[str, float, float], float]:
    steps = {(signal, least, 0.0): weight for signal, least, weight in rules.steps}
    return steps | {(signal, 0.0, most): weight for signal, weight, most in rules.slopes}


class _Table:
    """Examples by column, and the score of each, kept while one weight after the other is bettered."""

    def __init__(self, found: list[Example], start: list[float], bias: float, kept: Collection[str]) -> None:
        self._kept = kept
        merged: defaultdict[tuple[bool, tuple[float, ...]], float] = defaultdict(float)
        for one in found:
            merged[one.fake, tuple(column.of(one.signals) for column in COLUMNS)] += one.weight
        self.start, self.weights, self.bias = start, list(start), bias
        self._fake = [fake for fake, _ in merged]
        self._counts = list(merged.values())
        self._columns = [
            [(row, values[place]) for row, (_, values) in enumerate(merged) if values[place]]
            for place in range(len(COLUMNS))
        ]
        self._z = [bias + sum(w * v for w, v in zip(start, values, strict=True)) for _, values in merged]
        self._all = [(row, 1.0) for row in range(len(self._z))]

    def descend(self) -> float:
        """One pass over all weights; returns the largest change."""
        step = self._step(self._all, 0.0, 0.0)
        self.bias += step
        largest = abs(step)
        for place, column in enumerate(COLUMNS):
            if column.signal in self._kept:
                continue
            weight = self.weights[place]
            low, high = (column.floor, 0.0) if column.signal in EXCUSES else (0.0, 99.0)
            wished = weight + self._step(self._columns[place], weight - self.start[place], _PULL, apply=False)
            self.weights[place] = min(high, max(low, wished))
            change = self.weights[place] - weight
            self._move(self._columns[place], change)
            largest = max(largest, abs(change))
        return largest

    def _step(self, column: list[tuple[int, float]], away: float, pull: float, *, apply: bool = True) -> float:
        slope, bend = pull * away, pull + 1e-9
        for row, value in column:
            share = _share(self._z[row])
            slope += self._counts[row] * value * (share - self._fake[row])
            bend += self._counts[row] * value * value * share * (1 - share)
        step = max(-1.0, min(1.0, -slope / bend))
        if apply:
            self._move(column, step)
        return step

    def _move(self, column: list[tuple[int, float]], change: float) -> None:
        if change:
            for row, value in column:
                self._z[row] += change * value


def _share(z: float) -> float:
    return 1 / (1 + exp(-z)) if z > -700 else 0.0


def loss(found: list[Example], rules: Rules) -> float:
    """Mean surprise of the examples under rules, in nats: smaller is better."""
    nothing = dict.fromkeys({column.signal for column in COLUMNS}, 0.0)
    total = 0.0
    for one in found:
        z = rules.score({**nothing, **one.signals})
        signed = -z if one.fake else z
        total += one.weight * (signed + log1p(exp(-signed)) if signed > 0 else log1p(exp(signed)))
    return total / sum(one.weight for one in found)
