"""Shapes of load, read from `shapes/*.toml`: who comes, how many a second, for how long."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).with_name("shapes")
CHOSEN = "LOADTEST_SHAPE"  # name of the shape, for the processes of locust
STRETCH = "LOADTEST_STRETCH"  # "seconds,rate": factors on the length and on the rate of each stage


@dataclass(frozen=True, slots=True)
class Stage:
    """So many seconds with so many requests a second, reached within `climb` seconds."""

    seconds: float
    rate: float
    climb: float = 1.0


@dataclass(frozen=True, slots=True)
class Shape:
    """A load from its beginning to its end. Each visitor asks once every `pace` seconds."""

    name: str
    mix: dict[str, int]
    stages: tuple[Stage, ...]
    thresholds: str
    pace: float
    one_product: bool = False  # everybody scans the same product
    staircase: bool = False  # ends at the first stage that does not hold

    @property
    def seconds(self) -> float:
        """How long it takes."""
        return sum(stage.seconds for stage in self.stages)

    def visitors(self, stage: Stage) -> int:
        """How many visitors make the stage's rate."""
        return max(1, round(stage.rate * self.pace))

    def at(self, second: float) -> tuple[int, Stage] | None:
        """The stage of a second since the beginning, and its number; None when it is over."""
        for number, stage in enumerate(self.stages):
            if second < stage.seconds:
                return number, stage
            second -= stage.seconds
        return None

    def stretched(self, seconds: float, rate: float) -> Shape:
        """The same shape, shorter or longer, smaller or larger."""
        stages = (Stage(stage.seconds * seconds, stage.rate * rate, stage.climb) for stage in self.stages)
        return replace(self, stages=tuple(stages))


def names() -> tuple[str, ...]:
    """Names of all shapes."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def read(name: str) -> Shape:
    """The shape of a name, or of a file whose name ends in ".toml". Raises `ValueError` where there is none."""
    path = Path(name) if name.endswith(".toml") else _FOLDER / f"{name}.toml"
    if not path.is_file():
        raise ValueError(f"Expected one of {', '.join(names())}, or a file, got {name!r}.")
    facts = tomllib.loads(path.read_text(encoding="utf-8"))
    stages = tuple(Stage(**stage) for stage in facts.pop("stage"))
    return Shape(name=path.stem, stages=stages, **facts)


@cache
def chosen() -> Shape | None:
    """The shape that this process was started for, if any."""
    name = os.environ.get(CHOSEN, "")
    seconds, _, rate = os.environ.get(STRETCH, "1,1").partition(",")
    return read(name).stretched(float(seconds), float(rate)) if name else None
