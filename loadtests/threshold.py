"""Thresholds, read from `thresholds/*.toml`, and the verdict on a run: what was not kept, in plain sentences."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from loadtests.tally import Measured, Result
from verify_app.i18n import Catalogue

_FOLDER = Path(__file__).with_name("thresholds")
_NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class Fault:
    """One threshold that was not kept: of which requests, what came, what was allowed."""

    kind: str
    what: str = ""
    got: float = 0.0
    most: float = 0.0
    share: int = 0

    def say(self, words: Catalogue) -> str:
        """The fault as a sentence."""
        return words.text(
            f"campaign.fault.{self.kind}",
            what=self.what or words.text("campaign.fault.all"),
            got=words.number(round(self.got, 2)),
            most=words.number(round(self.most, 2)),
            share=self.share,
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """Most that is allowed: share of failed requests, and milliseconds that 95 % and 99 % of the answers take."""

    error_rate: float = 0.0
    p95_ms: float = _NEVER
    p99_ms: float = _NEVER

    def faults(self, measured: Measured, what: str = "") -> Iterator[Fault]:
        """What a measurement does not keep; `what` is the name of the requests, "" for all."""
        if measured.error_rate > self.error_rate:
            yield Fault("failed", what, 100 * measured.error_rate, 100 * self.error_rate)
        for share, most in ((95, self.p95_ms), (99, self.p99_ms)):
            if (got := measured.percentile(share)) > most:
                yield Fault("slow", what, got, most, share)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Limits for all requests, others for those of a name, and how many scans may be lost."""

    all: Limits
    only: dict[str, Limits] = field(default_factory=dict)
    lost_scans: int = 0
    reached: float = 0.9  # least share of the rate that a step of a staircase asks for

    def faults(self, result: Result) -> list[Fault]:
        """What a run did not keep; nothing when it passed. What has limits of its own is not in the common ones."""
        found = list(self.all.faults(result.measured(without=set(self.only))))
        for name, limits in self.only.items():
            found += limits.faults(result.measured(name), name)
        if result.lost is not None and result.lost > self.lost_scans:
            found.append(Fault("lost", got=result.lost, most=self.lost_scans))
        if result.doubled:
            found.append(Fault("doubled", got=result.doubled))
        if not result.answered:
            found.append(Fault("nothing"))
        return found

    def holds(self, measured: Measured) -> bool:
        """Whether a part of a run kept the common limits."""
        return not list(self.all.faults(measured))


def read(name: str) -> Thresholds:
    """Thresholds by name (of a file in `thresholds/`) or by path. Raises `ValueError` where there are none."""
    path = Path(name) if name.endswith(".toml") else _FOLDER / f"{name}.toml"
    if not path.is_file():
        raise ValueError(f"Expected a file of thresholds, got {name!r}.")
    facts = tomllib.loads(path.read_text(encoding="utf-8"))
    only = {part: Limits(**limits) for part, limits in facts.pop("only", {}).items()}
    rest = {part: facts.pop(part) for part in ("lost_scans", "reached") if part in facts}
    return Thresholds(only=only, all=Limits(**facts), **rest)
