"""The nightly calibration: where the line of an alert should be, as signed parameters in the shadow, never in force."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import redis

from ..detection.calibration import NIGHT, Aim, Calibration, Highest, calibrated
from ..detection.policy_files import PolicyError, PolicyFolder, built_in
from ..domain.circumstances import nature_of
from ..domain.code import Code
from ..domain.evidence import Circumstances
from ..domain.local_time import local_date, local_datetime
from ..domain.policy import Policy
from ..domain.signals import NO_NATURE, Nature
from ..domain.suspicion import of_scans
from ..store.engine import Engine, ask
from ..store.evidence import pack
from ..store.history import Mode, Script, read
from ..store.ledger import LedgerRow
from ..store.panel import panel, scanned_since
from ..store.passports import find
from ..store.whole_file import keep_whole

_BATCH = 500
_HOUR = 2  # local: after it, once a day
_DAY_MS = 86_400_000
_AGAIN_MS = 900_000
_LISTED = 200
_log = logging.getLogger("verify_app.calibration")
_REPORT = "calibration.json"
_NOTHING = pack(Circumstances())


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a calibration came to. `placed`: "shadow", "calibrated.json" where the shadow holds rules that somebody
    else put there, or "" where the line stays."""

    when: int
    active: str
    proposed: str
    red: float
    placed: str
    found: Calibration


class Calibrator:
    """Measures with the live histories, which it only looks at."""

    def __init__(self, engine: Engine, script: Script, data_dir: Path, policies: Callable[[], Policy]) -> None:
        self._engine, self._script, self._policies = engine, script, policies
        self._folder, self._path = PolicyFolder(data_dir), data_dir / "policy"
        self._again = 0

    def nightly(self, now: int, aim: Aim) -> Outcome | None:
        """Calibrate once a day, from two o'clock in the morning on; None if it is not time, or if it cannot be now:
        the log then says why, and it is tried again in a quarter of an hour. Raises `StoreUnavailable`."""
        last = last_report(self._path)
        if local_datetime(now).hour < _HOUR or (last and local_date(int(last["when"])) == local_date(now)):
            return None
        if now < self._again:
            return None
        self._again = now + _AGAIN_MS
        try:
            return self.run(now, aim)
        except (redis.RedisError, PolicyError, ValueError, OSError) as error:
            _log.warning("No calibration now: %s", error)
            return None

    def run(self, now: int, aim: Aim) -> Outcome:
        """Calibrate, and put what is proposed into the shadow. Raises `redis.RedisError`, `StoreUnavailable`,
        `PolicyError`, and `ValueError` while histories are being rebuilt."""
        self._script.load()
        crowd = Highest(aim.a_day * aim.days + 5_000)
        since = now - aim.days * _DAY_MS
        for code, margin in self._margins(scanned_since(self._engine, since)):
            crowd.add(margin, code.identity)
        known = (Code("01", one.gtin, (("21", one.serial),)) for one in panel(self._engine))
        found = calibrated((margin for _, margin in self._margins(known)), crowd, aim)
        active = self._folder.rules() or built_in()
        proposed = found.rules(active, local_date(now).isoformat())
        placed = self._place(proposed.to_json()) if found.worth_it else ""
        outcome = Outcome(now, active.version, proposed.version, proposed.red, placed, found)
        self._write(outcome)
        return outcome

    def _margins(self, codes: Iterable[Code]) -> Iterator[tuple[Code, float]]:
        """How far above the line of its product each code is, in nats; confirmed ones are no question any more."""
        policy, iterator, natures = self._policies(), iter(codes), dict[str, Nature]()
        while batch := list(islice(iterator, _BATCH)):
            for code, reply in zip(batch, self._looks(batch), strict=True):
                history = read(reply)
                if history is None:
                    raise ValueError("Expected complete histories, got some that are being rebuilt; try again later.")
                if not history.flags.confirmed:
                    rules, shift = policy.for_product(code.gtin), history.flags.prior - history.flags.excused
                    if code.gtin not in natures:
                        natures[code.gtin] = self._nature(code.gtin)
                    scans = of_scans(history.evidence, history.peers, rules, natures[code.gtin], shift)
                    yield code, scans.z - rules.red

    def _looks(self, codes: list[Code]) -> list[bytes]:
        with self._script.client.pipeline(transaction=False) as pipeline:
            add: Callable[..., object] = pipeline.execute_command
            for code in codes:
                row = LedgerRow("", 0, code.identity, code.gtin, code.lot, code.serial)
                add("FCALL", self._script.name, *self._script.arguments(Mode.LOOK, row, circumstances=_NOTHING))
            replies: list[bytes] = pipeline.execute()
            return replies

    def _nature(self, gtin: str) -> Nature:
        passport = ask(self._engine, lambda connection: find(connection, Code("01", gtin)))
        return nature_of(passport) if passport else NO_NATURE

    def _place(self, text: str) -> str:
        """Into the shadow, unless somebody tries rules of his own there."""
        signed, shadow = self._folder.sign(text), self._folder.rules("shadow")
        if shadow is None or NIGHT in shadow.version:
            self._folder.put("shadow", signed)
            return "shadow"
        keep_whole(self._path / "calibrated.json", signed.to_text().encode())
        return "calibrated.json"

    def _write(self, outcome: Outcome) -> None:
        found = outcome.found
        report = {
            "when": outcome.when,
            "rules": outcome.active,
            "proposed": outcome.proposed if outcome.placed else "",
            "placed": outcome.placed,
            "red": outcome.red,
            "move": found.move,
            "panel": found.panel,
            "panel_line": found.panel_line,
            "codes": found.codes,
            "capacity_line": found.capacity_line,
            "changes": len(found.changes),
            "listed": found.changes[:_LISTED],
        }
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        keep_whole(self._path / _REPORT, json.dumps(report, indent=1).encode() + b"\n")


def last_report(folder: Path) -> dict[str, Any] | None:
    """What the last calibration came to; None if there was none that can be read."""
    try:
        found: dict[str, Any] = json.loads((folder / _REPORT).read_text(encoding="utf-8"))
        return found if isinstance(found.get("when"), int) else None
    except (OSError, ValueError):
        return None


def said(report: dict[str, Any]) -> Iterator[str]:
    """The report of a calibration in words."""
    day = local_date(report["when"]).isoformat()
    codes = f"{report['panel']} codes of the panel, {report['codes']} codes scanned lately"
    yield f"{day}: {codes}, rules {report['rules']}."
    for name, title in (("panel_line", "the panel"), ("capacity_line", "the day's work")):
        line = report[name]
        told = "nothing tells one" if line is None else f"{line:+.2f} nats from the one in force"
        yield f"Line by {title}: {told}."
    if not report["placed"]:
        yield "The line stays."
        return
    yield f"Proposed: {report['proposed']} (red {report['red']:.2f}, {report['move']:+.2f}), in {report['placed']}."
    more = report["move"] < 0
    yield f"{report['changes']} codes would {'become' if more else 'no longer be'} alerts:"
    for code, margin in report["listed"]:
        yield f"  {code}  {margin:+.2f}"
