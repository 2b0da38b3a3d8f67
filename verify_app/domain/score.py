"""The score: a sum of named contributions, every weight of which is data.

`z = bias + weights of the steps that a signal reaches + slopes times signals`. A step's weight is never negative and
a slope's never positive, unless the signal is a named excuse: so more evidence never lowers a score.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .signals import EXCUSES


class RulesError(ValueError):
    """The parameter file is not one; the message says why."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """One reason behind a score, for inspectors: "places>=3", and its weight in nats."""

    name: str
    weight: float


@dataclass(frozen=True, slots=True)
class Rules:
    """One version of weights and thresholds. `steps` are (signal, at least, weight), `slopes` (signal, weight of one
    unit, most units). `amber` and `red` are the scores from which a code is of level 2 and 3."""

    version: str
    bias: float
    amber: float
    red: float
    steps: tuple[tuple[str, float, float], ...] = ()
    slopes: tuple[tuple[str, float, float], ...] = ()

    def __hash__(self) -> int:
        """Of the name and thresholds alone: it is asked for at each scan, to find what these rules said before."""
        return hash((self.version, self.bias, self.amber, self.red))

    @classmethod
    def from_json(cls, text: str) -> Rules:
        """Read a parameter file. Raises `RulesError` when a field is missing or a weight has the wrong sign."""
        try:
            raw: dict[str, Any] = json.loads(text)
            rules = cls(
                version=str(raw["version"]),
                bias=float(raw["bias"]),
                amber=float(raw["amber"]),
                red=float(raw["red"]),
                steps=tuple((str(s), float(a), float(w)) for s, a, w in raw["steps"]),
                slopes=tuple((str(s), float(w), float(m)) for s, w, m in raw["slopes"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise RulesError(f"Expected a parameter file of the score, got {type(error).__name__}: {error}.") from error
        rules.check()
        return rules

    def check(self) -> None:
        """Raises `RulesError` when evidence could lower a score, or red lies below amber."""
        for signal, weight in [(s, w) for s, _, w in self.steps] + [(s, w) for s, w, _ in self.slopes]:
            if (weight > 0) == (signal in EXCUSES) and weight:
                raise RulesError(f"Expected the weight of {signal} to keep its sign, got {weight}.")
        if not self.amber <= self.red:
            raise RulesError(f"Expected amber at or below red, got {self.amber} and {self.red}.")

    def to_json(self) -> str:
        """The parameter file: the same rules give the same bytes."""
        body = {
            "version": self.version,
            "bias": self.bias,
            "amber": self.amber,
            "red": self.red,
            "steps": [list(step) for step in self.steps],
            "slopes": [list(slope) for slope in self.slopes],
        }
        return json.dumps(body, indent=1, sort_keys=True) + "\n"

    def contributions(self, amounts: Mapping[str, float]) -> tuple[Contribution, ...]:
        """Every step reached and every slope that is not nothing, in the order of the file."""
        reached = [
            Contribution(f"{signal}>={least:g}", weight)
            for signal, least, weight in self.steps
            if amounts.get(signal, 0.0) >= least
        ]
        sloped = [
            Contribution(signal, weight * min(amounts.get(signal, 0.0), most))
            for signal, weight, most in self.slopes
            if amounts.get(signal, 0.0)
        ]
        return (*reached, *sloped)

    def score(self, amounts: Mapping[str, float]) -> float:
        """The sum, in nats."""
        z = self.bias
        for signal, least, weight in self.steps:
            if amounts[signal] >= least:
                z += weight
        for signal, weight, most in self.slopes:
            amount = amounts[signal]
            if amount:
                z += weight * (amount if amount < most else most)
        return z
