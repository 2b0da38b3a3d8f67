"""The table of the evaluation: what was found, in one world or pooled over several."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path
from typing import Any

SCENARIOS = (
    "countrywide",
    "province",
    "slow",
    "harvested",
    "reuse_consumed",
    "reuse_destroyed",
    "refilled",
    "made_up",
    "lot_copy",
)
ATTACKS = ("burst", "patient", "viral")  # genuine codes; "patient" cannot be told by scans and is counted apart
ALERT, CAUTION = 3, 2
_GENUINE = ("genuine", "diverted")


@dataclass(slots=True)
class Tally:
    """Found and all, by name."""

    found: Counter[str] = field(default_factory=Counter)
    all: Counter[str] = field(default_factory=Counter)

    def add(self, name: str, found: bool) -> None:
        """Count one."""
        self.all[name] += 1
        self.found[name] += found

    def share(self, name: str) -> float:
        """Share found; not a number where there was none."""
        return self.found[name] / self.all[name] if self.all[name] else float("nan")

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.found + other.found, self.all + other.all)


def score(scans: Path, truth: Path, verdicts: Path) -> Tally:
    """Tally of one world. `scans`, `truth` and `verdicts` are files as replay reads and writes them."""
    from ..replay.trace import open_lines, read_scans

    told = json.loads(truth.read_text(encoding="utf-8"))
    levels: dict[int, int] = {}
    clients: set[str] = set()
    shipments: set[str] = set()
    lots: set[str] = set()
    with open_lines(verdicts, "rb") as file:
        for line in file:
            row = json.loads(line)
            if row.get("kind") == "client":
                clients.add(row["client"])
            elif row.get("kind") == "shipment":
                shipments.add(row["shipment"])
            elif row.get("kind") == "lot":
                lots.add(row["lot"])
            else:
                levels[row["id"]] = row["level"]
    tally = Tally()
    rows = [(_name(scan.code), scan.id, scan.ts) for scan in read_scans(scans)]
    _codes(tally, rows, levels, told)
    _watchers(tally, told, clients, shipments)
    _walks(tally, told, lots)
    return tally


def _name(code: Any) -> str:
    return f"{code.gtin}|{code.serial}" if code.serial else f"{code.gtin}|lot:{code.lot}"


def _codes(tally: Tally, rows: Iterable[tuple[str, int, float]], levels: dict[int, int], told: dict[str, Any]) -> None:
    alerted, fakes = _scans(tally, rows, levels, told)
    for name, truth in told["codes"].items():
        scenario = truth.get("scenario", truth["kind"])
        if truth["kind"] == "fake" and fakes[name]:
            tally.add(scenario, name in alerted)
            tally.add("recall", name in alerted)
            if len(fakes[name]) >= 10 and scenario != "lot_copy":
                tally.add("by the tenth", fakes[name][9] >= ALERT)
                tally.add("warned by the tenth", fakes[name][9] >= CAUTION)
        elif truth["kind"] in _GENUINE:
            if scenario in ATTACKS:
                tally.add(scenario, name in alerted)
            if scenario != "patient":
                tally.add("false alarms", name in alerted)
    tally.all["precision"] = tally.found["recall"] + tally.found["false alarms"]
    tally.found["precision"] = tally.found["recall"]


def _scans(
    tally: Tally, rows: Iterable[tuple[str, int, float]], levels: dict[int, int], told: dict[str, Any]
) -> tuple[set[str], dict[str, list[int]]]:
    """Codes that were alerted (falsified ones: after the first falsified piece), and of each falsified code its highest
    level by each scan of a falsified piece."""
    exact = "fake_scans" in told  # else: every scan of a falsified code from its first falsified piece on
    fake_scans = set(told.get("fake_scans", ()))
    highest: dict[str, int] = defaultdict(int)
    fakes: dict[str, list[int]] = defaultdict(list)
    for name, number, ts in rows:
        truth = told["codes"].get(name)
        if truth is None:
            continue
        level = levels.get(number, 0)
        begun = truth["kind"] == "fake" and ts >= (truth["first_fake"] or 0)
        if truth["kind"] != "fake" or begun:
            highest[name] = max(highest[name], level)
        if number in fake_scans if exact else begun:
            fakes[name].append(highest[name])
            tally.add("fake scans warned", level >= CAUTION)
        elif truth["kind"] in _GENUINE and truth.get("scenario") != "patient":
            tally.add("genuine scans warned", level >= CAUTION)
    return {name for name, level in highest.items() if level >= ALERT}, fakes


def _watchers(tally: Tally, told: dict[str, Any], clients: set[str], shipments: set[str]) -> None:
    trying: set[str] = set(told.get("walkers", ()))
    for client in told["clients"]:
        trying.update(client["ips"])
        tally.add("enumerators", not clients.isdisjoint(client["ips"]))
    tally.found["false clients"] += len(clients - trying)
    tally.all["false clients"] += 1
    for name, shipment in told["shipments"].items():
        if shipment["diverted"]:
            tally.add("diverted", name in shipments)
    honest = sum(1 for name in shipments if not told["shipments"].get(name, {}).get("diverted"))
    tally.found["false shipments"] += honest
    tally.all["false shipments"] += 1


def _walks(tally: Tally, told: dict[str, Any], lots: set[str]) -> None:
    walked = set(told.get("walked", ()))
    for name in walked:
        tally.add("walked", name in lots)
    tally.found["false walks"] += len(lots - walked - set(told.get("tried", ())))
    tally.all["false walks"] += 1


def macro(tally: Tally) -> float:
    """Mean recall over the scenarios that occurred."""
    shares = [tally.share(name) for name in SCENARIOS if tally.all[name]]
    return sum(shares) / len(shares) if shares else float("nan")


_ROWS: tuple[tuple[str, str, float], ...] = (  # title, name in the tally ("" for the macro recall), times
    ("precision (codes)", "precision", 1),
    ("recall (codes)", "recall", 1),
    ("macro recall", "", 1),
    *((f"  {name}", name, 1.0) for name in SCENARIOS),
    ("false alarms per 10,000 genuine codes", "false alarms", 10_000),
    ("genuine scans amber or red per 10,000", "genuine scans warned", 10_000),
    ("fake scans warned", "fake scans warned", 1),
    ("10 and more fake scans: alerted by the 10th", "by the tenth", 1),
    ("  caution or alert by the 10th", "warned by the tenth", 1),
    *((f"genuine, {name}: alerted", name, 1.0) for name in ATTACKS),
    ("enumerating clients found", "enumerators", 1),
    ("  false ones per world", "false clients", 1),
    ("lots tried out slowly found", "walked", 1),
    ("  false ones per world", "false walks", 1),
    ("diverted shipments found", "diverted", 1),
    ("  false ones per world", "false shipments", 1),
)


def table(worlds: list[Tally]) -> str:
    """The table: pooled value, 95 % interval, and what was counted. Intervals of shares are Wilson's over all codes
    or scans; of the macro recall and of counts per world, the spread over seeds."""
    pooled = sum(worlds, Tally())
    out = []
    for title, name, times in _ROWS:
        if not name:
            values = [macro(world) for world in worlds]
            out.append(f"{title:46s} {macro(pooled):9.3f}   {_spread(values)}")
        elif name.startswith("false ") and name != "false alarms":
            values = [float(world.found[name]) for world in worlds]
            out.append(f"{title:46s} {sum(values) / len(values):9.2f}   {_spread(values)}")
        elif pooled.all[name]:
            low, high = _wilson(pooled.found[name], pooled.all[name])
            value = pooled.share(name) * times
            span = f"[{low * times:.3g}, {high * times:.3g}]"
            out.append(f"{title:46s} {value:9.3f}   {span:18s} {pooled.found[name]}/{pooled.all[name]}")
    return "\n".join(out)


def _wilson(found: int, total: int) -> tuple[float, float]:
    z, share = 1.96, found / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return max(0.0, middle - half), min(1.0, middle + half)


def _spread(values: list[float]) -> str:
    if len(values) < 2:
        return ""
    mean = sum(values) / len(values)
    deviation = sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))
    half = 1.96 * deviation / sqrt(len(values))
    return f"[{mean - half:.3g}, {mean + half:.3g}]"
