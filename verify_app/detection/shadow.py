"""The rules that are only compared: computed beside those in force, differences counted and listed, never told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from threading import Lock

from prometheus_client import Counter

from ..domain.circumstances import nature_of
from ..domain.history import History
from ..domain.passport import Passport
from ..domain.policy import Policy
from ..domain.suspicion import of_scans

_MOST_BYTES = 8 << 20  # a list, not a log: when it is full, counting goes on
_NAME = "shadow-differences.jsonl"

differences = Counter(
    "verify_app_shadow",
    "Scans of items judged by the shadow rules too, by what came of it.",
    ("outcome",),  # same, milder, stricter
    registry=None,
)


class Shadow:
    """Compares two sets of rules on the scans of one process. Without a folder it counts only."""

    def __init__(self, folder: Path | None = None) -> None:
        self._path = folder / _NAME if folder else None
        self._writing = Lock()

    def compare(self, passport: Passport | None, history: History | None, policy: Policy) -> None:
        """Judge an item's scan by the shadow rules as well, if there are any, and note where they differ."""
        if policy.shadow is None or passport is None or passport.item is None or history is None:
            return
        nature = nature_of(passport)
        shift = history.flags.prior - history.flags.excused
        one = of_scans(history.evidence, history.peers, policy.rules, nature, shift)
        other = of_scans(history.evidence, history.peers, policy.shadow, nature, shift)
        if one.level == other.level:
            differences.labels("same").inc()
            return
        differences.labels("stricter" if other.level > one.level else "milder").inc()
        self._note(
            {
                "code": passport.observed.identity,
                "active": [policy.rules.version, int(one.level), round(one.z, 3)],
                "shadow": [policy.shadow.version, int(other.level), round(other.z, 3)],
                "scans": history.scans + 1,
            }
        )

    def _note(self, row: dict[str, object]) -> None:
        if self._path is None:
            return
        line = json.dumps(row, ensure_ascii=False) + "\n"
        try:
            with self._writing, self._path.open("a", encoding="utf-8") as file:
                if file.tell() < _MOST_BYTES:
                    file.write(line)
        except OSError:  # a full disk costs the list, never a verdict
            differences.labels("unlisted").inc()


def listed(folder: Path) -> Iterator[dict[str, object]]:
    """The differences that were listed, oldest first."""
    try:
        with (folder / _NAME).open(encoding="utf-8") as lines:
            for line in lines:
                try:
                    yield json.loads(line)
                except ValueError:  # torn by a stop
                    continue
    except FileNotFoundError:
        return
