"""The operator's replay: a month of the ledger under other rules, before they are activated."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..domain.local_time import VIETNAM
from ..domain.policy import Policy
from ..domain.verdict import Level

if TYPE_CHECKING:
    from ..domain.score import Rules
    from ..domain.signals import Nature
    from ..replay.ledger import Outcome, Suspect
    from ..settings import Settings
    from ..store.engine import Engine

FORMATS = ("table", "json", "csv")
_NAMES = {Level.OK: "0 nothing", Level.INFORMATION: "1 information", Level.CAUTION: "2 caution", Level.ALERT: "3 alert"}
_COLUMNS = ("code", "from", "to", "first", "scans", "nats", "nats_tried", "why")


def replay_ledger(settings: Settings, name: str, rules: tuple[Rules, Rules]) -> Outcome:
    """Replay the month of a name ("2026-10") under the rules in force and others, on an engine of its own. Raises
    `ValueError` for what is no month, `StoreUnavailable`."""
    from ..replay.engine import Observer
    from ..replay.ledger import LedgerReplay, Month
    from ..secret import load_secret
    from ..store import ledger
    from ..store.acts import flag_rows
    from ..store.engine import open_engine, reading
    from ..store.flags import mirror_flags
    from ..store.history import Script, connect
    from ..store.standing import standing_flags
    from .replay import engine

    month = Month.named(name)
    database, secret = open_engine(settings.database), load_secret(settings)
    with engine("") as url, reading(database) as connection:
        client = connect(url, timeout_ms=60_000)
        script = Script(client, shards=settings.stream_shards, reload_ms=settings.reload_minutes * 60_000)
        observer = Observer(client, script)
        flags = [*flag_rows(connection), *standing_flags(connection, month.end)]
        mirror_flags(client, flags, shards=settings.stream_shards)
        policies = (Policy(rules[0], secret=secret), Policy(rules[1], secret=secret))
        replay = LedgerReplay(observer, policies, _natures(database), month)
        length = ledger.count(connection, month.end)
        with click.progressbar(length=length, label="Scans", file=sys.stderr) as bar:
            return replay.run(ledger.replayable(connection), bar.update)


def _natures(database: Engine) -> Callable[[str], Nature]:
    from ..domain.circumstances import nature_of
    from ..domain.code import Code
    from ..domain.signals import NO_NATURE
    from ..store.engine import ask
    from ..store.passports import find

    @lru_cache(maxsize=20_000)
    def nature(gtin: str) -> Nature:
        passport = ask(database, lambda connection: find(connection, Code("01", gtin)))
        return nature_of(passport) if passport else NO_NATURE

    return nature


def told(outcome: Outcome, form: str, versions: tuple[str, str]) -> str:
    """The outcome as a table with what was counted and what the ledger cannot tell, as JSON or as CSV."""
    if form == "json":
        head = {"rules": versions[0], "tried": versions[1], "scans": outcome.judged, "says": list(_remarks(outcome))}
        return json.dumps({**head, "changes": [_row(one) for one in outcome.changed]}, ensure_ascii=False, indent=1)
    if form == "csv":
        text = io.StringIO()
        writer = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(_row(one) for one in outcome.changed)
        return text.getvalue().rstrip("\n")
    return "\n".join((*_table(outcome), "", *_remarks(outcome)))


def _table(outcome: Outcome) -> Iterator[str]:
    rows = [_row(one) for one in outcome.changed]
    wide = max([len(str(row["code"])) for row in rows], default=0)
    for row in rows:
        yield (
            f"{row['code']!s:{wide}}  {row['from']!s:13} -> {row['to']!s:13}  {row['first']}  "
            f"{row['scans']!s:>5} scans  {row['nats']:+.2f} -> {row['nats_tried']:+.2f}  {row['why']}"
        )
    yield f"{len(rows)} codes change their level." if rows else "No code changes its level."
    for level in (Level.ALERT, Level.CAUTION):
        before, after = outcome.count(level)
        yield f"Codes of level {_NAMES[level]}: {before} now, {after} under the rules tried."


def _row(one: Suspect) -> dict[str, str | int | float]:
    day = datetime.fromtimestamp(one.when / 1000, VIETNAM).date().isoformat()
    nats = {"nats": round(one.before.z, 3), "nats_tried": round(one.after.z, 3)}
    levels = {"from": _NAMES[one.before.level], "to": _NAMES[one.after.level]}
    return {"code": one.identity, **levels, "first": day, "scans": one.scans, **nats, "why": "; ".join(one.reasons)}


def _remarks(outcome: Outcome) -> Iterator[str]:
    """What was replayed, and what the ledger does not hold."""
    yield f"{outcome.scans} scans read, {outcome.judged} scans of items in the month judged."
    if outcome.begins:
        begun = datetime.fromtimestamp(outcome.begins / 1000, VIETNAM).date()
        yield f"The ledger begins on {begun}: what happened to a code before is not known."
    yield "Recalls and closed cases count as they stand today, the kind of each product as the registry has it now."
    yield "A visitor's tags change every 90 days: who came again later counts as somebody new, as when it was scanned."
    if outcome.bare:
        yield f"{outcome.bare} scans carry no circumstances (of an older release): they count as seen, and no more."
    if outcome.placeless:
        yield f"{outcome.placeless} scans carry no region: no address table was in force, or the address told none."
    if outcome.forgotten:
        yield f"{outcome.forgotten} scans of further suspect codes are not listed: there are too many."


def write(text: str, output: Path | None) -> None:
    """To a file, or to the screen."""
    if output is None:
        click.echo(text)
    else:
        output.write_text(text + "\n", encoding="utf-8")
