"""Replay of the ledger: the scans of a month judged by two sets of rules, from the same histories.

Every scan of the ledger, from its first one on, goes through the script of the service on an empty engine, with the
circumstances that were recorded with it. Those of the month are judged by the rules in force and by those to be tried;
what registry and signature said of a scan is the same under both. Only codes that either rules call suspect are
remembered, so memory grows with the suspects, not with the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from ..domain.history import History
from ..domain.local_time import VIETNAM
from ..domain.policy import Policy
from ..domain.score import Rules
from ..domain.signals import Nature, signals
from ..domain.suspicion import Sign, Suspicion, of_scans
from ..domain.verdict import Level
from ..store.evidence import circumstances
from ..store.history import Mode, read
from ..store.ledger import LedgerRow
from .engine import Observer

BATCH = 500
MOST_SUSPECTS = 200_000
_SHOWN = 4  # contributions of one code
_UNLISTED = Suspicion(Level.INFORMATION, Sign.NOT_IN_DATA)


@dataclass(frozen=True, slots=True)
class Month:
    """A month of Vietnamese time: UTC milliseconds of its first and of the next one's first moment."""

    begin: int
    end: int

    @classmethod
    def named(cls, name: str) -> Month:
        """The month of "2026-10". Raises `ValueError`."""
        try:
            first = datetime.strptime(name, "%Y-%m").replace(tzinfo=VIETNAM)
        except ValueError as error:
            raise ValueError(f"Expected a month such as 2026-10, got {name!r}.") from error
        after = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
        return cls(int(first.timestamp() * 1000), int(after.timestamp() * 1000))


@dataclass(frozen=True, slots=True)
class Told:
    """One scan of an item in the month: what the rules in force and the others say of its history."""

    row: LedgerRow
    before: Suspicion
    after: Suspicion
    reasons: tuple[str, ...] = ()  # contributions that differ, in nats


@dataclass(slots=True)
class Suspect:
    """A code that one of the rules calls suspect: its highest levels in the month."""

    identity: str
    before: Suspicion
    after: Suspicion
    when: int  # UTC milliseconds of the scan at which the two differed first, or of the first suspect one
    reasons: tuple[str, ...] = ()
    scans: int = 0

    @property
    def changes(self) -> bool:
        """Whether the code is of another level under the other rules."""
        return self.before.level is not self.after.level

    def add(self, told: Told) -> None:
        """One more scan."""
        differed = self.changes
        self.scans += 1
        if told.before.level > self.before.level:
            self.before = told.before
        if told.after.level > self.after.level:
            self.after = told.after
        if self.changes and not differed:
            self.when, self.reasons = told.row.when, told.reasons


@dataclass(slots=True)
class Outcome:
    """What a replay came to. `bare` scans carry no circumstances, for an older release recorded them; `placeless` ones
    no region; `begins` is when the ledger's first scan was, 0 for none."""

    scans: int = 0
    judged: int = 0
    bare: int = 0
    placeless: int = 0
    begins: int = 0
    forgotten: int = 0  # suspects beyond the number that is remembered
    suspects: dict[str, Suspect] = field(default_factory=dict)

    @property
    def changed(self) -> list[Suspect]:
        """Codes whose level changes, the highest new level first, then the strongest."""
        found = [suspect for suspect in self.suspects.values() if suspect.changes]
        return sorted(found, key=lambda one: (-one.after.level, -one.after.z, one.identity))

    def count(self, level: Level) -> tuple[int, int]:
        """How many codes reach this level under the rules in force, and under the others."""
        found = self.suspects.values()
        return sum(s.before.level == level for s in found), sum(s.after.level == level for s in found)

    def add(self, told: Told) -> None:
        """One scan of the month."""
        self.judged += 1
        self.bare += not told.row.circumstances
        self.placeless += not told.row.region
        suspect = self.suspects.get(told.row.identity)
        if suspect is not None:
            suspect.add(told)
        elif max(told.before.level, told.after.level) >= Level.CAUTION:
            if len(self.suspects) < MOST_SUSPECTS:
                identity, when = told.row.identity, told.row.when
                self.suspects[identity] = Suspect(identity, told.before, told.after, when, told.reasons, 1)
            else:
                self.forgotten += 1


class LedgerReplay:
    """A replay of one month under the policy in force and another. `nature` tells a product's by its GTIN."""

    def __init__(
        self, observer: Observer, policies: tuple[Policy, Policy], nature: Callable[[str], Nature], month: Month
    ) -> None:
        self._observer = observer
        self._policies = policies
        self._nature = nature
        self._month = month

    def run(self, rows: Iterable[LedgerRow], step: Callable[[int], object] = lambda _: None) -> Outcome:
        """Replay rows, oldest first; `step` is told how many more were read."""
        outcome = Outcome()
        for told in self.judge(self._counted(rows, outcome, step)):
            outcome.add(told)
        return outcome

    def judge(self, rows: Iterable[LedgerRow]) -> Iterator[Told]:
        """What both rules say of every scan of an item in the month. While the server works on one batch, the next is
        made ready; rows after the month are not read."""
        iterator = iter(rows)
        waiting: list[LedgerRow] = []
        batches = 0
        while True:
            batch = [row for row in islice(iterator, BATCH) if row.when < self._month.end]
            self._observer.send([self._observer.arguments(Mode.SCAN, row, b"") for row in batch])
            for row, answer in zip(waiting, self._observer.receive(len(waiting)), strict=True):
                history = read(answer)
                if row.when >= self._month.begin and row.serial and history is not None:
                    yield self._told(row, history)
            if not batch:
                return
            waiting, batches = batch, batches + 1
            if batches % 100 == 0:
                self._observer.empty_streams()

    def _counted(
        self, rows: Iterable[LedgerRow], outcome: Outcome, step: Callable[[int], object]
    ) -> Iterator[LedgerRow]:
        for row in rows:
            outcome.scans += 1
            outcome.begins = outcome.begins or row.when
            if outcome.scans % BATCH == 0:
                step(BATCH)
            if row.kind == "scan":
                yield row

    def _told(self, row: LedgerRow, history: History) -> Told:
        if circumstances(row.circumstances).unlisted:  # what the registry says of it is the same under both
            return Told(row, _UNLISTED, _UNLISTED)
        nature = self._nature(row.gtin)
        shift = history.flags.prior - history.flags.excused
        before, after = (policy.for_product(row.gtin) for policy in self._policies)
        one, other = (of_scans(history.evidence, history.peers, rules, nature, shift) for rules in (before, after))
        if max(one.level, other.level) < Level.CAUTION:
            return Told(row, one, other)
        return Told(row, one, other, _reasons(signals(history.evidence, history.peers, nature), before, after))


def _reasons(amounts: dict[str, float], before: Rules, after: Rules) -> tuple[str, ...]:
    """The contributions that differ most between two rules, else the thresholds, in words."""
    old = {part.name: part.weight for part in before.contributions(amounts)} | {"bias": before.bias}
    new = {part.name: part.weight for part in after.contributions(amounts)} | {"bias": after.bias}
    apart = {name: new.get(name, 0.0) - old.get(name, 0.0) for name in old | new}
    most = sorted((name for name in apart if abs(apart[name]) >= 0.01), key=lambda name: -abs(apart[name]))
    lines = [f"{name} {apart[name]:+.2f}" for name in most[:_SHOWN]]
    for name in ("amber", "red"):
        if abs(getattr(after, name) - getattr(before, name)) >= 0.005:
            lines.append(f"{name} {getattr(before, name):.2f} to {getattr(after, name):.2f}")
    return tuple(lines)
